"""`jarchi sources add`, `test` and `remove`: a site becomes a source, is tried, and goes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.completing import source_keys
from cli.listing import show_members, shown_object
from cli.logs import quiet
from cli.output import JsonOption, complain, err, out, print_json, print_line, print_table
from cli.picking import city_key, language_code, network_key, source_called
from crawler.discovery.found import Finding, MembersFinding, RoadReport, RoadsReport, Wishes
from news.addresses import canonical
from news.errors import UsageError
from news.languages import profiles
from news.languages.quoting import isolated
from news.settings import Settings, load_settings
from news.values import Article, Source, SourceKind
from scheduler.scouting import Progress, look_at, look_at_members, try_roads
from spiders.catalogue import load_sources
from spiders.exchange import roads_of, watching
from spiders.writing import own_file, remove_source, table_of, to_toml, write_sources
from web.objects import article_object

_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
#: What is given without a scheme, and is a host and maybe a path all the same.
_BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/.*)?")

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", autocompletion=source_keys)]


def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The site's home page; a feed or a page of news works too.")
    ],
    key: Annotated[str, typer.Option(help="Key of the source; made from the address otherwise.")] = "",
    name: Annotated[str, typer.Option(help="Name of the source; the site's own otherwise.")] = "",
    kind: Annotated[SourceKind | None, typer.Option(help="Who publishes.")] = None,
    city: Annotated[str | None, typer.Option(help="The publishing city, by name or GeoNames id.")] = None,
    network: Annotated[
        str | None, typer.Option(help="The publishing network, by key, acronym or name.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The site's language, as a code like fa.")] = None,
    render: Annotated[
        bool, typer.Option("--render", help="Draw its pages with Chromium: for sites that scripts fill.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write the file without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what was found and write nothing.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Look again at a site that is watched, and overwrite your file of it."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Look at a site, find its feeds, sitemap, WordPress and lists, and write the source that watches it."""
    settings = load_settings()
    address = _address(url)
    sources = load_sources(settings.sources_folder, complain)
    wishes = replace(_wishes(key, name, kind, city, network, language), render=render)
    wishes = _checked(settings.sources_folder, sources, address, wishes, force=force)
    finding: Finding | MembersFinding
    with _progress(f"Looking at {address}") as progress:
        if kind is SourceKind.MEMBERS:
            finding = look_at_members(quiet(settings), address, _named_network(wishes), progress)
        else:
            finding = look_at(quiet(settings), address, wishes, progress)
    source = finding.source
    if not force:
        _refuse_watched(sources, roads_of(source), but=None)
        _refuse_taken(settings.sources_folder, sources, source.key)
    if not json:
        _show(finding)
    written = (
        None
        if dry_run or not (yes or json or _agrees("Watch it?"))
        else _write(settings, source, force=force)
    )
    if json:
        print_json(_object_of(finding, written))
    elif written:
        out.print(f"{source.key} is watched: {written}", highlight=False, soft_wrap=True)
        print_line(
            f"try it with `jarchi crawl {source.key}`, take it back with `jarchi sources remove {source.key}`"
        )
    else:
        print_line("nothing was written")


def try_one(key: KeyArgument, json: JsonOption = False) -> None:
    """Try each road of a source: whether it works, what it shows, and one article read."""
    settings = load_settings()
    source = source_called(settings.sources_folder, key)
    with _progress(f"Trying {key}") as progress:
        report = try_roads(quiet(settings), source, progress)
    if json:
        print_json(
            {
                "key": key,
                "good": report.is_good,
                "roads": list(map(_road_object, report.roads)),
                "requests": report.requests,
                "unused_sitemaps": list(report.unused),
            }
        )
    else:
        _show_report(source, report)
    if not report.is_good:
        raise typer.Exit(1)


def remove(
    key: KeyArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove the file without asking.")] = False,
    json: JsonOption = False,
) -> None:
    """Take away your own file of a source; its articles stay in the archive."""
    folder = load_settings().sources_folder
    path = own_file(folder, key)
    if not _KEY.fullmatch(key) or not path.is_file():
        source_called(folder, key)
        raise UsageError(
            f"{key} is shipped, and no file of yours: `jarchi sources disable {key}` stops its crawls"
        )
    if not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(f"{path} would be removed: say --yes")
        if not _agrees(f"Remove {path}?"):
            raise typer.Exit(1)
    remove_source(folder, key)
    shipped = key in load_sources(folder, on_error=lambda _: None)
    if json:
        print_json({"key": key, "removed": str(path), "shipped": shipped})
    else:
        out.print(f"removed {path}", soft_wrap=True, highlight=False)
        if shipped:
            print_line(f"the shipped source {key} is as it was")


def _address(url: str) -> str:
    text = url.strip()
    if "://" not in text and _BARE.fullmatch(text):
        text = f"https://{text}"
    try:
        return canonical(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _wishes(
    key: str, name: str, kind: SourceKind | None, city: str | None, network: str | None, language: str | None
) -> Wishes:
    code = language_code(language)
    if code and code not in profiles.codes():
        raise UsageError(f"--language: {code!r} is none of {', '.join(profiles.codes())}")
    if key and not _KEY.fullmatch(key):
        raise UsageError(f"--key: small letters, digits and hyphens: {key!r}")
    return Wishes(
        key=key or None,
        name=name.strip() or None,
        kind=kind,
        city=city_key(city),
        network=network_key(network),
        language=code,
    )


def _checked(
    folder: Path, sources: Mapping[str, Source], address: str, wishes: Wishes, *, force: bool
) -> Wishes:
    """Refuse what cannot end well before the site is asked anything; a second look keeps the first one's key."""
    if wishes.key and not force:
        _refuse_taken(folder, sources, wishes.key)
    if not force:
        _refuse_watched(sources, (address,), but=None)
        return wishes
    known = watching(sources, (address,))
    if wishes.key is None and known is not None and own_file(folder, known).is_file():
        return replace(wishes, key=known)
    return wishes


def _refuse_watched(sources: Mapping[str, Source], addresses: Any, but: str | None) -> None:
    known = watching({key: source for key, source in sources.items() if key != but}, addresses)
    if known is not None:
        state = "" if sources[known].enabled else f", and not enabled: `jarchi sources enable {known}`"
        raise UsageError(f"the site is watched already as {known}{state}")


def _refuse_taken(folder: Path, sources: Mapping[str, Source], key: str) -> None:
    if key in sources or own_file(folder, key).exists():
        raise UsageError(
            f"there is a source {key!r} already: choose another with --key, or overwrite your own with --force"
        )


def _write(settings: Settings, source: Source, *, force: bool) -> Path:
    return write_sources(settings.sources_folder, (source,), overwrite=force)[0]


def _agrees(question: str) -> bool:
    """The answer of the person at the keyboard; yes where there is none."""
    return not sys.stdin.isatty() or typer.confirm(question, default=True, err=True)


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    """The address asked for at the moment, on a terminal's standard error."""
    with err.status(title) as status:
        yield lambda address: status.update(f"{title}: {address}".replace("[", "\\["))


def _named_network(wishes: Wishes) -> Wishes:
    if wishes.network is None:
        raise UsageError("--kind members needs --network: whose members?")
    return wishes


def _object_of(finding: Finding | MembersFinding, written: Path | None) -> dict[str, Any]:
    if isinstance(finding, Finding):
        return _finding_object(finding, written)
    return {
        "key": finding.source.key, "name": finding.source.name, "network": finding.source.network,
        **shown_object(finding.shown), "source": table_of(finding.source), "requests": finding.requests,
        "written": str(written) if written else None,
    }


def _show(finding: Finding | MembersFinding) -> None:
    if isinstance(finding, Finding):
        _show_finding(finding)
        return
    show_members(isolated(finding.source.name), finding.shown)
    print_line(f"# {finding.source.key}.toml", style="dim")
    print_line(to_toml(finding.source))


def _finding_object(finding: Finding, written: Path | None) -> dict[str, Any]:
    source = finding.source
    return {
        "key": source.key,
        "name": source.name,
        "feeds": list(finding.feeds),
        "sitemaps": list(finding.sitemaps),
        "wordpress": finding.wordpress,
        "lists": [road.model_dump(mode="json", exclude_defaults=True) for road in finding.lists],
        "languages": list(source.languages),
        "samples": [dict(article_object(None, article)) for article in finding.samples],
        "source": table_of(source),
        "requests": finding.requests,
        "written": str(written) if written else None,
    }


def _show_finding(finding: Finding) -> None:
    watched = set(roads_of(finding.source))
    lists = [(road.url, road.article or "") for road in finding.lists]
    rows = [("feed", address, "") for address in finding.feeds]
    rows += [("wordpress", finding.wordpress, "")] if finding.wordpress else []
    rows += [("sitemap", address, finding.source.article or "") for address in finding.sitemaps]
    rows += [("list", *row) for row in lists]
    print_table(
        f"{isolated(finding.source.name)}: {len(rows)} roads, {finding.requests} requests",
        ("road", "address", "articles", "watched"),
        [(*row, row[1] in watched) for row in rows],
    )
    print_table(
        "Sample articles", ("date", "language", "title", "characters"), map(_sample_row, finding.samples)
    )
    print_line(f"# {finding.source.key}.toml", style="dim")
    print_line(to_toml(finding.source))


def _sample_row(article: Article) -> tuple[object, ...]:
    date = article.dated.moment if article.dated else None
    return (date, article.language.code, isolated(article.title), len(article.text))


def _show_report(source: Source, report: RoadsReport) -> None:
    rows = [
        (
            road.road.value,
            road.state.value,
            road.leads,
            road.newest,
            road.address,
            road.cause or _read_title(road),
        )
        for road in report.roads
    ]
    print_table(
        f"{isolated(source.name)}: {report.requests} requests",
        ("road", "state", "leads", "newest", "address", "article, or cause"),
        rows,
    )
    for road in report.roads:
        if road.members is not None:
            show_members("Members", road.members)
    for address in report.unused:
        print_line(f"robots.txt names a sitemap that {source.key} does not use: {address}")


def _read_title(road: RoadReport) -> str:
    if road.members is not None:
        return f"{road.members.resolved} of {road.members.rows} resolved, {road.members.pages} pages"
    return isolated(road.article.title) if road.article else ""


def _road_object(road: RoadReport) -> dict[str, Any]:
    return {
        "road": road.road.value,
        "address": road.address,
        "state": road.state.value,
        "cause": road.cause,
        "leads": road.leads,
        "newest": road.newest.isoformat() if road.newest else None,
        "article": dict(article_object(None, road.article)) if road.article else None,
        **({"members": shown_object(road.members)} if road.members else {}),
    }

"""Sites made by MkDocs, as plain pages or with the blog of Material."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.quality.layouts.dateline import date_line
from benchmarks.quality.layouts.values import Job, Maker, Shown
from benchmarks.quality.texts import Text


def _write(job: Job) -> Sequence[str]:
    blog = job.shown is Shown.SOFTWARE
    docs = job.folder / "docs"
    place = docs / "blog" / "posts" if blog else docs
    place.mkdir(parents=True)
    (docs / "index.md").write_text(f"# {job.site.news}\n\n{job.site.about_text}\n", encoding="utf-8")
    (docs / "about.md").write_text(f"# {job.site.about}\n\n{job.site.about_text}\n", encoding="utf-8")
    if blog:
        (docs / "blog" / "index.md").write_text(f"# {job.site.news}\n", encoding="utf-8")
    for text in job.texts:
        (place / f"{text.slug}.md").write_text(_page(job, text), encoding="utf-8")
    # JSON is YAML too
    settings = json.dumps(_settings(job, blog=blog), ensure_ascii=False)
    (job.folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    return [f"{'blog/' if blog else ''}{text.slug}/index.html" for text in job.texts]


def _settings(job: Job, *, blog: bool) -> dict[str, object]:
    plugins: list[object] = ["search"]
    if blog:
        plugins.append({"blog": {"post_url_format": "{slug}"}})
    return {
        "site_name": job.site.name,
        "site_url": "https://mkdocs.example.org/",
        "docs_dir": "docs",
        "site_dir": "output",
        "copyright": f"© {job.site.name}",
        "theme": {"name": job.theme, job.options["language"]: job.site.language},
        "plugins": plugins,
    }


def _page(job: Job, text: Text) -> str:
    head = (
        f"---\ndate: {text.date.isoformat()}\nslug: {text.slug}\n---\n" if job.shown is Shown.SOFTWARE else ""
    )
    parts = [f"{head}# {text.title}", *date_line(job, text), *text.paragraphs]
    return "\n\n".join(parts) + "\n"


def _command(_: Job) -> Sequence[str]:
    return ("mkdocs", "build", "--quiet")


MKDOCS = Maker(write=_write, command=_command)

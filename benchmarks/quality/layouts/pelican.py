"""Sites made by Pelican."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.quality.layouts.values import Job, Maker
from benchmarks.quality.texts import Text

_SETTINGS = """\
SITENAME = {name!r}
SITEURL = "https://pelican.example.org"
PATH = "content"
OUTPUT_PATH = "output"
THEME = {theme!r}
TIMEZONE = {zone!r}
DEFAULT_LANG = {language!r}
SLUGIFY_SOURCE = "basename"
LINKS = (("Pelican", "https://getpelican.com/"),)
SOCIAL = (("x", "https://x.com/"), ("telegram", "https://t.me/"))
CC_LICENSE = {{"name": "Creative Commons", "version": "4.0", "slug": "by-sa"}}
DEFAULT_PAGINATION = 5
"""
_ARTICLE = """\
Title: {title}
Date: {date:%Y-%m-%d %H:%M}
Category: {news}
Tags: {tag}
Author: {author}
Slug: {slug}

{body}
"""


def _write(job: Job) -> Sequence[str]:
    site = job.site
    settings = _SETTINGS.format(name=site.name, theme=job.theme, zone=site.zone, language=site.language)
    (job.folder / "pelicanconf.py").write_text(settings, encoding="utf-8")
    pages = job.folder / "content" / "pages"
    pages.mkdir(parents=True)
    (pages / "about.md").write_text(f"Title: {site.about}\n\n{site.about_text}\n", encoding="utf-8")
    for text in job.texts:
        path = job.folder / "content" / f"{text.slug}.md"
        path.write_text(_article(job, text), encoding="utf-8")
    return [f"{text.slug}.html" for text in job.texts]


def _article(job: Job, text: Text) -> str:
    site = job.site
    return _ARTICLE.format(
        title=text.title,
        date=text.date,
        news=site.news,
        tag=site.tag,
        author=site.author,
        slug=text.slug,
        body="\n\n".join(text.paragraphs),
    )


def _command(_: Job) -> Sequence[str]:
    return ("pelican", "--quiet", "--settings", "pelicanconf.py")


PELICAN = Maker(write=_write, command=_command)

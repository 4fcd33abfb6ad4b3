"""Sites made by Sphinx, as plain pages or as a blog with ABlog."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.quality.layouts.dateline import date_line
from benchmarks.quality.layouts.values import Job, Maker, Shown
from benchmarks.quality.texts import Text

_SETTINGS = """\
project = {name!r}
author = {author!r}
copyright = "2026, " + {name!r}
language = {language!r}
html_theme = {theme!r}
# a date on every page that is not that of its article
html_last_updated_fmt = "%d/%m/%Y"
"""
_BLOG = """\
extensions = ["ablog"]
blog_baseurl = "https://sphinx.example.org/"
blog_title = {name!r}
html_sidebars = {{"**": ["ablog/postcard.html", "ablog/recentposts.html", "ablog/archives.html"]}}
"""


def _write(job: Job) -> Sequence[str]:
    site = job.site
    names = {"name": site.name, "author": site.author, "language": site.language, "theme": job.theme}
    settings = _SETTINGS + (_BLOG if job.shown is Shown.SOFTWARE else "")
    (job.folder / "conf.py").write_text(settings.format(**names), encoding="utf-8")
    slugs = [text.slug for text in job.texts]
    contents = "\n".join(f"   {slug}" for slug in ["about", *slugs])
    index = f"{_headed(site.news)}\n.. toctree::\n\n{contents}\n"
    (job.folder / "index.rst").write_text(index, encoding="utf-8")
    about = f"{_headed(site.about)}\n{site.about_text}\n"
    (job.folder / "about.rst").write_text(about, encoding="utf-8")
    for text in job.texts:
        (job.folder / f"{text.slug}.rst").write_text(_page(job, text), encoding="utf-8")
    return [f"{slug}.html" for slug in slugs]


def _page(job: Job, text: Text) -> str:
    post = f".. post:: {text.date:%b %d, %Y}\n   :tags: {job.site.tag}\n   :author: {job.site.author}\n\n"
    parts = [_headed(text.title), *date_line(job, text), *text.paragraphs]
    return (post if job.shown is Shown.SOFTWARE else "") + "\n\n".join(parts) + "\n"


def _headed(title: str) -> str:
    # twice its length covers letters that are shown wide
    return f"{title}\n{'=' * 2 * len(title)}\n"


def _command(_: Job) -> Sequence[str]:
    return ("sphinx", "-q", ".", "output")


SPHINX = Maker(write=_write, command=_command)

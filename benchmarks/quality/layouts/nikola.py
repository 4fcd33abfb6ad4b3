"""Sites made by Nikola."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.quality.layouts.values import Job, Maker

_SETTINGS = """\
BLOG_AUTHOR = {author!r}
BLOG_TITLE = {name!r}
BLOG_DESCRIPTION = {about_text!r}
SITE_URL = "https://nikola.example.org/"
BLOG_EMAIL = "news@example.org"
DEFAULT_LANG = {language!r}
TRANSLATIONS = {{{language!r}: ""}}
TIMEZONE = {zone!r}
THEME = {theme!r}
POSTS = (("posts/*.rst", "posts", "post.tmpl"),)
PAGES = (("pages/*.rst", "pages", "page.tmpl"),)
COMPILERS = {{"rest": (".rst",)}}
NAVIGATION_LINKS = {{{language!r}: (("/archive.html", {news!r}), ("/pages/about/", {about!r}))}}
CONTENT_FOOTER = {{{language!r}: "Contents &copy; 2026 <a href='mailto:news@example.org'>{name}</a>"}}
SHOW_SOURCELINK = True
"""
_POST = """\
.. title: {title}
.. slug: {slug}
.. date: {date}
.. tags: {tag}
.. type: text

{body}
"""


def _write(job: Job) -> Sequence[str]:
    site = job.site
    settings = _SETTINGS.format(
        author=site.author,
        name=site.name,
        about=site.about,
        about_text=site.about_text,
        news=site.news,
        language=site.language,
        zone=site.zone,
        theme=job.theme,
    )
    (job.folder / "conf.py").write_text(settings, encoding="utf-8")
    posts, pages = job.folder / "posts", job.folder / "pages"
    posts.mkdir()
    pages.mkdir()
    about = _POST.format(title=site.about, slug="about", date="2025-01-01", tag="", body=site.about_text)
    (pages / "about.rst").write_text(about, encoding="utf-8")
    for text in job.texts:
        body = "\n\n".join(text.paragraphs)
        date = text.date.isoformat(sep=" ")
        post = _POST.format(title=text.title, slug=text.slug, date=date, tag=site.tag, body=body)
        (posts / f"{text.slug}.rst").write_text(post, encoding="utf-8")
    return [f"posts/{text.slug}/index.html" for text in job.texts]


def _command(_: Job) -> Sequence[str]:
    return ("nikola", "build", "--quiet")


NIKOLA = Maker(write=_write, command=_command)

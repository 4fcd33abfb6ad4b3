"""The layouts: which themes of which software, and how their pages tell the date."""

from __future__ import annotations

from benchmarks.quality.layouts.mkdocs import MKDOCS
from benchmarks.quality.layouts.nikola import NIKOLA
from benchmarks.quality.layouts.pelican import PELICAN
from benchmarks.quality.layouts.sphinx import SPHINX
from benchmarks.quality.layouts.values import Layout, Shown

_ONE, _OTHER = ("fa", "tr"), ("ar", "en")
#: The key under which a MkDocs theme takes its language.
_LOCALE, _LANGUAGE = (("language", "locale"),), (("language", "language"),)

LAYOUTS: tuple[Layout, ...] = (
    Layout(name="pelican-notmyidea", maker=PELICAN, theme="notmyidea", shown=Shown.SOFTWARE, languages=_ONE),
    Layout(name="pelican-simple", maker=PELICAN, theme="simple", shown=Shown.SOFTWARE, languages=_OTHER),
    Layout(name="pelican-reflex", maker=PELICAN, theme="reflex", shown=Shown.SOFTWARE, languages=_ONE),
    Layout(name="nikola-bootblog4", maker=NIKOLA, theme="bootblog4", shown=Shown.SOFTWARE, languages=_OTHER),
    Layout(name="nikola-bootstrap4", maker=NIKOLA, theme="bootstrap4", shown=Shown.SOFTWARE, languages=_ONE),
    Layout(name="nikola-base", maker=NIKOLA, theme="base", shown=Shown.SOFTWARE, languages=_OTHER),
    Layout(
        name="mkdocs-mkdocs", maker=MKDOCS, theme="mkdocs", shown=Shown.LINE, languages=_ONE, options=_LOCALE
    ),
    Layout(
        name="mkdocs-readthedocs",
        maker=MKDOCS,
        theme="readthedocs",
        shown=Shown.NOWHERE,
        languages=_OTHER,
        options=_LOCALE,
    ),
    Layout(
        name="mkdocs-material",
        maker=MKDOCS,
        theme="material",
        shown=Shown.LINE,
        languages=_ONE,
        options=_LANGUAGE,
    ),
    Layout(
        name="mkdocs-blog",
        maker=MKDOCS,
        theme="material",
        shown=Shown.SOFTWARE,
        languages=_OTHER,
        options=_LANGUAGE,
    ),
    Layout(name="sphinx-alabaster", maker=SPHINX, theme="alabaster", shown=Shown.SOFTWARE, languages=_ONE),
    Layout(name="sphinx-furo", maker=SPHINX, theme="furo", shown=Shown.NOWHERE, languages=_OTHER),
    Layout(
        name="sphinx-pydata", maker=SPHINX, theme="pydata_sphinx_theme", shown=Shown.SOFTWARE, languages=_ONE
    ),
    Layout(name="sphinx-book", maker=SPHINX, theme="sphinx_book_theme", shown=Shown.LINE, languages=_OTHER),
    Layout(name="sphinx-rtd", maker=SPHINX, theme="sphinx_rtd_theme", shown=Shown.LINE, languages=_ONE),
    Layout(name="sphinx-classic", maker=SPHINX, theme="classic", shown=Shown.NOWHERE, languages=_OTHER),
    Layout(name="sphinx-nature", maker=SPHINX, theme="nature", shown=Shown.LINE, languages=_ONE),
    Layout(name="sphinx-haiku", maker=SPHINX, theme="haiku", shown=Shown.NOWHERE, languages=_OTHER),
)

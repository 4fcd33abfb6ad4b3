"""Brings the catalogues of the letters and of the pages behind them up to date: `python -m alerts.catalogues`.

New and changed messages come in empty, and a test fails until somebody has translated them.
There is nothing to compile: the letters read the .po files themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from alerts.wording import LANGUAGES

_HERE = Path(__file__).parent
FOLDER = _HERE / "locale"
_CHANGING = (b'"Project-', b'"Report-', b'"POT-', b'"PO-', b'"Last-', b'"Language-Team', b'"Generated-')
_KEYWORDS = {"marked": None, "say": None, "count": (1, 2)}
_FOLDERS = ("alerts", "web")
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_Message = str | tuple[str, ...]


def extracted() -> Catalog:
    """Every message that the letters and the pages of the web say."""
    catalogue = Catalog(project="Jarchi", charset="utf-8")
    found = [(f"{folder}/{file}", message) for folder in _FOLDERS for file, message in _said_in(folder)]
    for file, message in sorted(found, key=lambda item: (str(item[1]), item[0])):
        catalogue.add(message, locations=[(file, 0)])
    return catalogue


def _said_in(folder: str) -> Iterator[tuple[str, _Message]]:
    """The files of a package, and what they say."""
    found = extract_from_dir(_HERE.parent / folder, method_map=_METHODS, keywords=_KEYWORDS)
    for file, _, message, _, _ in found:
        yield file, message


def read(language: str) -> Catalog:
    """The catalogue of a language; an empty one where there is none yet."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="Jarchi", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def write(language: str, catalogue: Catalog) -> None:
    """Without dates and names, so that nothing changes where no message does."""
    catalogue.fuzzy = False
    catalogue.header_comment = f"# The letters in {Locale(language).english_name}."
    written = BytesIO()
    write_po(written, catalogue, ignore_obsolete=True, width=110, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    kept = b"".join(line for line in lines if not line.startswith(_CHANGING))
    (FOLDER / f"{language}.po").write_bytes(kept.rstrip(b"\n") + b"\n")


def main() -> None:
    """Write every catalogue anew."""
    template = extracted()
    for language in LANGUAGES[1:]:
        catalogue = read(language)
        catalogue.update(template, no_fuzzy_matching=True)
        write(language, catalogue)


if __name__ == "__main__":
    main()

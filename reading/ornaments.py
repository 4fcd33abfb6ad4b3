"""What stands in a page's markup without being text: signs that link to a heading, icons, closed dialogs, messages."""

from __future__ import annotations

from collections.abc import Mapping

from lxml.html import HtmlElement

from reading.boilerplate import announces_others, is_call_to_share
from reading.icons import icon_classes, is_icon
from reading.markup import BLOCKS, one_line

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "caption", "figcaption")
#: Tag → what an element of it may be.
_KINDS = {
    **dict.fromkeys(_HEADINGS, "heading"), **dict.fromkeys(("i", "span"), "icon"),
    **dict.fromkeys(("dialog", "div"), "dialog"), "noscript": "noscript", "a": "a", "table": "table",
}  # fmt: skip
_DIALOG = frozenset(("dialog", "alertdialog"))
#: Signs by which a heading links to itself; the last stands for whatever an image font has.
_SIGNS = frozenset("¶#§∞🔗⚓\u2693\ufe0f")
_PRIVATE = range(0xE000, 0xF900)
#: Characters of words before links, and of a cell that holds running text.
_LABEL, _RUNNING = 80, 200
_PARTS = ("tbody", "thead", "tfoot", "tr", "td", "th")
_PAGE_PARTS = frozenset(("body", "html", "h1"))
#: Characters of a message to those without JavaScript.
_MESSAGE = 400
#: A dialog or message with one of these is the page.
_PAGE = ("h1", "article", "main")


def remove_ornaments(tree: HtmlElement) -> None:
    """Take them out of the tree, leaving the text behind them where it stands."""
    found = _by_tag(tree)
    links = [link for heading in found["heading"] for link in heading.iter("a")]
    icons = [element for element in found["icon"] if element.text and element.get("class")]
    for ornament in (*filter(_is_permalink, links), *filter(_is_icon, icons)):
        _drop(ornament)
    for message in [element for element in found["noscript"] if _is_message(element)]:
        _drop(message)
    for dialog in [element for element in found["dialog"] if _is_dialog(element)]:
        _drop(dialog)
    beside = {block: None for link in found["a"] if (block := _beside(link)) is not None}
    for block in [block for block in beside if _points_away(block)]:
        _drop(block)
    for table in [table for table in found["table"] if _lays_out(table)]:
        _unmake(table)


def _by_tag(tree: HtmlElement) -> Mapping[str, list[HtmlElement]]:
    """The elements that may be ornaments or hold some, in one walk, by the name of what they may be."""
    found: dict[str, list[HtmlElement]] = {kind: [] for kind in _KINDS.values()}
    for element in tree.iter(*_KINDS):
        found[_KINDS[element.tag]].append(element)
    return found


def _is_permalink(link: HtmlElement) -> bool:
    """Whether a link in a heading is a lone sign that leads to the heading itself."""
    if not (link.get("href") or "").startswith("#"):
        return False
    sign = "".join(link.itertext()).strip()
    return bool(sign) and all(letter in _SIGNS or ord(letter) in _PRIVATE for letter in sign)


def _is_icon(element: HtmlElement) -> bool:
    if len(element) or not is_icon(element.text.strip()):
        return False
    classes = (element.get("class") or "").lower().split()
    return any(name in icon_classes() or name.startswith(("material-", "fa-", "icon-")) for name in classes)


def _is_message(element: HtmlElement) -> bool:
    """Whether what shows without JavaScript is a line or two that ask for it, not the page itself."""
    shown = "".join(element.itertext()).strip()
    return len(shown) < _MESSAGE and all(element.find(f".//{tag}") is None for tag in _PAGE)


def _is_dialog(element: HtmlElement) -> bool:
    named = element.tag == "dialog" or element.get("role") in _DIALOG or element.get("aria-modal") == "true"
    return named and all(element.find(f".//{tag}") is None for tag in _PAGE)


def _beside(link: HtmlElement) -> HtmlElement | None:
    """The block of a link beside which something stands; None where there is none that could be taken out."""
    if _stands_alone(link):
        return None
    block = next((ancestor for ancestor in link.iterancestors() if ancestor.tag in BLOCKS), None)
    return None if block is None or block.tag in _PAGE_PARTS else block


def _points_away(block: HtmlElement) -> bool:
    """Whether a block holds nothing but links and the words that call to share or announce another article."""
    if any(inner.tag in BLOCKS for inner in block.iterdescendants()):
        return False
    words = _unlinked(block)
    return bool(words) and (is_call_to_share(words) or announces_others(words))


def _stands_alone(link: HtmlElement) -> bool:
    """Whether a link is all that its block holds, as most of a page's are: no words stand beside it."""
    block = link.getparent()
    if block is None or block.tag not in BLOCKS or len(block) > 1:
        return False
    return not (block.text or "").strip() and not (link.tail or "").strip()


def _unlinked(block: HtmlElement) -> str:
    """The text of a block that no link holds."""
    pieces = [block.text or ""]
    for element in block.iterdescendants():
        held = element.tag == "a" or any(ancestor.tag == "a" for ancestor in element.iterancestors())
        pieces.append("" if held else element.text or "")
        pieces.append(element.tail or "" if element.tag == "a" or not held else "")
        if sum(map(len, pieces)) > _LABEL:
            return ""
    return one_line("".join(pieces))


def _lays_out(table: HtmlElement) -> bool:
    """Whether a table divides a page rather than shows data: it holds tables, headings, or cells of running text."""
    if any(table.find(f".//{tag}") is not None for tag in ("table", *_PAGE, "h2", "h3", "form")):
        return True
    return any(
        len(cell) and len("".join(cell.itertext())) >= _RUNNING and cell.find(".//br") is not None
        for cell in table.iter("td")
    )


def _unmake(table: HtmlElement) -> None:
    """Make plain blocks of a table and its own rows and cells."""
    parts = [part for part in table.iter(*_PARTS) if next(part.iterancestors("table"), None) is table]
    for part in (table, *parts):
        part.tag = "div"


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()

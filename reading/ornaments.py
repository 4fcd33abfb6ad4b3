"""What stands in a page's markup without being text: signs that link to a heading, icons, closed dialogs."""

from __future__ import annotations

from lxml.html import HtmlElement

from reading.icons import icon_classes, is_icon

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "caption", "figcaption")
_ICONS, _DIALOGS = ("i", "span"), ("dialog", "div")
_DIALOG = frozenset(("dialog", "alertdialog"))
#: Signs by which a heading links to itself; the last stands for whatever an image font has.
_SIGNS = frozenset("¶#§∞🔗⚓\u2693\ufe0f")
_PRIVATE = range(0xE000, 0xF900)
#: A dialog with one of these is the page.
_PAGE = ("h1", "article", "main")


def remove_ornaments(tree: HtmlElement) -> None:
    """Take them out of the tree, leaving the text behind them where it stands."""
    links = [link for heading in tree.iter(*_HEADINGS) for link in heading.iter("a")]
    icons = [element for element in tree.iter(*_ICONS) if element.text and element.get("class")]
    for ornament in (*filter(_is_permalink, links), *filter(_is_icon, icons)):
        _drop(ornament)
    for dialog in [element for element in tree.iter(*_DIALOGS) if _is_dialog(element)]:
        _drop(dialog)


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


def _is_dialog(element: HtmlElement) -> bool:
    named = element.tag == "dialog" or element.get("role") in _DIALOG or element.get("aria-modal") == "true"
    return named and all(element.find(f".//{tag}") is None for tag in _PAGE)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()

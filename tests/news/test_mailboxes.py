"""Mail addresses as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.mailboxes import Mailbox, address, mailbox


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.org", Mailbox(address="a@example.org")),
        ("Jarchi <jarchi@Example.org>", Mailbox(address="jarchi@example.org", name="Jarchi")),
        (
            '"Desk, Yazd" <desk+news@yazd.example>',
            Mailbox(address="desk+news@yazd.example", name="Desk, Yazd"),
        ),
        ("جارچی <a@b.example>", Mailbox(address="a@b.example", name="جارچی")),
        ("root@localhost", Mailbox(address="root@localhost")),
    ],
)
def test_mailboxes(text: str, expected: Mailbox) -> None:
    assert mailbox(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a", "@b.c", "a@", "a@b..c", "a@-b.c", ".a@b.c", "a b@c.d", "a@b.c\nBcc: d@e.f", "a@b.c, d@e.f", "<a@b.c", "a@b_c.d",
     f"{'a' * 65}@b.c", f"a@{'b.' * 130}c", "نام@b.c", "a@" + "b" * 64 + ".c"],
)  # fmt: skip
def test_what_is_no_mailbox(text: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        mailbox(text)


@given(st.text())
def test_an_address_is_one_harmless_word_or_none(text: str) -> None:
    try:
        found = address(text)
    except ValueError:
        return
    assert found.isascii()
    assert not set(found) & set(' <>,;:\r\n\t"\\()[]')
    assert address(found) == found

"""The demo's mailbox keeps what clients send, dots and all."""

import smtplib
import socket
from pathlib import Path

from samples.mailbox import mailbox


def test_letters_are_kept_as_they_came(tmp_path: Path) -> None:
    letter = "Subject: x\r\n\r\n.dotted\r\n..twice\r\nسلام\r\n".encode()
    with mailbox(tmp_path / "mails") as box:
        with smtplib.SMTP("127.0.0.1", box.port, timeout=20) as client:
            for _ in range(2):
                assert client.sendmail("a@example.org", ["b@example.org"], letter) == {}
        assert [path.name for path in box.letters()] == ["001.eml", "002.eml"]
        assert [path.read_bytes() for path in box.letters()] == [letter, letter]


def test_a_client_that_leaves_in_the_middle_of_a_letter_sent_none(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        with (
            socket.create_connection(("127.0.0.1", box.port), timeout=20) as client,
            client.makefile("rwb") as talk,
        ):
            for line in (b"EHLO x", b"MAIL FROM:<a@b.c>", b"RCPT TO:<a@b.c>", b"DATA"):
                assert talk.readline()[:1] == b"2"
                talk.write(line + b"\r\n")
                talk.flush()
            assert talk.readline().startswith(b"354")
            talk.write(b"half a let")
            talk.flush()
        assert box.letters() == []


def test_what_it_does_not_know_is_refused(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box, smtplib.SMTP("127.0.0.1", box.port, timeout=20) as client:
        assert client.docmd("VRFY", "root")[0] == 502

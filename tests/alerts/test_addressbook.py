"""The address book: from file, setting and credentials; no secret in what it says."""

from __future__ import annotations

import stat
from io import StringIO
from pathlib import Path

import pytest

from alerts.addressbook import address_book, drop, keep
from alerts.channels import open_channels
from alerts.letters import Letter
from alerts.messages import Message
from news.errors import ChannelDown, SettingsError, UsageError
from news.settings import fixed_settings, load_settings
from storage.outbox import Delivery

KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
HOOK = f'[webhook.crm]\naddress = "https://crm.example/t0ken"\nsecret = "{KEY}"\n'


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("JARCHI_HOME", str(tmp_path))
    return tmp_path


def test_an_address_is_kept_for_its_owner_alone_and_found_again(home: Path) -> None:
    path = home / "deep" / "channels.toml"
    assert keep(path, "desk", "tgram://123456789:AbCdEf/-100") == "apprise:desk"
    assert keep(path, "crm", "https://crm.example/t0ken") == "webhook:crm"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    book = address_book(fixed_settings(home=path.parent))
    assert book.channels == {"desk": "tgram://123456789:AbCdEf/-100"}
    assert [len(key) for key in book.webhooks["crm"].keys] == [32]
    assert book.recipients() == (("apprise:desk", "tgram://…"), ("webhook:crm", "https://crm.example/…"))
    assert not any(secret in repr(book) for secret in ("AbCdEf", "t0ken", repr(book.webhooks["crm"].keys[0])))


def test_a_new_address_keeps_the_key_and_what_people_wrote_beside(home: Path) -> None:
    path = home / "channels.toml"
    path.write_text(f"# ours\n{HOOK}")
    keep(path, "crm", "https://other.example/hook", replacing=True)
    assert path.read_text().startswith("# ours\n")
    hook = address_book(load_settings()).webhooks["crm"]
    assert (hook.address, hook.keys) == ("https://other.example/hook", (b"0123456789abcdef" * 2,))
    assert drop(path, "webhook:crm")
    assert not drop(path, "webhook:crm")
    assert address_book(load_settings()).webhooks == {}


@pytest.mark.parametrize("road", ["text", "file", "credential"])
def test_the_setting_wins_over_the_file(home: Path, monkeypatch: pytest.MonkeyPatch, road: str) -> None:
    keep(home / "channels.toml", "desk", "ntfy://one.example/topic")
    keep(home / "channels.toml", "night", "ntfy://two.example/topic")
    given = '[apprise]\ndesk = "ntfy://three.example/topic"\n'
    secret = home / "credentials" / "channels"
    secret.parent.mkdir()
    secret.write_text(given)
    if road == "text":
        monkeypatch.setenv("JARCHI_CHANNELS", given)
    elif road == "file":
        monkeypatch.setenv("JARCHI_CHANNELS_FILE", str(secret))
    else:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent))
    settings = load_settings()
    assert address_book(settings).channels == {
        "desk": "ntfy://three.example/topic",
        "night": "ntfy://two.example/topic",
    }
    assert "three.example" not in repr(settings)
    assert "JARCHI_CHANNELS" not in settings.environment()


@pytest.mark.parametrize(
    "text",
    [
        'apprise = "s3cret"',
        "[apprise]\ndesk = 's3cret'",
        "[apprise]\ndesk = 's3cret://x",
        "[apprise]\n'De sk' = 'ntfy://s3cret/x'",
        "[apprise]\ndesk = 'https://s3cret.example/'",
        "[apprise]\ndesk = 'mailto://u:s3cret@example.org'",
        "[slack]\ndesk = 's3cret'",
        '[webhook.crm]\naddress = "https://crm.example/s3cret"',
        HOOK + 'more = "s3cret"',
        HOOK.replace(KEY, "whsec_s3cret"),
        HOOK.replace(f'"{KEY}"', "[]"),
        HOOK.replace("https://crm.example", "https://u:s3cret@crm.example"),
        HOOK.replace("https://crm.example", "ftp://s3cret.example"),
        HOOK.replace("t0ken", "s3cret\\r\\nX: y"),
    ],
)
def test_what_is_wrong_is_said_without_the_secret(home: Path, text: str) -> None:
    (home / "channels.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"channels\.toml") as caught:
        address_book(load_settings())
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "address"), [("De sk", "ntfy://a/b"), ("desk", "s3cret"), ("../x", "ntfy://a/b")]
)
def test_what_is_no_name_or_address_is_not_kept(home: Path, name: str, address: str) -> None:
    with pytest.raises(UsageError) as caught:
        keep(home / "channels.toml", name, address)
    assert "s3cret" not in str(caught.value)
    assert not (home / "channels.toml").exists()


def test_a_broken_book_closes_its_roads_and_no_other(home: Path, delivery: Delivery) -> None:
    (home / "channels.toml").write_text("[")
    message = Message(
        identity="1",
        recipient="apprise:desk",
        dated=delivery.created_at,
        letter=Letter(subject="s", text="t", html="h"),
    )
    out = StringIO()
    with open_channels(load_settings(), out) as channels:
        for recipient in ("apprise:desk", "webhook:crm"):
            with pytest.raises(ChannelDown, match=r"channels\.toml"):
                channels(recipient).send(message)
        channels("console").send(message)
    assert out.getvalue() == "t\n\n"

"""Settings: from file and environment, wrong ones named with where they stand."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from news.errors import SettingsError
from news.settings import FILE_NAME, Settings, load_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("JARCHI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JARCHI_HOME", str(tmp_path))
    return tmp_path


def _write(home: Path, text: str) -> None:
    (home / FILE_NAME).write_text(text, encoding="utf-8")


def test_defaults(home: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{home}/jarchi.db"
    assert settings.sources_folder == home / "sources"
    assert settings.host_delay == 2.0
    assert settings.allow_networks == ()
    assert settings.alert_max_age == timedelta(days=30)


def test_the_home_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JARCHI_HOME", "here")
    assert load_settings().home == tmp_path / "here"


def test_the_environment_beats_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home, 'host_delay = 5\nweb_port = 9000\ncontact = "https://yazd.example"\n')
    monkeypatch.setenv("JARCHI_HOST_DELAY", "0")
    settings = load_settings()
    assert (settings.host_delay, settings.web_port, settings.contact) == (0, 9000, "https://yazd.example")


@pytest.mark.parametrize(("url", "database"), [
    ("postgresql://me:secret@host/db", "postgresql+psycopg://me:secret@host/db"),
    ("postgresql+psycopg://host/db", "postgresql+psycopg://host/db"), ("sqlite:////var/x.db", "sqlite:////var/x.db"),
])  # fmt: skip
def test_the_database(home: Path, monkeypatch: pytest.MonkeyPatch, url: str, database: str) -> None:
    monkeypatch.setenv("JARCHI_DATABASE_URL", url)
    settings = load_settings()
    assert settings.database == database
    assert "secret" not in repr(settings)
    assert "secret" not in settings.model_dump_json()


def test_networks_are_separated_by_commas(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARCHI_ALLOW_NETWORKS", "127.0.0.0/8, ::1/128,")
    assert [str(network) for network in load_settings().allow_networks] == ["127.0.0.0/8", "::1/128"]
    monkeypatch.delenv("JARCHI_ALLOW_NETWORKS")
    _write(home, 'allow_networks = ["10.0.0.0/8"]\n')
    assert [str(network) for network in load_settings().allow_networks] == ["10.0.0.0/8"]


@pytest.mark.parametrize(("name", "value"), [
    ("HOST_DELAY", "-1"), ("HOST_DELAY", "soon"), ("WEB_PORT", "70000"), ("LOG_LEVEL", "loud"), ("READERS", "0"),
    ("ALLOW_NETWORKS", "127.0.0.1/8"), ("DATABASE_URL", "mysql://me:secret@host/db"), ("TICK", "0"),
    ("HOST_DELAY", "inf"), ("HOST_DELAY", "nan"), ("TICK", "soon"), ("TICK", "5w"), ("TICK", "99999999d"),
])  # fmt: skip
def test_a_wrong_variable_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"JARCHI_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"JARCHI_{name}" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("written", "says"), [
    ('host_delay = "soon"', "host_delay"), ("host_dealy = 3", "host_dealy"), ("host_delay = -1", "host_delay"),
])  # fmt: skip
def test_a_wrong_key_of_the_file_is_named(home: Path, written: str, says: str) -> None:
    _write(home, written)
    with pytest.raises(SettingsError, match=rf"{FILE_NAME}.*{says}"):
        load_settings()


@pytest.mark.parametrize(
    "written", [b"host_delay = ", b"host_delay = 1\nhost_delay = 2", b"contact = '\xff'"]
)
def test_a_file_that_cannot_be_read_is_named(home: Path, written: bytes) -> None:
    (home / FILE_NAME).write_bytes(written)
    with pytest.raises(SettingsError, match=str(home / FILE_NAME)):
        load_settings()


def test_the_part_that_is_no_network_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARCHI_ALLOW_NETWORKS", "10.0.0.0/8,nix,127.0.0.0/8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "'nix'" in str(caught.value)
    assert "10.0.0.0" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


@pytest.mark.parametrize(("name", "near"), [("HOST_DELY", "JARCHI_HOST_DELAY"), ("WARC", ""), ("web_prt", "JARCHI_WEB_PORT")])
def test_an_unknown_variable_is_named_with_the_nearest(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, near: str
) -> None:
    monkeypatch.setenv(f"JARCHI_{name}", "1")
    with pytest.raises(SettingsError, match=f"^JARCHI_{name.upper()}: there is no such setting.*{near}"):
        load_settings()


def test_an_unknown_key_is_named_with_the_nearest(home: Path) -> None:
    _write(home, "host_dealy = 3")
    with pytest.raises(SettingsError, match=r"did you mean host_delay\?"):
        load_settings()


@pytest.mark.parametrize(("written", "seconds"), [
    ("10", 10), ("10s", 10), ("0.5s", 0.5), ("5m", 300), ("2h", 7200), ("1d", 86_400), ("1.5 H", 5400), ("PT2M", 120),
])  # fmt: skip
def test_time_spans(home: Path, monkeypatch: pytest.MonkeyPatch, written: str, seconds: float) -> None:
    monkeypatch.setenv("JARCHI_TICK", written)
    _write(home, f'page_deadline = "{written}"')
    settings = load_settings()
    assert settings.tick.total_seconds() == settings.page_deadline.total_seconds() == seconds


def test_a_child_process_gets_the_same_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home, 'tick = "1.5h"\nweb_port = 0\nallow_networks = ["10.0.0.0/8"]')
    settings = load_settings()
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_settings_do_not_change(home: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().host_delay = 0


def test_every_setting_has_its_help() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_secret_may_lie_in_a_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home, 'smtp_password = "of the settings"\n')
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "smtp_password").write_text("of systemd\n")
    (tmp_path / "own").write_text("of the file\n")
    found = []
    for name, value in (
        ("UNRELATED", ""), ("CREDENTIALS_DIRECTORY", str(credentials)),
        ("JARCHI_SMTP_PASSWORD_FILE", str(tmp_path / "own")), ("JARCHI_SMTP_PASSWORD", "of the variable"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
        password = load_settings().smtp_password
        found.append(password.get_secret_value() if password else None)
    assert found == ["of the settings", "of systemd", "of the file", "of the variable"]


def test_a_file_of_a_secret_that_cannot_be_read_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARCHI_SMTP_PASSWORD_FILE", str(home / "missing"))
    with pytest.raises(SettingsError, match=r"JARCHI_SMTP_PASSWORD: cannot be read from .*missing"):
        load_settings()


def test_only_secrets_may_lie_in_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARCHI_SMTP_HOST_FILE", "x")
    with pytest.raises(SettingsError, match="JARCHI_SMTP_HOST_FILE: there is no such setting"):
        load_settings()


def test_secrets_of_the_alerts_are_masked_and_kept_from_the_crawlers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARCHI_SMTP_PASSWORD", "sesame-sesame")
    monkeypatch.setenv("JARCHI_LINK_KEY", "sesame-sesame-sesame")
    monkeypatch.setenv("JARCHI_SMTP_HOST", "mail.example.org")
    settings = load_settings()
    assert "sesame" not in repr(settings) + settings.model_dump_json() + str(settings.environment())
    assert settings.environment()["JARCHI_SMTP_HOST"] == "mail.example.org"


@pytest.mark.parametrize(
    ("name", "value"),
    [("smtp_from", "nobody"), ("smtp_tls", "ssl"), ("web_url", "jarchi.example.org"), ("link_key", "short")],
)
def test_wrong_settings_of_the_alerts(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"JARCHI_{name.upper()}", value)
    with pytest.raises(SettingsError, match=f"JARCHI_{name.upper()}"):
        load_settings()

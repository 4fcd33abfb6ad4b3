"""`jarchi doctor` says what is at fault, and what to do."""

import errno
import json
import os
import tempfile

import pytest

from cli.doctor import Health, _home
from tests.alerts.smtp import Postman, mail_server
from tests.cli import commands


@pytest.fixture
def doctor(tmp_path):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def run(**variables):
        known = {**inherited, "JARCHI_HOME": str(tmp_path / "home"), "COLUMNS": "200", **variables}
        done = commands.run("doctor", "--json", environment=known)
        found = json.loads(done.stdout)["findings"]
        return done.returncode, {(one["part"], one["health"]): one["said"] for one in found}

    return run


def test_a_new_home_is_told_what_comes_next(doctor, tmp_path):
    code, found = doctor()
    assert code == 0
    assert "is not there: `jarchi crawl`" in found["home", "warning"]
    assert not (tmp_path / "home").exists()
    assert "is empty" in found["database", "warning"]
    assert "no mail server is set" in found["mail", "warning"]


def test_each_part_of_a_home_in_use_is_looked_at(doctor, tmp_path):
    (tmp_path / "home" / "sources").mkdir(parents=True)
    (tmp_path / "home" / "sources" / "broken.toml").write_text("name = ", encoding="utf-8")
    doctor()
    with mail_server(Postman()) as port:
        mail = {"JARCHI_SMTP_HOST": "127.0.0.1", "JARCHI_SMTP_FROM": "jarchi@example.org"}
        commands.run("search", "x", environment={**os.environ, "JARCHI_HOME": str(tmp_path / "home")})
        code, found = doctor(**mail, JARCHI_SMTP_PORT=str(port), JARCHI_SMTP_TLS="none")
    assert code == 1
    assert "broken.toml" in found["sources", "fault"]
    assert "answers" in found["mail", "ok"]
    assert "does not run" in found["service", "warning"]
    assert "schema" in found["database", "ok"]
    code, found = doctor(**mail, JARCHI_SMTP_PORT=str(port))
    assert "does not answer" in found["mail", "fault"]


def test_a_rule_by_mail_without_a_server_is_a_fault(doctor, tmp_path):
    home = {**os.environ, "JARCHI_HOME": str(tmp_path / "home")}
    commands.run("search", "x", environment=home)
    assert "begins the rule new-memberships" in doctor()[1]["alerts", "ok"]
    added = commands.run("alerts", "add", "asia", "--to", "a@example.org", "--city", "Yazd", environment=home)
    assert "Yazd (Iran)" in added.stdout
    assert "warning: no mail leaves before JARCHI_SMTP_HOST" in added.stderr
    code, found = doctor()
    assert code == 1
    assert found["alerts", "fault"].startswith("asia: tells by mail")
    commands.run("alerts", "pause", "asia", environment=home)
    assert "no rule is on" in doctor()[1]["alerts", "warning"]


def test_a_home_that_is_a_file_or_cannot_be_written_is_a_fault_with_its_remedy(doctor, tmp_path):
    (tmp_path / "home").write_text("in the way", encoding="utf-8")
    code, found = doctor()
    assert (code, "move it away" in found["home", "fault"]) == (1, True)
    for home in ("/sys", "/sys/none"):
        code, found = doctor(JARCHI_HOME=home)
        assert code == 1
        assert f"{home} " in found["home", "fault"]
        assert "chown" in found["home", "fault"]
        assert ("disk", "ok") not in found


def test_a_full_disk_is_a_fault_with_its_remedy(tmp_path, monkeypatch):
    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    found = _home(tmp_path)
    assert found.health is Health.FAULT
    assert f"{tmp_path} cannot be written: the disk is full; free some of it" in found.said


def test_a_wrong_setting_and_a_database_that_is_none_are_faults(doctor, tmp_path):
    assert "JARCHI_TICK" in doctor(JARCHI_TICK="soon")[1]["settings", "fault"]
    (tmp_path / "text.db").write_text("no database at all, but words\n" * 50)
    code, found = doctor(JARCHI_DATABASE_URL=f"sqlite:///{tmp_path / 'text.db'}")
    assert code == 1
    assert "text.db" in found["database", "fault"]

"""`jarchi alerts connect` and what follows from it, against a real receiver; no address is ever shown."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.alerts.receiver import Receiver, receiving
from tests.cli import commands

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver(answer=lambda _: OK)
    with receiving(found):
        yield found


@pytest.fixture
def alerts(tmp_path: Path) -> Callable[..., Any]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def run(*arguments: str, stdin: str | None = None, **variables: str) -> Any:
        settings = {"JARCHI_HOME": str(tmp_path), "COLUMNS": "200"}
        done = commands.run(
            "alerts", *arguments, environment={**inherited, **settings, **variables}, stdin=stdin
        )
        assert "s3cret" not in done.stdout + done.stderr
        return done

    return run


def test_a_channel_and_a_webhook_are_connected_tried_and_forgotten(
    alerts: Callable[..., Any], receiver: Receiver, tmp_path: Path
) -> None:
    at = f"127.0.0.1:{receiver.port}"
    assert alerts("connect", "desk", stdin=f"json://{at}/s3cret/chat\n").returncode == 0
    connected = alerts("connect", "crm", f"http://{at}/s3cret/hook", "--json")
    assert json.loads(connected.stdout)["recipient"] == "webhook:crm"
    listed = json.loads(alerts("channels", "--json").stdout)["channels"]
    assert [item["recipient"] for item in listed] == ["apprise:desk", "webhook:crm"]
    assert "apprise:desk" in alerts("channels").stdout
    added = alerts("add", "r", "--to", "apprise:desk", "--to", "webhook:crm", "--letters", "fa", "--json")
    assert json.loads(added.stdout)["recipients"] == ["apprise:desk", "webhook:crm"]
    closed = alerts("test", "r")
    assert closed.returncode == 1
    assert closed.stderr.count("JARCHI_ALLOW_NETWORKS") == 2
    assert receiver.requests == []
    tried = alerts("test", "r", JARCHI_ALLOW_NETWORKS="127.0.0.0/8")
    assert tried.returncode == 0, tried.stderr
    assert [request.path for request in receiver.requests] == ["/s3cret/chat", "/s3cret/hook"]
    assert json.loads(receiver.requests[1].body)["sample"] is True
    assert "s3cret" not in (tmp_path / "jarchi.db").read_bytes().decode("latin-1")
    assert alerts("disconnect", "apprise:desk").returncode == 0
    assert alerts("disconnect", "apprise:desk").returncode == 1


def test_an_address_given_to_a_rule_becomes_a_name(alerts: Callable[..., Any], tmp_path: Path) -> None:
    added = alerts("add", "r", "--to", "ntfy://ntfy.example/s3cret", "--json")
    (recipient,) = json.loads(added.stdout)["recipients"]
    assert recipient.startswith("apprise:ntfy-")
    assert recipient in added.stderr
    assert "s3cret" in (tmp_path / "channels.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "r", "--to", "apprise:nobody"), "the address book holds no apprise:nobody"),
        (("connect", "Desk!", "ntfy://a.example/s3cret"), "small letters"),
        (("connect", "desk", "s3cret"), "not an address like"),
        (("connect", "desk", "mailto://u:s3cret@example.org"), "not an address like tgram://"),
        (("connect", "desk", "tgram://s3cret"), "desk: Apprise reads no address like the tgram://… given"),
        (("connect", "desk", "pigeon://s3cret/x"), "pigeon://…"),
        (("connect", "desk", "https:///s3cret"), "webhook.desk: not an address"),
        (("add", "r", "--to", "tgram://s3cret"), "Apprise reads no address"),
        (("disconnect", "desk@example.org"), "not like apprise:desk"),
    ],
)
def test_what_is_wrong_is_said(alerts: Callable[..., Any], arguments: tuple[str, ...], said: str) -> None:
    done = alerts(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_name_in_use_keeps_its_address_until_it_is_replaced(alerts: Callable[..., Any], tmp_path: Path) -> None:
    first, other = "https://a.example/s3cret/1", "https://a.example/s3cret/2"
    assert alerts("connect", "crm", first).returncode == 0
    kept = (tmp_path / "channels.toml").read_text()
    assert alerts("connect", "crm", first).returncode == 0  # nothing changes
    refused = alerts("connect", "crm", other)
    assert refused.returncode == 2
    assert "webhook:crm already" in refused.stderr
    assert (tmp_path / "channels.toml").read_text() == kept
    assert alerts("connect", "crm", other, "--replace").returncode == 0
    assert (tmp_path / "channels.toml").read_text() == kept.replace(first, other)

"""Real servers as child processes, each in a folder of its own, and the `jarchi` command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
_PAUSE = 0.05
#: A child ends when this process does, however that happens.
_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM", "--")


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind((host, 0))
        return int(sock.getsockname()[1])


class Server:
    """A child process that writes everything it says into one file."""

    def __init__(
        self, command: Sequence[str | Path], folder: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.said = folder / "said.txt"
        with self.said.open("wb") as said:
            self._process = subprocess.Popen(
                [*_WITH_PARENT, *map(str, command)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                env={**os.environ, **(variables or {})},
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Return once it is; fail with what the process said when it ends before, or takes too long."""
        deadline = time.monotonic() + _PATIENCE
        while not is_ready():
            if self._ended_within(_PAUSE) or time.monotonic() > deadline:
                raise RuntimeError(f"{self._process.args} is not ready:\n{self.text()}")

    def text(self) -> str:
        """What it has said so far."""
        return self.said.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End it, and wait for it."""
        self._process.terminate()
        if not self._ended_within(_PATIENCE):
            self._process.kill()
            self._process.wait()

    def _ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def listens(address: tuple[str, int] | Path) -> bool:
    """Whether a TCP address or a Unix socket takes connections."""
    family = socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        return sock.connect_ex(str(address) if isinstance(address, Path) else address) == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A line of nginx's access log."""

    #: the server's own address that was asked
    server: str
    #: path and query as they were sent
    path: str
    status: int
    if_none_match: str
    if_modified_since: str
    etag: str
    encoding: str
    agent: str


_LOG = {
    "server": '"$server_addr"', "path": '"$request_uri"', "status": "$status",
    "if_none_match": '"$http_if_none_match"', "if_modified_since": '"$http_if_modified_since"',
    "etag": '"$sent_http_etag"', "encoding": '"$sent_http_content_encoding"', "agent": '"$http_user_agent"',
}
_NGINX = """
daemon off;
user root;
worker_processes 1;
pid %(folder)s/nginx.pid;
error_log %(folder)s/error.log;
events {}
http {
  include /etc/nginx/mime.types;
  log_format json escape=json '{%(log)s}';
  access_log %(folder)s/access.log json;
  client_body_temp_path %(folder)s/body;
  proxy_temp_path %(folder)s/proxy;
  fastcgi_temp_path %(folder)s/fastcgi;
  uwsgi_temp_path %(folder)s/uwsgi;
  scgi_temp_path %(folder)s/scgi;
  gzip on;
  gzip_min_length 1;
  gzip_proxied any;
  gzip_types *;
  server {
    listen 127.0.0.1:%(port)d;
    %(server)s
  }
}
"""


class Nginx(Server):
    """nginx on loopback, packing whatever a client takes packed, with one server block of the caller's."""

    def __init__(self, folder: Path, server: str, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self._log = folder / "access.log"
        fields = ",".join(f'"{name}":{value}' for name, value in _LOG.items())
        values = {"folder": folder, "log": fields, "port": self.port, "server": server}
        (folder / "nginx.conf").write_text(_NGINX % values, encoding="utf-8")
        super().__init__(["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"], folder)
        self.wait_until(lambda: listens(("127.0.0.1", self.port)))

    @property
    def origin(self) -> str:
        """Its address, with a slash at the end."""
        return f"http://127.0.0.1:{self.port}/"

    def requests(self, since: int = 0) -> list[Logged]:
        """What it was asked, less the first `since` requests."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [Logged(**json.loads(line)) for line in lines[since:]]


class MariaDB(Server):
    """A database server without a port, and `root` without a password."""

    def __init__(self, folder: Path) -> None:
        data, self.socket = folder / "data", folder / "db.sock"
        self._install(data)
        command = [
            "mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={self.socket}",
            f"--pid-file={folder / 'db.pid'}", "--skip-networking", "--innodb-flush-log-at-trx-commit=0",
        ]
        super().__init__(command, folder)
        self.wait_until(lambda: listens(self.socket))

    def _install(self, data: Path) -> None:
        data.mkdir(parents=True)
        run(
            "mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db",
            "--auth-root-authentication-method=normal",
        )

    def execute(self, statement: str) -> None:
        """Run one statement."""
        run("mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}", f"--execute={statement}")


class Php(Server):
    """PHP behind a Unix socket that speaks FastCGI."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.socket = folder / "php.sock"
        super().__init__(["php-cgi", "-b", self.socket], folder, {"PHP_FCGI_CHILDREN": "3"})
        self.wait_until(lambda: listens(self.socket))


class Jarchi:
    """The command with a home of its own; only the networks given may be fetched from."""

    def __init__(self, home: Path, allowed: str = "127.0.0.1/32") -> None:
        self.home = home
        (home / "sources").mkdir(parents=True)
        self.variables = {
            "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": allowed, "JARCHI_HOST_DELAY": "0",
            "JARCHI_LOG_LEVEL": "WARNING",
        }

    def watch(self, key: str, toml: str) -> None:
        """Add a source."""
        (self.home / "sources" / f"{key}.toml").write_text(toml, encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command, whatever its exit code will be."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments], cwd=ROOT, env={**inherited, **self.variables},
            capture_output=True, text=True, check=False, timeout=180,
        )

    def crawl(self, key: str) -> dict[str, Any]:
        """Crawl one source, and return its run; its exit code says whether the crawl was good."""
        done = self.run("crawl", key, "--json")
        assert done.stdout, done.stderr
        (run_object,) = json.loads(done.stdout)["runs"]
        return {**run_object, "code": done.returncode}

    def articles(self) -> dict[str, dict[str, Any]]:
        """The archive by title."""
        done = self.run("export")
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        by_title = {article["title"]: article for article in found}
        assert len(by_title) == len(found)
        return by_title

    def serve(self, folder: Path) -> tuple[Server, str]:
        """Start the service; it, and the address of its page."""
        variables = {**self.variables, "JARCHI_WEB_PORT": "0", "JARCHI_LOG_LEVEL": "INFO"}
        server = Server([sys.executable, "-m", "cli", "run"], folder, variables)
        server.wait_until(lambda: "ready address=" in server.text())
        return server, server.text().partition("ready address=")[2].split()[0]


def run(*command: str, given: str | None = None) -> str:
    """Run a command to its end and return what it said; fail with that when it fails."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout

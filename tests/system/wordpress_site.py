"""A real WordPress on loopback, and the editor who writes in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.system.servers import MariaDB, Nginx, Php, run

TEHRAN = ZoneInfo("Asia/Tehran")
_PHP = Path(__file__).with_name("wordpress")
_BLOCK = """
    root %(site)s;
    index index.php;
    location / { try_files $uri $uri/ /index.php?$args; }
    location ~ \\.php$ { include /etc/nginx/fastcgi.conf; fastcgi_pass unix:%(socket)s; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What the desk knows of a post."""

    id: int
    link: str


class WordPress:
    """Freshly installed, in English, its clock in Tehran, with addresses of year, month and title."""

    def __init__(self, site: Path, nginx: Nginx) -> None:
        self.nginx = nginx
        self._site = site

    def install(self) -> None:
        """Make the tables; no post is left."""
        self._tell("install")

    def clear(self) -> None:
        """Take every post away."""
        self._tell("clear")

    def insert(self, title: str, paragraphs: tuple[str, ...], at: datetime, **fields: Any) -> Post:
        """Add a post that has lain there since its date."""
        return self._write("insert", title, paragraphs, at, fields)

    def publish(self, title: str, paragraphs: tuple[str, ...], at: datetime, **fields: Any) -> Post:
        """Publish a post now, under a date of any time."""
        return self._write("publish", title, paragraphs, at, fields)

    def edit(self, post: Post, paragraphs: tuple[str, ...]) -> None:
        """Change a post's text now."""
        self._tell("edit", ID=post.id, post_content=_content(paragraphs))

    def unlock(self, post: Post) -> None:
        """Take a post's password away now."""
        self._tell("edit", ID=post.id, post_password="")

    def trash(self, post: Post) -> None:
        """Delete a post."""
        self._tell("trash", ID=post.id)

    def dress(self, theme: str) -> None:
        """Show everything in another theme from now on."""
        self._tell("dress", name=theme)

    def comment(self, post: Post, words: str) -> None:
        """Write a comment under a post, as a reader."""
        self._tell("comment", comment_post_ID=post.id, comment_content=words)

    def _write(
        self, action: str, title: str, paragraphs: tuple[str, ...], at: datetime, fields: dict[str, Any]
    ) -> Post:
        local = at.astimezone(TEHRAN).strftime("%Y-%m-%d %H:%M:%S")
        return Post(
            **self._tell(action, post_title=title, post_content=_content(paragraphs), post_date=local, **fields)
        )

    def _tell(self, action: str, **post: Any) -> dict[str, Any]:
        answer = run(
            "php", "-d", "sendmail_path=/bin/true", str(_PHP / "desk.php"), str(self._site),
            f"127.0.0.1:{self.nginx.port}", given=json.dumps({"do": action, "post": post}),
        )
        told: dict[str, Any] = json.loads(answer)
        return told


@contextmanager
def wordpress(folder: Path) -> Iterator[WordPress]:
    """Install one in a folder, and end its servers afterwards."""
    site = folder / "site"
    shutil.copytree("/usr/share/wordpress", site)
    shutil.copy(_PHP / "wp-config.php", site)
    with (
        MariaDB(folder / "mariadb") as database,
        Php(folder / "php") as php,
        Nginx(folder / "nginx", _BLOCK % {"site": site, "socket": php.socket}) as nginx,
    ):
        database.execute("CREATE DATABASE wordpress CHARACTER SET utf8mb4")
        running = WordPress(site, nginx)
        running.install()
        yield running


def _content(paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join(f"<!-- wp:paragraph --><p>{text}</p><!-- /wp:paragraph -->" for text in paragraphs)

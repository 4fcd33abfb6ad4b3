"""`python -m samples`: the five sites on loopback, steered by lines on standard input."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from samples.library import SITES
from samples.newsroom import Newsroom
from samples.server import serve


def main() -> int:
    """Serve until `quit`, the end of standard input, or a signal."""
    options = _parser().parse_args()
    newsroom = Newsroom(options.now or datetime.now(UTC))
    if options.published:
        newsroom.publish()
    try:
        asyncio.run(serve(newsroom, options.host, options.ports))
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="samples", description="Serve the sample sites; see samples.serving."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--ports", type=_ports, default=(0,) * len(SITES), help="one for each site; 0 takes any"
    )
    parser.add_argument("--published", action="store_true", help="begin with the second wave out")
    parser.add_argument("--now", type=_moment, help="the sites' clock, as 2025-10-07T12:00:00+03:30")
    return parser


def _ports(text: str) -> tuple[int, ...]:
    ports = tuple(int(port) for port in text.split(","))
    if len(ports) != len(SITES):
        raise argparse.ArgumentTypeError(f"{len(SITES)} ports are needed, one for each of {', '.join(SITES)}")
    return ports


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset from UTC")
    return moment


if __name__ == "__main__":
    sys.exit(main())

"""The server inside a loop that has other work."""

import asyncio
import signal
import socket
from typing import Any

import httpx
import pytest

from news.errors import UsageError
from web.serving import serve


async def hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"hi"})


def ready() -> "asyncio.Future[str]":
    return asyncio.get_running_loop().create_future()


async def ask(address: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(address)).text


def test_it_stops_when_its_event_is_set_and_frees_the_port() -> None:
    async def main() -> str:
        stop, address = asyncio.Event(), ready()
        task = asyncio.create_task(serve(hello, "127.0.0.1", 0, address.set_result, stop))
        assert await ask(await address) == "hi"
        stop.set()
        await task
        return address.result()

    with pytest.raises(httpx.ConnectError):
        httpx.get(asyncio.run(main()), trust_env=False)


def test_it_stops_when_cancelled() -> None:
    async def main() -> None:
        address = ready()
        task = asyncio.create_task(serve(hello, "127.0.0.1", 0, address.set_result))
        assert await ask(await address) == "hi"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(httpx.ConnectError):
            await ask(address.result())
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_signals_stay_with_the_process() -> None:
    async def main() -> None:
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
        stop, address = asyncio.Event(), ready()
        task = asyncio.create_task(serve(hello, "127.0.0.1", 0, address.set_result, stop))
        await address
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
        stop.set()
        await task

    asyncio.run(main())


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"127\.0\.0\.1, port {port}: .*in use"):
            asyncio.run(serve(hello, "127.0.0.1", port, lambda address: None))


def test_a_host_that_is_none_of_ours_is_named() -> None:
    with pytest.raises(UsageError, match=r"no-such-host\.invalid"):
        asyncio.run(serve(hello, "no-such-host.invalid", 0, lambda address: None))


def test_two_servers_share_a_loop() -> None:
    async def main() -> list[str]:
        stop, first, second = asyncio.Event(), ready(), ready()
        tasks = [
            asyncio.create_task(serve(hello, "127.0.0.1", 0, address.set_result, stop))
            for address in (first, second)
        ]
        answers = [await ask(await first), await ask(await second)]
        assert first.result() != second.result()
        stop.set()
        await asyncio.gather(*tasks)
        return answers

    assert asyncio.run(main()) == ["hi", "hi"]

"""A line to Supabase that is as long as one to another data centre: `python -m tests.load.slow_line PORT TO_PORT MS`."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from local.process.ports import HOST, Ports
from local.project import ROOT


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Pass bytes on, each of them `delay` seconds after it came, and the end of them too."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if not data:
                break
            writer.write(data)
        writer.close()

    delivery = asyncio.create_task(deliver())
    data = b"begin"
    while data:
        data = await reader.read(65536)
        under_way.put_nowait((time.monotonic() + delay, data))
    await delivery


async def _serve(port: int, upstream: int, delay: float) -> None:
    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            there, back = await asyncio.open_connection(HOST, upstream)
            await asyncio.gather(_carry(reader, back, delay), _carry(there, writer, delay))

    server = await asyncio.start_server(connect, HOST, port)
    await server.serve_forever()


@contextmanager
def slow_line(url: str, milliseconds: float) -> Iterator[str]:
    """The URL of the same server, so much further away, there and back together."""
    port = Ports.isolated().gateway
    numbers = [str(port), str(urlsplit(url).port), str(milliseconds)]
    with subprocess.Popen([sys.executable, "-m", "tests.load.slow_line", *numbers], cwd=ROOT) as process:
        try:
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2000))

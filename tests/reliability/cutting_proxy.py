"""A proxy in front of an API that lets requests through and cuts the connection in the middle of their answers."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


@contextmanager
def cutting_proxy(upstream: str, chance: random.Random) -> Iterator[str]:
    """Its URL. Each connection carries one request; its answer is read whole here and passed on in part."""
    address = urlsplit(upstream)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, (address.hostname, address.port), chance))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            # Closing alone would not wake up a thread that accepts.
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, upstream: tuple[str | None, int | None], chance: random.Random) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(
                target=_pass_and_cut, args=(client, upstream, chance.random()), daemon=True
            ).start()


def _pass_and_cut(client: socket.socket, upstream: tuple[str | None, int | None], part: float) -> None:
    with client, socket.create_connection(upstream) as server, suppress(OSError):
        server.sendall(_message(client))
        answer = _message(server)
        client.sendall(answer[: int(part * len(answer))])


def _message(source: socket.socket) -> bytes:
    """One HTTP message whose length is announced."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(source)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        more = _more(source)
        data += more
        missing -= len(more)
    return data


def _more(source: socket.socket) -> bytes:
    received = source.recv(65536)
    if not received:
        raise ConnectionError
    return received

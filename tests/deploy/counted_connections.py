"""A way to a local port that counts the connections made."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def counted_connections(port: int) -> Iterator[tuple[int, list[object]]]:
    """A way to a local port that counts the connections made."""
    made: list[object] = []

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            made.append(self)
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                back = threading.Thread(target=_pump, args=(upstream, self.request))
                back.start()
                _pump(self.request, upstream)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], made
        server.shutdown()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

"""A proxy in front of Supabase that remembers which of our requests made which call."""

import http.client
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length"}

Calls = dict[str, list[str]]
"""X-Request-Id -> the calls made under it, as `POST /rest/v1/rpc/create_account`."""

BeforeAnswering = Callable[[str], None]
"""Called with the path when Supabase has answered, and the answer has not been passed on."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: str
    calls: Calls
    before_answering: BeforeAnswering

    def forward(self) -> None:
        self.calls[self.headers.get("X-Request-Id", "")].append(f"{self.command} {urlsplit(self.path).path}")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(self.upstream, timeout=30)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.before_answering(self.path)
        self.send_response(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        with suppress(BrokenPipeError, ConnectionResetError):  # who asked may be dead by now
            self.end_headers()
            self.wfile.write(content)

    # The base class looks for these names.
    do_GET = do_POST = do_PATCH = do_DELETE = forward  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name it has in the base class)
        """Say nothing."""


@contextmanager
def counting_proxy(
    upstream: str, before_answering: BeforeAnswering = lambda _path: None
) -> Iterator[tuple[str, Calls]]:
    """Its URL, and the calls that came through it so far."""
    calls: Calls = defaultdict(list)
    told = {
        "upstream": urlsplit(upstream).netloc,
        "calls": calls,
        "before_answering": staticmethod(before_answering),
    }
    handler = type("Handler", (_Handler,), told)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", calls
        finally:
            server.shutdown()
            thread.join()

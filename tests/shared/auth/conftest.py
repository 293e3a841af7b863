"""A server of public keys, and the keys that were fetched there."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from shared.auth.tokens import PublicKeys
from tests.shared.auth.signing import KeyServer


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    state = KeyServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.fetched += 1
            body = json.dumps({"keys": list(state.keys.values())}).encode()
            self.send_response(state.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}/auth/v1/.well-known/jwks.json"
        yield state
        server.shutdown()


@pytest.fixture
def public_keys(key_server: KeyServer) -> Iterator[PublicKeys]:
    with httpx.Client(trust_env=False) as client:
        yield PublicKeys(key_server.url, client)

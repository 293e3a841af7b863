"""A user who does the worst to the others with a hundred connections: large inserts, and edits that wait for them."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.load.bench import Bench
from tests.load.wire import Message, RefusedError, Wire

CONNECTIONS = 100
_INSERTING = 2
_ROWS = 2_000


@contextmanager
def worst_neighbour(bench: Bench) -> Iterator[None]:
    """Busy until the end of the block, in a process of its own."""
    [user] = bench.strangers(1)
    sale = {"user_id": str(user), "transaction_type": "sale", "amount": 118}
    headers = {
        "apikey": bench.stack.anon_key,
        "authorization": f"Bearer {bench.token(user)}",
        "content-profile": "public",
        "prefer": "return=minimal",
    }
    url = f"{bench.stack.supabase_url}/rest/v1/transactions"
    insert = Message.with_json("POST", url, headers, [sale] * _ROWS)
    edit = Message.with_json("PATCH", f"{url}?user_id=eq.{user}", headers, {"description": "Again"})
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(insert, edit), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _work(insert: Message, edit: Message) -> None:
    messages = [insert] * _INSERTING + [edit] * (CONNECTIONS - _INSERTING)
    threads = [threading.Thread(target=_ask_for_ever, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()


def _ask_for_ever(message: Message) -> None:
    while True:
        with suppress(RefusedError, OSError), Wire(message.host, message.port) as wire:
            wire.ask(message.content)

"""The demo user of `make dev`, who signs up like any other user, and the demo data in supabase/seed.sql."""

import json
import urllib.error
import urllib.parse
import urllib.request

from local.project import DIRECTLY, ROOT, Problem
from local.stack import Stack
from local.supabase.cli import push_migrations

DEMO_EMAIL = "demo@renpay.test"
DEMO_PASSWORD = "demo-password"


def add_demo_data(stack: Stack) -> None:
    """Sign the user up once. The CLI stores in the database which seed files it has run."""
    user_id = _post(stack, "signup") or _post(stack, "token?grant_type=password")
    if not user_id:
        raise Problem(f"{DEMO_EMAIL} exists with another password. Run `make reset` to start afresh.")
    if not (ROOT / "supabase" / "seed.sql").exists():
        return
    options = urllib.parse.quote(f"-c renpay.demo_user_id={user_id}")
    push_migrations(f"{stack.db_url}?options={options}", "--include-seed", home=stack.folder / "cli")


def _post(stack: Stack, path: str) -> str | None:
    """The id of the demo user, or None if Auth refuses."""
    request = urllib.request.Request(
        f"{stack.supabase_url}/auth/v1/{path}",
        json.dumps({"email": DEMO_EMAIL, "password": DEMO_PASSWORD}).encode(),
        {"apikey": stack.anon_key, "content-type": "application/json"},
    )
    try:
        with DIRECTLY.open(request, timeout=30) as answer:
            user_id: str = json.load(answer)["user"]["id"]
            return user_id
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return None

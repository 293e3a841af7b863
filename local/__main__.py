"""The developer's commands: `python -m local dev | status | stop`."""

import os
import signal
import sys
from types import FrameType

from local.demo import DEMO_EMAIL, DEMO_PASSWORD, add_demo_data
from local.process.ports import Ports
from local.process.state_folder import becomes_free, owner
from local.project import STATE, Problem
from local.stack import Stack, running_stack


def dev() -> None:
    """Run the whole stack with its demo data until Ctrl-C or `make stop`."""
    signal.signal(signal.SIGTERM, _end)
    # Explicit, because a process that starts in the background ignores SIGINT.
    signal.signal(signal.SIGINT, _end)
    try:
        with running_stack(STATE, Ports.usual, api_to_terminal=True) as stack:
            add_demo_data(stack)
            _welcome(stack)
            signal.pause()
    except KeyboardInterrupt:
        print("\nStopped. The data stays; `make reset` deletes it.")


def status() -> None:
    """Print the addresses and keys of the running stack, as KEY=value lines."""
    current = owner(STATE)
    if current is None:
        raise Problem("Nothing runs. Start it with `make dev`.")
    if not current.environment:
        raise Problem("It is still starting. Try again in a few seconds.")
    print(current.environment)


def stop() -> None:
    """Stop the stack of `make dev`, if it runs."""
    current = owner(STATE)
    if current is None:
        print("Nothing runs.")
        return
    if current.is_alive():
        os.kill(current.pid, signal.SIGTERM)
    if not becomes_free(STATE):
        raise Problem(f"Process {current.pid} does not stop.")
    print("Stopped.")


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _welcome(stack: Stack) -> None:
    print(
        f"""
  API        {stack.api_url}
  Supabase   {stack.supabase_url}   (keys: `make status`)
  Database   {stack.db_url}
  Log in as  {DEMO_EMAIL}   with password   {DEMO_PASSWORD}

  Logs are in {STATE}/*.log; Ctrl-C stops everything.
""",
        flush=True,
    )


if __name__ == "__main__":
    try:
        {"dev": dev, "status": status, "stop": stop}[sys.argv[1]]()
    except Problem as problem:
        sys.exit(str(problem))

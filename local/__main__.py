"""The developer's commands: `python -m local dev | status | stop`."""

import os
import signal
import sys
from types import FrameType

from local.demo import DEMO_EMAIL, DEMO_PASSWORD, add_demo_data
from local.external import External, running_api
from local.process.ports import Ports
from local.process.state_folder import becomes_free, owner
from local.project import STATE, Problem
from local.stack import Stack, running_stack
from local.supabase.programs import Programs


def dev() -> None:
    """Run it until Ctrl-C or `make stop`: on the Supabase of SUPABASE_URL, or a local one with demo data."""
    signal.signal(signal.SIGTERM, _end)
    # Explicit, because a process that starts in the background ignores SIGINT.
    signal.signal(signal.SIGINT, _end)
    external = External.named()
    try:
        if external:
            _run_on(external)
        else:
            _run_local()
    except KeyboardInterrupt:
        print("\nStopped. The data stays; `make reset` deletes local data.")


def _run_local() -> None:
    programs = Programs.chosen()
    with running_stack(
        STATE, Ports.usual, programs=programs, api_to_terminal=True, mailbox=True, studio=True
    ) as stack:
        add_demo_data(stack)
        _welcome(stack, programs)
        signal.pause()


def _run_on(external: External) -> None:
    with running_api(external, STATE, to_terminal=True) as url:
        print(_WELCOME_EXTERNAL.format(api=url, supabase=external.url), flush=True)
        signal.pause()


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


def _welcome(stack: Stack, programs: Programs) -> None:
    print(
        _WELCOME.format(
            stack=stack,
            programs="".join(f"  Instead of the stand-in: {line}\n" for line in programs.described()),
            email=DEMO_EMAIL,
            password=DEMO_PASSWORD,
            logs=STATE,
        ),
        flush=True,
    )


_WELCOME = """
  API        {stack.api_url}
  Studio     {stack.studio_url}   (the tables; this machine only)
  Mailbox    {stack.mailbox_url}   (the mails of Auth)
  Supabase   {stack.supabase_url}   (keys: `make status`)
  Database   {stack.db_url}
  Log in as  {email}   with password   {password}

{programs}  Logs are in {logs}/*.log; Ctrl-C stops everything.
"""

_WELCOME_EXTERNAL = """
  API        {api}
  Supabase   {supabase}   (named by SUPABASE_URL; nothing was changed there)

  Ctrl-C stops everything.
"""


if __name__ == "__main__":
    try:
        {"dev": dev, "status": status, "stop": stop}[sys.argv[1]]()
    except Problem as problem:
        sys.exit(str(problem))

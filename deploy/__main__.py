"""Deploy a stage: `python -m deploy prod [database | functions]`.

Migrations come first: the functions of the previous release work with them, too. `functions` alone does not
change the database; use it to go back to an earlier release.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.database import push_config, push_migrations
from deploy.functions import api_url, deploy_functions, store_secret_key
from deploy.package import BUILD, build_for_lambda
from deploy.settings import pushes_settings, settings_of
from deploy.smoke import smoke
from deploy.tokens import check_tokens
from local.project import Problem

PARTS = ("database", "functions")


def deploy(stage: str, settings: Mapping[str, str], folder: Path, only: Sequence[str] = ()) -> None:
    """Deploy this source tree to a stage, or only one part of it."""
    if unknown := [part for part in only if part not in PARTS]:
        raise Problem(f"ONLY is {' or '.join(PARTS)}, not {' '.join(unknown)}. Nothing was deployed.")
    parts = only or PARTS
    if "functions" in parts:
        check_tokens(settings)
        print("Packages ...", flush=True)
        build_for_lambda()
    if "database" in parts:
        _deploy_database(settings)
    if "functions" in parts:
        _deploy_functions(stage, settings, folder)


def _deploy_database(settings: Mapping[str, str]) -> None:
    print("Database ...", flush=True)
    push_migrations(settings)
    if pushes_settings(settings):
        push_config(settings)
    else:
        print(
            "The settings of the project do not change: set SUPABASE_ACCESS_TOKEN and SITE_URL to push them, "
            "or set them by hand, as docs/deployment.md says."
        )


def _deploy_functions(stage: str, settings: Mapping[str, str], folder: Path) -> None:
    print("Functions ...", flush=True)
    store_secret_key(stage, settings)
    deploy_functions(stage, settings, folder)
    url = api_url(stage, settings)
    print(f"Trying {url} ...", flush=True)
    smoke(url, settings)


if __name__ == "__main__":
    try:
        deploy(sys.argv[1], settings_of(sys.argv[1]), BUILD / f"stack-{sys.argv[1]}", sys.argv[2:])
    except Problem as problem:
        sys.exit(str(problem))

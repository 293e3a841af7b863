"""What a function must not share with its copies: AWS Lambda's SnapStart makes many from one snapshot.

Two of them would use one open connection; public keys and the secret key would be as old as the deployment.
"""

import random
from collections.abc import Callable
from functools import cache
from typing import TypeVar

Made = TypeVar("Made")

_forgotten_after_restore: list[Callable[[], object]] = [random.seed]


def once_per_environment(make: Callable[[], Made]) -> Callable[[], Made]:
    """Make it at the first call and keep it, as functools.cache does, but anew in each restored copy."""
    kept = cache(make)
    _forgotten_after_restore.append(kept.cache_clear)
    return kept


def after_restore() -> None:
    """Begin anew with what a snapshot must not carry."""
    for forget in _forgotten_after_restore:
        forget()


def register(prepare: Callable[[], object]) -> None:
    """Have Lambda call `prepare` before a snapshot, and `after_restore` in each copy of it."""
    try:
        # Part of Lambda's runtime, and only there.
        import snapshot_restore_py as lambda_runtime  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        return
    lambda_runtime.register_before_snapshot(prepare)
    lambda_runtime.register_after_restore(after_restore)

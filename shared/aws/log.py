"""The log: one JSON object per line, which CloudWatch reads as it is, and metrics inside of it.

A line with metrics is in the Embedded Metric Format: CloudWatch counts them without another call. Where no
METRICS_NAMESPACE is set, as on a developer's machine, there are none.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from typing import Literal

Unit = Literal["Count", "Milliseconds"]

_log = logging.getLogger("renpay.lines")


def write(
    level: int, fields: Mapping[str, object], metrics: Mapping[str, Unit] | None = None, by: str = ""
) -> None:
    """Write a line. `metrics` are the fields that CloudWatch sums up, for each value of the field `by`."""
    _prepare()
    namespace = os.environ.get("METRICS_NAMESPACE")
    embedded = _embedded(namespace, metrics, by) if namespace and metrics else {}
    _log.log(level, "%s", json.dumps({"level": logging.getLevelName(level), **fields, **embedded}))


def _prepare() -> None:
    if not _log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False


def _embedded(namespace: str, metrics: Mapping[str, Unit], by: str) -> dict[str, object]:
    named = [{"Name": name, "Unit": unit} for name, unit in metrics.items()]
    directive = {"Namespace": namespace, "Dimensions": [[by]] if by else [[]], "Metrics": named}
    return {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}}

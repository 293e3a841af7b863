"""What was measured, as Markdown and as a picture."""

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import version
from pathlib import Path

import psycopg

from local.supabase.programs import Programs
from tests.load.contention import LEAST, MOST_PER_BULK_ROW, Bulk, Sales
from tests.load.level import MOST, Level
from tests.load.overhead import Overhead
from tests.load.strangers import Finding

_BEGIN, _END = "<!-- measured: begin (written by `make bench`) -->", "<!-- measured: end -->"


@dataclass
class Results:
    """Everything that one run measured."""

    workers: int
    servers: str
    """Who answered, with versions."""
    seconds: float = 0
    overheads: list[Overhead] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    sales: list[Sales] = field(default_factory=list)
    bulks: list[Bulk] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def markdown(self) -> str:
        return "\n\n".join(
            [
                self._machine(),
                "### Overhead, by one client\n\n" + self._overheads(),
                "### Overhead, by sixteen clients\n\n" + self._crowds(),
                "### Level cost\n\n" + self._levels(),
                "### Contention\n\n" + self._sales(),
                "### Nobody waits for a stranger\n\n" + self._findings(),
            ]
        )

    def _machine(self) -> str:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
        packages = ", ".join(
            f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "httpx", "supabase")
        )
        return (
            f"Measured in {self.seconds / 60:.0f} minutes on {os.cpu_count()} processors ({_processor()}), "
            f"{memory} GB, Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}, "
            f"{self.servers}, {packages}; {self.workers} workers. Client, API, gateway, PostgREST and PostgreSQL "
            "share the processors. Times are milliseconds, ratios a median over the rounds with the lowest and "
            "the highest."
        )

    def _overheads(self) -> str:
        rows = [
            [
                overhead.endpoint.name,
                f"{overhead.one['api'].p50:.2f}",
                f"{overhead.one['api'].p99:.2f}",
                f"{overhead.one['postgrest'].p50:.2f}",
                f"{overhead.one['fastapi'].p50:.2f}",
                f"{overhead.one['sql'].p50:.2f}" if "sql" in overhead.one else "",
                str(overhead.ratio),
                f"{overhead.endpoint.target}",
                _mark(is_met=overhead.is_met),
            ]
            for overhead in self.overheads
        ]
        names = ["", "p50", "p99", "PostgREST", "FastAPI", "SQL", "of PostgREST", "at most", ""]
        return table(names, rows)

    def _crowds(self) -> str:
        rows = [
            [
                overhead.endpoint.name,
                f"{overhead.sixteen['api'].rate / self.workers:.0f}",
                f"{overhead.sixteen['api'].p50:.1f}",
                f"{overhead.sixteen['api'].p99:.1f}",
                f"{overhead.sixteen['postgrest'].rate:.0f}",
                f"{overhead.sixteen['postgrest'].p50:.1f}",
            ]
            for overhead in self.overheads
        ]
        names = ["", "requests/s per worker", "p50", "p99", "PostgREST requests/s", "p50"]
        return table(names, rows)

    def _levels(self) -> str:
        sizes = list(self.levels[0].sizes)
        rows = [
            [
                level.name,
                *(f"{level.sizes[size].p50:.2f}" for size in sizes),
                str(level.ratio(sizes[-1])),
                f"{MOST}",
                _mark(is_met=level.is_met),
            ]
            for level in self.levels
        ]
        return table(["", *sizes, f"{sizes[-1]} of {sizes[0]}", "at most", ""], rows)

    def _sales(self) -> str:
        rows = []
        for sales in self.sales:
            rates = [f"{sales.timings[name].rate:.0f}" for name in ("sale", "bare", "rows")]
            ratio = sales.ratio("bare")
            mark = _mark(is_met=ratio.median >= LEAST)
            rows.append([sales.name, *rates, str(ratio), f"{LEAST}", mark, str(sales.ratio("rows"))])
        names = ["16 clients on", "sales/s", "insert + update /s", "the same rows /s", "of insert + update"]
        names += ["at least", "", "of the same rows"]
        bulks = [
            [
                f"{bulk.rows:,} of type {bulk.kind}",
                f"{bulk.row:.3f}",
                f"{bulk.single:.2f}",
                f"{bulk.ratio:.2f}",
                f"{MOST_PER_BULK_ROW}",
                _mark(is_met=bulk.ratio <= MOST_PER_BULK_ROW),
            ]
            for bulk in self.bulks
        ]
        headings = ["in one request", "a row", "alone", "ratio", "at most", ""]
        return table(names, rows) + "\n\n" + table(headings, bulks)

    def _findings(self) -> str:
        rows = [
            [
                finding.name,
                str(finding.ratio),
                f"{'at least' if finding.at_least else 'at most'} {finding.target}",
                _mark(is_met=finding.is_met),
            ]
            for finding in self.findings
        ]
        return table(["", "ratio", "target", ""], rows)

    def picture(self) -> str:
        """Two rows of bars: what we add to PostgREST, and what large books add."""
        overheads = [
            (overhead.endpoint.name, overhead.ratio.median, overhead.endpoint.target)
            for overhead in self.overheads
        ]
        size = list(self.levels[0].sizes)[-1]
        levels = [(level.name, level.ratio(size).median, MOST) for level in self.levels]
        return _svg(
            [
                ("Time of our API, in times of the PostgREST request it makes", overheads),
                ("Time with 3 million transactions, in times of that with a thousand", levels),
            ]
        )

    def write(self, page: Path, picture: Path) -> None:
        text = page.read_text()
        before, _, rest = text.partition(_BEGIN)
        after = rest.partition(_END)[2]
        page.write_text(f"{before}{_BEGIN}\n\n{self.markdown()}\n\n{_END}{after}")
        picture.write_text(self.picture())


def servers(db_url: str) -> str:
    """PostgreSQL and PostgREST, as they call themselves."""
    with psycopg.connect(db_url) as database:
        version_of_postgres = database.info.parameter_status("server_version")
    told = subprocess.run(
        [Programs.pinned().postgrest, "--version"], capture_output=True, text=True, check=True
    )
    return f"PostgreSQL {version_of_postgres} (fsync off), {told.stdout.strip()}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _mark(*, is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows as a table of Markdown."""
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_WIDTH, _NAMES, _LINE = 900, 240, 20
_STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 14px }
    .bar { fill: #2f81f7 } .missed { fill: #d1242f } .target { stroke: #1f2328; stroke-dasharray: 3 3 }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .target { stroke: #e6edf3 } }
"""

Bar = tuple[str, float, float]


def _svg(charts: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    drawn: list[str] = []
    top = 10
    for title, bars in charts:
        drawn.append(f'<text class="title" x="0" y="{top + 14}">{escape(title)}</text>')
        top += 30
        scale = (_WIDTH - _NAMES - 60) / max(max(value, target) for _, value, target in bars)
        for bar in bars:
            drawn += _bar(bar, top, scale)
            top += _LINE
        top += 20
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img" '
        f'aria-label="What was measured, beside its targets">\n<style>{_STYLE}</style>\n{body}\n</svg>\n'
    )


def _bar(bar: Bar, top: int, scale: float) -> Iterable[str]:
    name, value, target = bar
    kind = "bar" if value <= target else "bar missed"
    limit = _NAMES + target * scale
    yield f'<text x="{_NAMES - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>'
    yield f'<rect class="{kind}" x="{_NAMES}" y="{top + 3}" width="{value * scale:.1f}" height="14" rx="2"/>'
    yield f'<text x="{_NAMES + max(value, target) * scale + 6:.1f}" y="{top + 13}">{value:.2f}</text>'
    yield f'<line class="target" x1="{limit:.1f}" x2="{limit:.1f}" y1="{top}" y2="{top + _LINE}"/>'

"""How fast the whole gateway is, beside what the same packages cost in C: one run, one machine, ratios.

`make bench`, `make bench ARGS="--seconds 20 --json"`. Every acknowledgement is checked; errors are counted and shown.
Absolute figures belong to the machine and the hour, ratios travel (docs/server.md).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from lxml import etree  # noqa: E402  # after the path

from bench import load, packages, primitives, processes  # noqa: E402
from gateway import clock, settings, stand  # noqa: E402
from gateway.client.stand import Stand  # noqa: E402

SIZES: Final = {"5 KB": 5_000, "60 KB": 60_000, "600 KB": 600_000}
GOAL: Final = "1.25 × primitives + 1.0 ms"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One size of package."""

    name: str
    size: int
    cost: primitives.Cost
    outcome: load.Outcome
    cpu: float
    """Processor time of the server's processes for one accepted package, ms."""

    def facts(self, cores: int) -> dict[str, Any]:
        """Return the figures, rounded; `of_limit` is the rate beside that of the primitives on all cores."""
        limit = cores * 1000 / self.cost.total
        return {
            "package": self.name,
            "bytes": self.size,
            "primitives_ms": {name: round(value, 3) for name, value in dataclasses.asdict(self.cost).items()},
            "primitives_sum_ms": round(self.cost.total, 3),
            "limit_per_second": round(limit),
            "accepted": self.outcome.accepted,
            "per_second": round(self.outcome.rate, 1),
            "of_limit": round(self.outcome.rate / limit, 3),
            "p50_ms": round(self.outcome.quantile(0.5), 1),
            "p99_ms": round(self.outcome.quantile(0.99), 1),
            "cpu_ms": round(self.cpu, 2),
            "cpu_of_primitives": round(self.cpu / self.cost.cpu, 2),
            "goal_cpu_ms": round(1.25 * self.cost.cpu + 1.0, 2),
            "errors": dict(self.outcome.errors),
        }


def main() -> int:
    """Measure, print, and return 0; 1 where an answer was not the acknowledgement that it had to be."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="hcs-bench-", dir=arguments.folder) as folder:
        conf, where = prepare(Path(folder), processes=arguments.processes, exchange_workers=arguments.workers)
        rows = _measure(conf, where, arguments)
    report = {"machine": machine(arguments), "rows": [row.facts(os.cpu_count() or 1) for row in rows]}
    print(json.dumps(report, ensure_ascii=False, indent=1) if arguments.json else _table(report))
    return int(any(row.outcome.errors for row in rows))


def prepare(folder: Path, **changes: Any) -> tuple[settings.Settings, Stand]:
    """Make a stand with RSA-2048 keys that demands signatures; return its settings and who may send to it."""
    stand.prepare(folder, suite="rsa-2048")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    changes = {"port": port, "signature": "required", "log_level": "warning", **changes}
    conf = settings.load(folder, **changes)
    return conf, stand.announce(folder, f"http://{conf.host}:{conf.port}")


def machine(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return where and with what was measured."""
    return {
        "date": clock.now().date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "clients": arguments.clients,
        "seconds": arguments.seconds,
        "processes": arguments.processes,
        "exchange_workers": arguments.workers,
        "load_before": round(os.getloadavg()[0], 1),
    }


def _measure(conf: settings.Settings, where: Stand, arguments: argparse.Namespace) -> list[Row]:
    templates = {name: packages.template(where, SIZES[name]) for name in arguments.sizes}
    costs = {
        name: primitives.measure(each.package(), where, each.path, conf.data, repeat=arguments.repeat)
        for name, each in templates.items()
    }
    rows = []
    with processes.running([sys.executable, "-m", "bench.server"], conf, errors=conf.data / "server.log") as pid:
        for name, template in templates.items():
            load.run(where, template, clients=arguments.clients, seconds=arguments.warm_up)
            pids = processes.family(pid)
            before = processes.cpu_seconds(pids)
            outcome = load.run(where, template, clients=arguments.clients, seconds=arguments.seconds)
            used = processes.cpu_seconds(pids) - before
            cpu = used * 1000 / max(outcome.accepted, 1)
            rows.append(Row(name, template.size, costs[name], outcome, cpu))
    return rows


def _table(report: dict[str, Any]) -> str:
    lines = ["; ".join(f"{name} {value}" for name, value in report["machine"].items()), ""]
    lines.append(
        f"{'package':>8} {'bytes':>8} | {'parse':>6} {'XSD':>6} {'c14n':>6} {'RSA':>6} {'commit':>6} {'sum':>7} ms"
        f" | {'acc./s':>7} {'of C':>5} | {'p50':>6} {'p99':>6} ms | {'CPU':>6} {'goal':>6} ms {'÷ C':>5} | errors"
    )
    for row in report["rows"]:
        cost = row["primitives_ms"]
        lines.append(
            f"{row['package']:>8} {row['bytes']:>8} | {cost['parse']:6.2f} {cost['validate']:6.2f}"
            f" {cost['digest']:6.2f} {cost['verify']:6.2f} {cost['commit']:6.2f} {row['primitives_sum_ms']:7.2f}   "
            f" | {row['per_second']:7.1f} {row['of_limit']:5.2f} | {row['p50_ms']:6.1f} {row['p99_ms']:6.1f}   "
            f" | {row['cpu_ms']:6.2f} {row['goal_cpu_ms']:6.2f}    {row['cpu_of_primitives']:5.2f}"
            f" | {row['errors'] or 'none'}"
        )
    lines += ["", f"of C: rate ÷ (cores ÷ sum). CPU: of the server, for one package. goal: {GOAL}, without the commit."]
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--warm-up", type=float, default=2.0, help="seconds before each measurement")
    parser.add_argument("--clients", type=int, default=16, help="connections that send at the same time")
    parser.add_argument("--processes", type=int, default=2, help="web processes")
    parser.add_argument("--workers", type=int, default=0, help="exchange workers: 0 measures the intake alone")
    parser.add_argument("--repeat", type=int, default=50, help="runs of each primitive")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES), metavar="SIZE", help=", ".join(SIZES))
    parser.add_argument("--folder", help="where the journal stands; its disk is measured (default: the temporary one)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""WSGI servers under the gateway's own handler, in one run: two processes, eight threads, sixteen clients; ratios.

`python -m bench.servers`. Granian is what the gateway uses; the others are measured where they are installed
(`pip install gunicorn waitress cheroot uwsgi`), and skipped with a word where they are not. Figures: docs/server.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import load, packages, processes, run
from gateway import settings

SIZES: Final = ("5 KB", "60 KB")
_PACKAGE: Final = 0.9
"""Share of the time that is measured; the rest warms up."""


def granian(conf: settings.Settings) -> list[str]:
    """Return the command of the gateway itself."""
    del conf
    return [sys.executable, "-m", "bench.server"]


def gunicorn(conf: settings.Settings) -> list[str]:
    """Return the command of gunicorn with threads."""
    options = ["--workers", str(conf.processes), "--threads", str(conf.threads), "--worker-class", "gthread"]
    bind = ["--bind", f"{conf.host}:{conf.port}", "--keep-alive", "30", "--log-level", "error"]
    return [sys.executable, "-m", "gunicorn", *options, *bind, "bench.wsgi:application"]


def uwsgi(conf: settings.Settings) -> list[str]:
    """Return the command of uWSGI."""
    options = ["--master", "--lazy-apps", "--enable-threads", "--disable-logging", "--die-on-term", "--need-app"]
    numbers = ["--processes", str(conf.processes), "--threads", str(conf.threads), "--listen", "100"]
    address = ["--http11-socket", f"{conf.host}:{conf.port}", "--module", "bench.wsgi:application"]
    home = ["--home", sys.prefix, "--pythonpath", str(processes.ROOT)]
    return [str(Path(sys.executable).with_name("uwsgi")), *options, *numbers, *address, *home]


def hosted(name: str) -> Callable[[settings.Settings], list[str]]:
    """Return the command of a server that is started once per process, on a socket that all inherit."""
    return lambda _: [sys.executable, "-m", "bench.servers", "--host", name]


SERVERS: Final = {
    "granian": granian,
    "gunicorn": gunicorn,
    "waitress": hosted("waitress"),
    "cheroot": hosted("cheroot"),
    "uwsgi": uwsgi,
}


def main() -> int:
    """Measure every server that is installed and print a table or JSON."""
    arguments = _arguments()
    if arguments.host:
        return _host(arguments.host)
    rows: list[dict[str, Any]] = []
    for name in arguments.servers:
        if not _is_installed(name):
            print(f"{name}: not installed, skipped", file=sys.stderr)
            continue
        rows.append({"server": name, **_measure(name, arguments)})
    print(json.dumps(rows, indent=1) if arguments.json else _table(rows))
    return int(any(row["errors"] for row in rows))


def _measure(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hcs-servers-") as folder:
        conf, where = run.prepare(Path(folder), processes=2, exchange_workers=0)
        figures: dict[str, Any] = {"errors": {}}
        with processes.running(SERVERS[name](conf), conf, errors=Path(folder) / "server.log") as pid:
            for size in SIZES:
                template = packages.template(where, run.SIZES[size])
                load.run(where, template, clients=arguments.clients, seconds=arguments.seconds * (1 - _PACKAGE))
                pids = processes.family(pid)
                before = processes.cpu_seconds(pids)
                outcome = load.run(where, template, clients=arguments.clients, seconds=arguments.seconds * _PACKAGE)
                cpu = (processes.cpu_seconds(pids) - before) * 1000 / max(outcome.accepted, 1)
                figures[size] = {
                    "per_second": round(outcome.rate, 1),
                    "cpu_ms": round(cpu, 2),
                    "p99_ms": round(outcome.quantile(0.99), 1),
                }
                figures["errors"] |= outcome.errors
            figures["memory_mb"] = round(processes.memory_mb(processes.family(pid)))
    return figures


def _host(name: str) -> int:
    """Start the processes of a server on one socket, and end them at SIGTERM."""
    conf = settings.load()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    with socket.create_server((conf.host, conf.port), backlog=1024) as listener:
        listener.setblocking(False)
        command = [sys.executable, "-m", "bench.host", name, str(listener.fileno())]
        children = [subprocess.Popen(command, pass_fds=[listener.fileno()]) for _ in range(conf.processes)]
        signal.sigwait({signal.SIGTERM})
        for child in children:
            child.kill()
            child.wait()
    return 0


def _is_installed(name: str) -> bool:
    if name == "uwsgi":
        return shutil.which(Path(sys.executable).with_name("uwsgi")) is not None
    return importlib.util.find_spec(name) is not None


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "nothing measured"
    first = rows[0]
    lines = [
        f"{'server':>10} | " + " | ".join(f"{size:>6}/s {'ratio':>6} {'CPU ms':>7} {'p99 ms':>7}" for size in SIZES)
    ]
    lines[0] += " | PSS MB | errors"
    for row in rows:
        figures = (
            f"{row[size]['per_second']:8.1f} {row[size]['per_second'] / first[size]['per_second']:6.2f}"
            f" {row[size]['cpu_ms']:7.2f} {row[size]['p99_ms']:7.1f}"
            for size in SIZES
        )
        lines.append(f"{row['server']:>10} | {' | '.join(figures)} | {row['memory_mb']:6} | {row['errors'] or 'none'}")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--seconds", type=float, default=6.0, help="for each size of package, a tenth to warm up")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--host", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

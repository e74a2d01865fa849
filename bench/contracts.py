"""What the contracts cost a process: time until every service is ready, and memory in each way of sharing schemas.

`python -m bench.contracts PACK...`, folders or zips of official packs. Each figure is taken in a process of its own, as
shared memory divided among those who share it (PSS). Figures of one run: docs/server.md.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from lxml import etree

from bench import processes
from gateway import wire
from gateway.contracts import builtin, catalogue, force, loader, model, schema, tree
from gateway.soap import application

THREADS: Final = 8
CHILDREN: Final = 4
_ROUNDS: Final = 40
"""How often each thread judges a message of every service."""
_MODULE: Final = [sys.executable, "-m", "bench.contracts"]


def start(sources: Sequence[Path]) -> dict[str, Any]:
    """Return the milliseconds and megabytes of a web process until every service of the packs is ready."""
    before, began = _memory(), time.perf_counter()
    packs, loaded = _packs(sources), time.perf_counter()
    judges = _warm(packs)
    compiled = time.perf_counter()
    contracts = force.Contracts(catalogue.Catalogue(packs), judges)
    services = [application.SoapService(path, contracts, lambda _: b"") for path in contracts.catalogue.paths]
    ended = time.perf_counter()
    steps = {"read": loaded - began, "compile": compiled - loaded, "soap": ended - compiled, "all": ended - began}
    milliseconds = {f"{name}_ms": round(1000 * value) for name, value in steps.items()}
    served = sum(len(pack.services) for pack in packs)
    return {"services": served, "paths": len(services), **milliseconds, "mb": round(_memory() - before)}


def lent(sources: Sequence[Path]) -> dict[str, Any]:
    """Return the memory when threads borrow compiled schemas from one pool, all of them busy."""
    packs = _packs(sources)
    before = _memory()
    judges = _warm(packs)
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(_judge, judges, packs, _ROUNDS) for _ in range(THREADS)]:
            done.result()
    return {"threads": THREADS, "mb": round(_memory() - before)}


def owned(sources: Sequence[Path]) -> dict[str, Any]:
    """Return the memory when every thread has compiled schemas of its own."""
    packs = _packs(sources)
    before = _memory()
    judges = [_warm(packs) for _ in range(THREADS)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(_judge, each, packs, _ROUNDS) for each in judges]:
            done.result()
    return {"threads": THREADS, "mb": round(_memory() - before)}


def forked(sources: Sequence[Path]) -> dict[str, Any]:
    """Return the memory of a parent that has compiled everything, and of the children that it has forked."""
    packs = _packs(sources)
    judges = _warm(packs)
    gc.collect()
    gc.freeze()
    children = []
    ready, is_ready = os.pipe()
    for _ in range(CHILDREN):
        pid = os.fork()
        if pid == 0:
            _judge(judges, packs, 1)
            os.write(is_ready, b".")
            time.sleep(600)
        children.append(pid)
    return _children(children, ready, os.getpid(), lambda pid: os.kill(pid, 9))


def spawned(sources: Sequence[Path]) -> dict[str, Any]:
    """Return the memory of children that were started and have compiled everything themselves."""
    ready, is_ready = os.pipe()
    command = [*_MODULE, *map(str, sources), "--only", "one", "--tell", str(is_ready)]
    started = [subprocess.Popen(command, pass_fds=(is_ready,), cwd=processes.ROOT) for _ in range(CHILDREN)]
    return _children([each.pid for each in started], ready, None, lambda pid: os.kill(pid, 9))


def one(sources: Sequence[Path], tell: int) -> None:
    """Be one of the children that were started."""
    packs = _packs(sources)
    judges = _warm(packs)
    gc.collect()
    gc.freeze()
    _judge(judges, packs, 1)
    os.write(tell, b".")
    time.sleep(600)


def main() -> int:
    """Measure and print; return 0."""
    arguments = _arguments()
    if arguments.only == "one":
        one(arguments.packs, arguments.tell)
    elif arguments.only:
        print(json.dumps(MEASURES[arguments.only](arguments.packs)))
    else:
        for name, packs in _runs(arguments.packs):
            command = [*_MODULE, *map(str, packs), "--only", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=processes.ROOT)
            titles = ", ".join(["built-in", *(pack.name for pack in packs)])
            print(f"{name:8} {titles:40} {done.stdout.strip()}")
    return 0


MEASURES: Final[dict[str, Callable[[Sequence[Path]], dict[str, Any]]]] = {
    "start": start,
    "lent": lent,
    "owned": owned,
    "forked": forked,
    "spawned": spawned,
}


def _runs(packs: list[Path]) -> Iterator[tuple[str, list[Path]]]:
    for count in range(len(packs) + 1):
        yield "start", packs[:count]
    for name in ("lent", "owned", "forked", "spawned"):
        yield name, packs


def _packs(sources: Sequence[Path]) -> list[model.Pack]:
    return [builtin.pack(), *(loader.load(tree.read(source)) for source in sources)]


def _warm(packs: Sequence[model.Pack]) -> schema.Schemas:
    judges = schema.Schemas()
    judges.warm(packs)
    return judges


def _judge(judges: schema.Schemas, packs: Sequence[model.Pack], rounds: int) -> None:
    question = etree.Element(wire.base("getStateRequest"))
    etree.SubElement(question, wire.base("MessageGUID")).text = "01234567-89ab-cdef-0123-456789abcdef"
    for _ in range(rounds):
        for pack in packs:
            for service in pack.services.values():
                if judges.judge(pack, service, question):
                    raise RuntimeError(f"{pack.id} {service.path}: the question is valid")


def _children(children: Sequence[int], ready: int, parent: int | None, end: Callable[[int], None]) -> dict[str, Any]:
    told = 0
    while told < len(children):
        told += len(os.read(ready, len(children)))
    each = [processes.memory_mb([pid]) for pid in children]
    together = sum(each) + (processes.memory_mb([parent]) if parent else 0.0)
    for pid in children:
        end(pid)
        os.waitpid(pid, 0)
    return {"children": len(children), "mb_each": round(sum(each) / len(each)), "mb_together": round(together)}


def _memory() -> float:
    gc.collect()
    return processes.memory_mb([os.getpid()])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packs", type=lambda path: Path(path).absolute(), nargs="*", metavar="PACK")
    parser.add_argument("--only", choices=[*MEASURES, "one"], help=argparse.SUPPRESS)
    parser.add_argument("--tell", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

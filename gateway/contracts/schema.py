"""The judge: is this element what the contract says, and if not, what exactly is wrong with it.

A compiled schema is lent to one thread at a time: shared by threads, lxml mixes their error logs, and one sender would
read another's data. Nothing in the caller's tree changes. What a message can cost is bounded: lxml cannot interrupt a
validation, and locates each error by counting siblings, so large messages go first through a stream that can stop.
"""

from __future__ import annotations

import contextlib
import functools
import io
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from gateway.contracts import compiler, errors, explain, model, shape

Violation = explain.Violation

LIMIT: Final = 50
"""Most violations that are told at once."""
LARGE: Final = 50_000
"""Elements of a message from which on it is streamed first."""
LONG: Final = 2_000
"""Children of one element from which on the message is streamed first."""
WIDTH: Final = 8
"""One copy per thread of a web process: fewer would let small messages wait for large ones.

A copy takes 7 MB for the largest official service and 1 MB for the others; it is compiled when it is first needed."""
_PIECE: Final = 65_536

_count = etree.XPath("count(descendant-or-self::*)")
_long = etree.XPath(f"boolean(descendant-or-self::*[*[{LONG + 1}]])")


class Schemas:
    """Compiled schemas of any number of packs; made once per process and used by all of its threads."""

    def __init__(self, *, width: int = WIDTH) -> None:
        """`width`: most compiled copies of one service; a thread that finds all of them lent waits."""
        self._width = width
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, str], Pool] = {}
        self._sources: dict[str, compiler.Sources] = {}

    def judge(
        self, pack: model.Pack, service: model.Service, element: etree._Element, *, limit: int = LIMIT
    ) -> tuple[Violation, ...]:
        """Return what is wrong with an element, a request, a header or a result; nothing means that it is valid.

        At most `limit` violations, in the order in which libxml2 meets them. Raises ContractError where the schemas of
        an installed pack do not compile.
        """
        pool = self._pool(pack, service)
        with pool.lend() as schema:
            return judge_with(schema, element, limit, pool.type_at)

    def warm(self, packs: Iterable[model.Pack]) -> None:
        """Compile one schema of every service now instead of at its first package; raises ContractError."""
        for pack in packs:
            pools = [self._pool(pack, service) for service in pack.services.values()]
            with self._sources[pack.digest].folder() as folder:
                for pool in pools:
                    pool.warm(folder)

    def forget(self, pack: model.Pack) -> None:
        """Drop everything compiled for a pack that is no longer in force."""
        with self._lock:
            self._sources.pop(pack.digest, None)
            for key in [key for key in self._pools if key[0] == pack.digest]:
                del self._pools[key]

    def _pool(self, pack: model.Pack, service: model.Service) -> Pool:
        key = (pack.digest, service.wsdl)
        with self._lock:
            if key not in self._pools:
                sources = self._sources.setdefault(pack.digest, compiler.Sources(pack))
                self._pools[key] = Pool(pack, service, sources, self._width)
            return self._pools[key]


class Pool:
    """Compiled copies of the schema of one service, each with one borrower at a time."""

    def __init__(self, pack: model.Pack, service: model.Service, sources: compiler.Sources, width: int) -> None:
        self._pack = pack
        self._service = service
        self._sources = sources
        self._places = threading.BoundedSemaphore(width)
        self._free: list[etree.XMLSchema] = []

    @functools.cached_property
    def _shapes(self) -> shape.Shapes:
        return shape.Shapes(self._pack, self._service)

    def type_at(self, names: tuple[str, ...]) -> str:
        """Return the XSD type of the text at this path, empty where the contract has no such place."""
        try:
            found = self._shapes.element(names[0])
        except errors.ContractError:
            return ""
        for name in names[1:]:
            child = found.by_name.get(name)
            if child is None:
                return ""
            found = child.shape
        return found.type

    def warm(self, folder: Path) -> None:
        """Have one copy ready, compiled from a folder of the pack's sources."""
        with self._places:
            if not self._free:
                self._free.append(self._compile(folder))

    @contextlib.contextmanager
    def lend(self) -> Iterator[etree.XMLSchema]:
        """Give a compiled schema to one borrower."""
        with self._places:
            # Lists are safe to pop and append from several threads; a place is held, so at most `width` exist.
            try:
                schema = self._free.pop()
            except IndexError:
                with self._sources.folder() as folder:
                    schema = self._compile(folder)
            yield schema
            self._free.append(schema)

    def _compile(self, folder: Path) -> etree.XMLSchema:
        return compiler.compile_service(self._pack, self._service, folder)


def judge_with(
    schema: etree.XMLSchema, element: etree._Element, limit: int, types: explain.Types
) -> tuple[Violation, ...]:
    """Return what is wrong with an element by one compiled schema that nobody else uses meanwhile."""
    size = _count(element)
    if size > LARGE or (size > LONG and _long(element)):
        flood = _stream(schema, element, limit)
        if flood is not None:
            return explain.explain(flood, element, limit, types)
    try:
        if schema.validate(element):
            return ()
    except etree.XMLSchemaValidateError:
        # libxml2 gave up on the message (a value beyond its limits): the message is at fault, never the gateway.
        return (*explain.explain(schema.error_log, element, limit - 1, types), explain.unjudgeable(element))
    return explain.explain(schema.error_log, element, limit, types) or (explain.unjudgeable(element),)


def _stream(schema: etree.XMLSchema, element: etree._Element, limit: int) -> etree._ListErrorLog | None:
    """Return the errors of a message that has more than `limit` of them, None where it has fewer or is valid."""
    parser = etree.XMLParser(schema=schema, no_network=True, resolve_entities=False, huge_tree=False)
    data = io.BytesIO(etree.tostring(element, encoding="UTF-8", with_tail=False))
    try:
        while piece := data.read(_PIECE):
            parser.feed(piece)
            if len(parser.feed_error_log) > limit:
                return parser.feed_error_log
        parser.close()
    except etree.XMLSyntaxError:
        # How lxml ends the parse of an invalid document; the tree below says where.
        return parser.feed_error_log if len(parser.feed_error_log) > limit else None
    return None

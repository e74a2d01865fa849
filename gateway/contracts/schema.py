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
from collections.abc import Iterable, Iterator, Mapping
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
    """Compiled schemas of any number of packs, used by all threads of a process."""

    def __init__(self, *, width: int = WIDTH, compiled: Mapping[str, Compiled] | None = None) -> None:
        """`width`: most compiled copies of one service; a thread that finds all of them lent waits."""
        self._width = width
        self._lock = threading.Lock()
        self._compiled = dict(compiled or {})

    def judge(
        self, pack: model.Pack, service: model.Service, element: etree._Element, *, limit: int = LIMIT
    ) -> tuple[Violation, ...]:
        """Return what is wrong with an element, a request, a header or a result; nothing means that it is valid.

        At most `limit` violations, in the order in which libxml2 meets them. Raises ContractError where the schemas of
        an installed pack do not compile.
        """
        pool = self._of(pack).pools[service.path]
        with pool.lend() as schema:
            return judge_with(schema, element, limit, pool.type_at)

    def shapes(self, pack: model.Pack, service: model.Service) -> shape.Shapes:
        """Return the shapes of the elements of a service."""
        return self._of(pack).pools[service.path].shapes

    def warm(self, packs: Iterable[model.Pack]) -> None:
        """Compile one schema of every service now instead of at its first package; raises ContractError."""
        for pack in packs:
            self._of(pack).warm()

    def only(self, packs: Iterable[model.Pack]) -> Schemas:
        """Return others that share what is compiled for these packs and know nothing of the rest.

        What is compiled for a pack goes with the last `Schemas` that have it: whoever still works with these keeps it.
        """
        with self._lock:
            kept = {pack.digest: self._compiled[pack.digest] for pack in packs if pack.digest in self._compiled}
        return Schemas(width=self._width, compiled=kept)

    def _of(self, pack: model.Pack) -> Compiled:
        with self._lock:
            if pack.digest not in self._compiled:
                self._compiled[pack.digest] = Compiled(pack, self._width)
            return self._compiled[pack.digest]


class Compiled:
    """What is compiled for one pack: a pool for each service, by its path."""

    def __init__(self, pack: model.Pack, width: int) -> None:
        self._sources = compiler.Sources(pack)
        self.pools: Final = {path: Pool(pack, service, self._sources, width) for path, service in pack.services.items()}

    def warm(self) -> None:
        """Have one copy of every service ready."""
        if not all(pool.is_warm for pool in self.pools.values()):
            with self._sources.folder() as folder:
                for pool in self.pools.values():
                    pool.warm(folder)


class Pool:
    """Compiled copies of the schema of one service, each with one borrower at a time."""

    def __init__(self, pack: model.Pack, service: model.Service, sources: compiler.Sources, width: int) -> None:
        self._pack = pack
        self._service = service
        self._sources = sources
        self._places = threading.BoundedSemaphore(width)
        self._free: list[etree.XMLSchema] = []
        self.is_warm = False
        """Whether a copy was compiled before it was needed."""

    @functools.cached_property
    def shapes(self) -> shape.Shapes:
        """The shapes of the elements of the service."""
        return shape.Shapes(self._pack, self._service)

    def type_at(self, names: tuple[str, ...]) -> str:
        """Return the XSD type of the text at this path, empty where the contract has no such place."""
        try:
            found = self.shapes.element(names[0])
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
            if not self.is_warm:
                self._free.append(self._compile(folder))
                self.is_warm = True

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

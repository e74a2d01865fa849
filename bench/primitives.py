"""What a package costs in C alone: parse, XSD, c14n + SHA-256, RSA verify, durable commit; one core, medians."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from gateway import wire
from gateway.client import stand
from gateway.contracts import builtin, compiler

_SIGNATURE = f"{{{wire.XMLDSIG}}}Signature"


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of each primitive."""

    parse: float
    validate: float
    digest: float
    verify: float
    commit: float

    @property
    def cpu(self) -> float:
        """All that a processor does; the commit mostly waits for the disk."""
        return self.parse + self.validate + self.digest + self.verify

    @property
    def total(self) -> float:
        """One after the other, with the wait for the disk."""
        return self.cpu + self.commit


def measure(raw: bytes, where: stand.Stand, path: str, folder: Path, *, repeat: int) -> Cost:
    """Measure the primitives on one package; `folder` is on the disk that the journal is on."""
    root = etree.fromstring(raw)
    element = root.find(f"{{{wire.SOAP}}}Body")[0]
    pack = builtin.pack()
    service = next(each for each in pack.services.values() if each.path == path)
    with compiler.Sources(pack).folder() as sources:
        schema = compiler.compile_service(pack, service, sources)
    if not schema.validate(element):
        raise ValueError(f"the package is not valid: {schema.error_log[0]}")
    bare = copy.deepcopy(element)
    bare.remove(bare.find(_SIGNATURE))
    return Cost(
        parse=_median(lambda: etree.fromstring(raw), repeat),
        validate=_median(lambda: schema.validate(element), repeat),
        digest=_median(lambda: hashlib.sha256(etree.tostring(bare, method="c14n", exclusive=True)).digest(), repeat),
        verify=_verify(where, repeat),
        commit=_commit(raw, folder, repeat),
    )


def _verify(where: stand.Stand, repeat: int) -> float:
    private = serialization.load_pem_private_key(Path(where.key).read_bytes(), None)
    public = x509.load_pem_x509_certificate(Path(where.certificate).read_bytes()).public_key()
    if not isinstance(private, rsa.RSAPrivateKey) or not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("the bench measures RSA")
    data = b"x" * 2_000
    signature = private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return _median(lambda: public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256()), repeat)


def _commit(raw: bytes, folder: Path, repeat: int) -> float:
    """One row a transaction, WAL, synchronous=FULL: what the journal promises, with nobody to share the wait with."""
    file = folder / "commit.db"
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE package (data BLOB)")
        return _median(lambda: connection.execute("INSERT INTO package VALUES (?)", (raw,)), repeat)
    finally:
        connection.close()
        file.unlink()


def _median(work: Callable[[], object], repeat: int) -> float:
    work()
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000

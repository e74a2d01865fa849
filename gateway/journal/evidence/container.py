"""The files of a bundle as a zip archive that is the same byte for byte each time it is made.

Nothing is compressed, because releases of zlib differ in what they write; times are that of the verdict, and whoever
unpacks it may read it alone.
"""

from __future__ import annotations

import datetime as dt
import io
import stat
import zipfile
from collections.abc import Mapping

_UNIX = 3


def zipped(files: Mapping[str, bytes], at: dt.datetime) -> bytes:
    """Return the archive of `files`, in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, at.astimezone(dt.UTC).timetuple()[:6])
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | 0o600) << 16
            archive.writestr(entry, data)
    return stream.getvalue()

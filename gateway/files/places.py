"""Which place an installation keeps its files in: the disk, or a bucket where the setting `files` names one."""

from __future__ import annotations

import functools

from gateway import errors, settings
from gateway.files import blobs


def open_blobs(conf: settings.Settings) -> blobs.Blobs:
    """Return the place; raises Unavailable where it cannot be used with these settings."""
    if not conf.files:
        return blobs.Disk(conf.data / "files")
    return _remote(conf)


@functools.lru_cache(maxsize=8)
def _remote(conf: settings.Settings) -> blobs.Blobs:
    """Return one for each installation: it shares connections and what it has fetched."""
    try:
        # botocore is an optional part of the installation.
        from gateway.files import remote, s3
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "botocore":
            raise
        raise errors.Unavailable("setting files: botocore is not installed: pip install 'hcs-gateway[s3]'") from error
    return remote.Remote(s3.open_bucket(conf), blobs.Disk(conf.data / "files"), conf.data, conf.min_free)

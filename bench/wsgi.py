"""The gateway's handler for any WSGI server: `bench.wsgi:application`, settings from the environment."""

from __future__ import annotations

import gc

from gateway import installation, logs, settings
from gateway.web import application as web

_conf = settings.load()
logs.configure(_conf.log_level)
_house = installation.Installation.open(_conf, warm=True)
application = web.Web(_house)
gc.collect()
gc.freeze()

"""Makes spyne 2.14 importable on Python 3.12 and later, and hands its names on; nothing else imports spyne.

spyne carries its own copy of `six`, whose lazy `six.moves` lives on a `find_module` import hook that Python 3.12
removed: `import spyne` then fails with "No module named 'spyne.util.six.moves'". The real `six` has been repaired, so
its `moves` are registered under spyne's names; the rest of spyne's copy has additions of its own and stays.

spyne also needs `cgi`, which warns since 3.11 and is gone in 3.13 (package `legacy-cgi`), and it runs the garbage
collector by itself once a second: requests here break their cycles instead.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Final

__all__ = ["AnyXml", "Application", "MethodContext", "ServerBase", "Service", "Soap11", "rpc", "unregister"]

_URLLIB: Final = (".urllib", ".urllib.error", ".urllib.parse", ".urllib.request")
_MOVES: Final = ("", ".collections_abc", ".http_cookies", *_URLLIB)

for _name in _MOVES:
    sys.modules[f"spyne.util.six.moves{_name}"] = importlib.import_module(f"six.moves{_name}")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from spyne import AnyXml, Application, MethodContext, Service, const, rpc
    from spyne.protocol.soap import Soap11
    from spyne.server import ServerBase
    from spyne.util.appreg import unregister_application as unregister

const.MIN_GC_INTERVAL = float("inf")

# The hook has no `find_spec`: it serves nothing any more and makes every later import of the process warn on 3.11.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "spyne.util.six"]

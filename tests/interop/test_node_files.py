"""The file store as Node's built-in http client sees it, over real HTTP."""

from __future__ import annotations

import email.header
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.files import request
from tests import stand as stands
from tests.served import HEADERS, LONG, Served, new

pytestmark = pytest.mark.slow


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here: it is the foreign client of this test")
def test_node__uploads_and_downloads_whole_and_in_parts(tmp_path):
    served = Served(new(tmp_path / "data"))
    try:
        script = Path(__file__).with_name("file_store.js")
        url = f"http://{served.host}:{served.port}{request.PREFIX}"
        command = ["node", str(script), url, HEADERS["Authorization"], stands.PROVIDER]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONG, check=False)
        assert done.returncode == 0, done.stderr
        saw = json.loads(done.stdout)
    finally:
        served.close()
    assert saw["whole"] == [200, True, True]
    assert saw["parts"] == [200, 200, 200]
    assert saw["open"] == ["1,2,3", "false"]
    assert saw["finished"] == [200, "close"]
    assert saw["done"][:2] == [str(2 * request.PART + 17), "true"]
    assert str(email.header.make_header(email.header.decode_header(saw["done"][2]))) == "Протокол.txt"
    assert saw["pieces"] == [206, 206, 206]
    assert saw["same"]
    assert saw["refused"] == [400, "ExtensionException"]

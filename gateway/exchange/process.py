"""One worker process: `python -m gateway.exchange.process LIFELINE`, settings from the environment.

When it is told to stop it finishes the package in its hands; if it is killed, the package stays on the work list.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from typing import Final

from gateway import child, errors, installation, logs, settings
from gateway.exchange import worker
from gateway.files import keeper
from gateway.journal import continuous, noticing, publishing

log: Final = logging.getLogger("gateway.processes")


def main(lifeline: int) -> int:
    """Execute packages until told to stop; return the exit code."""
    child.prepare()
    conf = settings.load()
    logs.configure(conf.log_level)
    try:
        house = installation.Installation.open(conf)
    except errors.GatewayError as error:
        log.error("cannot start", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # said to a person, no defect
        return 1
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(house, stop), name="worker", daemon=True)
    watch = threading.Thread(target=house.force.watch, args=(stop, child.settle), name="contracts", daemon=True)
    files = threading.Thread(target=keeper.run, args=(house, stop), name="files", daemon=True)
    journal = threading.Thread(target=publishing.run, args=(house, stop), name="journal", daemon=True)
    notice = threading.Thread(target=noticing.run, args=(house, stop), name="noticing", daemon=True)
    verifying = threading.Thread(target=continuous.run, args=(house, stop), name="verification", daemon=True)
    child.settle()
    watch.start()
    notice.start()
    verifying.start()
    journal.start()
    files.start()
    thread.start()
    log.info("process works")
    child.wait(lifeline)
    ended_by_itself = not thread.is_alive()
    stop.set()
    thread.join()
    watch.join()
    files.join()
    journal.join()
    verifying.join()
    house.close()
    return int(ended_by_itself)


def _work(house: installation.Installation, stop: threading.Event) -> None:
    try:
        worker.Worker(house, f"{socket.gethostname()}/{os.getpid()}").run(stop)
    except Exception:  # a defect: the supervisor starts another process, in a state that is known
        log.exception("worker failed")
    finally:
        if not stop.is_set():
            os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    child.leave(main(int(sys.argv[1])))

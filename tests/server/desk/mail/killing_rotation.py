"""Looks at a mailbox in a process that is killed once a rotated refresh token is kept.

python -m tests.server.desk.mail.killing_rotation URL HOME MAILBOX
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from server.desk.mail.actions import tokens
from server.desk.mail.jobs import run_look
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.outbound import INSIDE_NETWORKS
from server.foundation.settings import Settings
from server.wiring import REACTIONS

#: After which function the process ends.
_STEP = "_keep_rotated"


def main(url: str, home: str, mailbox: str) -> None:
    """Look, and end between the rotation and the use of what came with it."""
    rotation = getattr(tokens, _STEP)

    def and_end(*given: Any) -> None:
        rotation(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(tokens, _STEP, and_end)
    settings = Settings(home=Path(home), web_networks=INSIDE_NETWORKS)
    run_look(JobContext(Database(url, REACTIONS), settings, {"mailbox_id": int(mailbox)}))


if __name__ == "__main__":
    main(*sys.argv[1:])

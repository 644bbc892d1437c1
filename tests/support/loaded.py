"""A process that has loaded the program ``cadastre`` and runs copies of itself, told by its parent.

Half of what a start takes is reading in three thousand modules. ``tests.support.copies`` is the
other end. Each copy is a process like any other: its own environment, streams and signals, and
the program's own way in and out. Run as ``python -m tests.support.loaded SOCKET``.
"""

import ctypes
import json
import os
import select
import signal
import socket
import sys
from typing import Any, NoReturn

# What a copy is told to begin with, and the answer: its process id, as text.
MOST_BYTES = 1 << 17
_SET_DEATH_SIGNAL = 1
_MOST_FILES = 256


def _load() -> None:
    # Only this process wants the program in memory; who imports this module may not.
    from server.foundation.collecting import loading  # noqa: PLC0415

    with loading():
        import server.__main__  # noqa: PLC0415
        import server.cli  # noqa: PLC0415
        import server.commands.opening  # noqa: PLC0415
        import server.commands.serve  # noqa: PLC0415
        from server.serving.site import load_pages  # noqa: PLC0415

        load_pages()
    # Children that the program spawns look for the module that was run.
    sys.modules["__main__"] = server.__main__


def _answer(control: socket.socket, running: dict[int, int]) -> bool:
    """Start what the parent asks for; return False when the parent is gone."""
    message, files, _flags, _address = socket.recv_fds(control, MOST_BYTES, 3)
    if not message:
        return False
    process_id = os.fork()
    if not process_id:
        _become(control, json.loads(message), files)
    output, errors, end = files
    os.close(output)
    os.close(errors)
    running[process_id] = end
    control.send(str(process_id).encode())
    return True


def _become(control: socket.socket, order: dict[str, Any], files: list[int]) -> NoReturn:
    """Be ``cadastre`` with these words; never returns."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
    control.detach()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(files[0], 1)
    os.dup2(files[1], 2)
    os.closerange(3, _MOST_FILES)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["cadastre", *order["words"]]
    sys.modules["__main__"].main()
    raise SystemExit(0)


def _reap(running: dict[int, int]) -> None:
    """Tell of each copy that ended how it ended."""
    while running:
        process_id, status = os.waitpid(-1, os.WNOHANG)
        if not process_id:
            return
        end = running.pop(process_id, None)
        if end is not None:
            os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(end)


def main(number: int) -> None:
    """Answer the parent over the socket ``number`` until it is gone."""
    control = socket.socket(fileno=number)
    awake, wake = os.pipe()
    os.set_blocking(awake, False)
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake)
    _load()
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([number, awake], [], [])
        if awake in ready:
            os.read(awake, 512)
            _reap(running)
        if number in ready and not _answer(control, running):
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))

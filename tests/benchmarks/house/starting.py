"""From a fresh clone to a served page, and the second start."""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.benchmarks.figures import note, tell
from tests.support.processes import free_port

_ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 900


def measure_start(folder: Path) -> None:
    """Clone the tree, ``make run`` twice, and tell how long each took to a served page."""
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        note("no git checkout here: the start is not measured")
        return
    clone = folder / "clone"
    subprocess.run([git, "clone", "--quiet", str(_ROOT), str(clone)], check=True)
    note("make run on a fresh clone")
    first = _start(clone)
    tell(
        "fresh make run to a served page",
        first,
        "s",
        "under 240",
        met=first < 240,
        setting="git clone of this commit, package caches as they are, SQLite",
    )
    second = _start(clone)
    tell(
        "second make run to a served page",
        second,
        "s",
        "under 5",
        met=second < 5,
        setting="the same clone and data folder",
    )


def _start(clone: Path) -> float:
    port = free_port()
    environment = dict(os.environ) | {
        "CADASTRE_HOME": str(clone / "var"),
        "CADASTRE_LISTEN_PORT": str(port),
    }
    started = time.perf_counter()
    with (clone / "run.log").open("ab") as log:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/sign-in", process, clone / "run.log")
        return time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"make run ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own http
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(0.1)
    raise RuntimeError("make run did not serve a page in time")

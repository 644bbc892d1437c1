"""``make immunity``: break each guard in turn; the module of its class must turn red."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.immunity.defects import DEFECTS, Defect
from tests.immunity.planting import GONE, VARIABLE

_ROOT = Path(__file__).parents[2]
_RED = 1
_WORKERS = 2
_PATIENCE_SECONDS = 300


def main() -> int:
    """Run all defects, or those named on the command line; return how many went unnoticed."""
    chosen = [one for one in DEFECTS if not sys.argv[1:] or one.name in sys.argv[1:]]
    began = time.monotonic()
    with ThreadPoolExecutor(_WORKERS) as pool:
        outcomes = list(pool.map(_outcome, chosen))
    unnoticed = 0
    for defect, (code, said) in zip(chosen, outcomes, strict=True):
        noticed = code == _RED
        unnoticed += not noticed
        _say(f"{'red' if noticed else 'UNNOTICED':10} {defect.name:32} {defect.path}")
        if not noticed:
            _say(_why(code) + "\n" + said)
    _say(
        f"{len(chosen) - unnoticed} of {len(chosen)} seeded defects are red "
        f"({time.monotonic() - began:.0f} s)"
    )
    return 1 if unnoticed else 0


def _outcome(defect: Defect) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--db", "sqlite"]
    command += ["-p", "tests.immunity.planting", "-p", "no:cacheprovider"]
    command += [f"tests/immunity/{defect.test}.py"]
    done = subprocess.run(
        command,
        cwd=_ROOT,
        env={**os.environ, VARIABLE: defect.name},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr)[-2000:]


def _why(code: int) -> str:
    return {
        0: "the module stays green: it does not test this guard",
        GONE: "the guard is not where it was: give the defect its new path",
    }.get(code, f"the run ended with {code}, which is no failed test")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

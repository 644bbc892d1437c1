"""``make immunity``: break each guard in turn; the module of its class must turn red."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.immunity.defects import DEFECTS, Defect
from tests.immunity.planting import GONE, VARIABLE

_ROOT = Path(__file__).parents[2]
_RED = 1
_WORKERS = 2
_PATIENCE_SECONDS = 300
_STUCK = -1


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How the module of a defect's class ended, and what it said last."""

    defect: Defect
    code: int
    said: str
    seconds: float


def main() -> int:
    """Run all defects, or those named on the command line; return 1 when one went unnoticed."""
    chosen = [one for one in DEFECTS if not sys.argv[1:] or one.name in sys.argv[1:]]
    began = time.monotonic()
    with ThreadPoolExecutor(_WORKERS) as pool:
        runs = [pool.submit(_outcome, defect) for defect in chosen]
        # As they end, so that a run that is broken off has told what it knew.
        noticed = sum(_tell(run.result()) for run in as_completed(runs))
    _say(
        f"{noticed} of {len(chosen)} seeded defects are red ({time.monotonic() - began:.0f} s)",
    )
    return 0 if noticed == len(chosen) else 1


def _tell(outcome: _Outcome) -> bool:
    defect, noticed = outcome.defect, outcome.code == _RED
    word = "red" if noticed else "UNNOTICED"
    _say(f"{word:10} {defect.name:32} {outcome.seconds:4.0f} s  {defect.path}")
    if not noticed:
        _say(_why(outcome.code) + "\n" + outcome.said)
    return noticed


def _outcome(defect: Defect) -> _Outcome:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--db", "sqlite"]
    command += ["-p", "tests.immunity.planting", "-p", "no:cacheprovider"]
    command += [f"tests/immunity/{defect.test}.py"]
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=_ROOT,
            env={**os.environ, VARIABLE: defect.name},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Outcome(defect, _STUCK, "", time.monotonic() - began)
    said = (done.stdout + done.stderr)[-2000:]
    return _Outcome(defect, done.returncode, said, time.monotonic() - began)


def _why(code: int) -> str:
    return {
        0: "the module stays green: it does not test this guard",
        _STUCK: f"the module was not done after {_PATIENCE_SECONDS} s",
        GONE: "the guard is not where it was: give the defect its new path",
    }.get(code, f"the run ended with {code}, which is no failed test")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

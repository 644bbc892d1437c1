"""What the agent's tests share: a register that listens, and a folder enrolled with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import enrolment
from tests.agent.desk import Desk, listening


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a register that accepts every well-formed report."""
    with listening(Desk()) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a place for the agent's folder; nothing is there yet."""
    return tmp_path / "state"


@pytest.fixture
def enrolled(desk: Desk, folder: Path) -> Path:
    """Give the agent's folder, enrolled with `desk`."""
    enrolment.enrol(str(folder), {"server": desk.address}, "token")
    desk.requests.clear()
    return folder

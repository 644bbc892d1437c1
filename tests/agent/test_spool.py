"""What waits on disk stays small."""

import os
from pathlib import Path
from typing import Any

import pytest

from agent.report import digest
from agent.spool import FILE_NAME, Spool, merge
from agent.state import State


def _report(sequence: int, **sections: Any) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "digests": {name: digest(content) for name, content in sections.items()},
        "sections": sections,
        "readings": {},
    }


@pytest.fixture
def state(folder: Path) -> State:
    return State(str(folder), create=True)


def test_nothing_waits_at_first(state: State) -> None:
    assert Spool(state).waiting() is None


def test_of_each_section_the_newest_content_waits(state: State) -> None:
    spool = Spool(state)
    spool.keep(_report(1, os={"version": "1"}, memory={"total_bytes": 1}))
    spool.keep(_report(2, os={"version": "2"}))
    waiting = spool.waiting()
    assert waiting is not None
    assert waiting["sequence"] == 2
    assert waiting["sections"] == {"os": {"version": "2"}, "memory": {"total_bytes": 1}}
    assert waiting["digests"]["os"] == digest({"version": "2"})


def test_a_section_that_went_back_to_what_the_server_has_waits_no_more() -> None:
    older = _report(1, os={"version": "2"})
    newer = {**_report(2), "digests": {"os": digest({"version": "1"})}}
    assert merge(older, newer)["sections"] == {}


def test_over_the_limit_the_largest_section_is_dropped(state: State) -> None:
    spool = Spool(state, limit_bytes=2000)
    spool.keep(_report(1, software={"rows": [os.urandom(4000).hex()]}, os={"version": "1"}))
    waiting = spool.waiting()
    assert waiting is not None
    assert waiting["sections"] == {"os": {"version": "1"}}
    assert (Path(state.folder) / FILE_NAME).stat().st_size <= 2000


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b damaged", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_spool_is_forgotten(state: State, content: bytes) -> None:
    state.write(FILE_NAME, content)
    assert Spool(state).waiting() is None
    assert not (Path(state.folder) / FILE_NAME).exists()

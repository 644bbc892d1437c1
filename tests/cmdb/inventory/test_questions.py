"""What waits for a person: kept whole, asked once, answered once, and remembered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.inventory.stored import restored_observation, stored_observation
from cmdb.observation import Observation, Origin, Section, SeenParty
from cmdb.records.facts import Installation
from cmdb.records.identity import IdentityReview
from cmdb.records.items import Item
from cmdb.vocabulary import AGENT, SERVER, PartyRole
from tests.cmdb.engine.machines import Machine, rack_server, virtual_machine
from tests.cmdb.inventory.register import MORNING, Register, packages


def restored(days: int = 2) -> Machine:
    """The first virtual machine, come back on other hardware."""
    return virtual_machine(1).but(
        uuid=f"564d1111-2222-4333-8444-55556666{days:04}",
        serial=f"VMware-56 4d 11 11 22 22 43 33-84 44 55 55 66 66 00 0{days}",
        macs=(f"00:50:56:9a:77:{days:02}",),
    )


def one(results: list[Recorded]) -> Recorded:
    (result,) = results
    return result


@pytest.fixture
def question(register: Register) -> int:
    """A machine was silent for two days and is back on other hardware: moved, or a copy?"""
    register.record(register.agent(virtual_machine(1)))
    register.later(timedelta(days=2))
    asked = one(register.record(_back(register)))
    assert asked.outcome is Outcome.REVIEW
    return asked.review_id or 0


def _back(register: Register, **what: Any) -> Observation:
    told = {"values": {"os_name": "Debian"}, "sections": (packages(bash="5.2", zsh="5.9"),), **what}
    return register.agent(restored(), **told)


def settle(register: Register, review_id: int, item_id: int | None) -> Recorded:
    with register.database.writing() as session:
        review = session.get_one(IdentityReview, review_id)
        door = Inventory(session, register.now)
        recorded = door.settle(restored_observation(review.observation), item_id)
        review.resolved_at = register.now
        review.resolution = "same" if item_id else "new"
        review.item_id = recorded.item_id
        return recorded


def ignore(register: Register, review_id: int) -> None:
    with register.database.writing() as session:
        review = session.get_one(IdentityReview, review_id)
        review.resolved_at, review.resolution = register.now, "ignored"


def test_the_waiting_report_lands_whole_on_the_item_that_a_person_names(
    register: Register, question: int
) -> None:
    recorded = settle(register, question, 1)
    assert (recorded.outcome, recorded.item_id) == (Outcome.UPDATED, 1)
    assert register.item(1).attributes["os_name"] == "Debian"
    assert len(register.rows(Installation, Installation.item_id == 1)) == 2


def test_the_waiting_report_becomes_an_item_where_a_person_says_so(
    register: Register, question: int
) -> None:
    recorded = settle(register, question, None)
    assert recorded.outcome is Outcome.CREATED
    assert recorded.item_id == 2
    assert len(register.rows(Installation, Installation.item_id == 2)) == 2


@pytest.mark.parametrize("item_id", [1, None])
def test_an_answered_question_is_not_asked_again(
    register: Register, question: int, item_id: int | None
) -> None:
    answer = settle(register, question, item_id).item_id
    for _ in range(3):
        register.later()
        assert register.item_of(_back(register)) == answer
    assert len(register.rows(IdentityReview)) == 1


def test_what_a_person_ignores_is_refused_and_not_asked_again(
    register: Register, question: int
) -> None:
    ignore(register, question)
    register.later()
    recorded = one(register.record(_back(register)))
    assert recorded.outcome is Outcome.REFUSED
    assert recorded.detail == "a person decided to ignore it"
    assert len(register.rows(Item)) == 1
    other = register.agent(restored(3))
    assert one(register.record(other)).outcome is Outcome.REVIEW


def test_a_question_that_is_asked_again_keeps_what_only_the_first_report_spelled_out(
    register: Register, question: int
) -> None:
    full = _back(register)
    (listed,) = full.sections
    short = replace(
        full, sections=(Section(listed.name, listed.digest, None),), values={"kernel": "6.1"}
    )
    assert one(register.record(short)).review_id == question
    settle(register, question, 1)
    assert len(register.rows(Installation, Installation.item_id == 1)) == 2
    assert register.item(1).attributes == {"os_name": "Debian", "kernel": "6.1"}


def test_clones_that_share_a_key_ask_one_question_each(register: Register, question: int) -> None:
    second = one(register.record(register.agent(restored(3))))
    assert second.outcome is Outcome.REVIEW
    assert second.review_id != question


def test_an_answer_follows_the_item_when_it_is_merged(register: Register, question: int) -> None:
    settle(register, question, None)
    other = register.item_of(register.agent(rack_server(1)))
    with register.database.writing() as session:
        Inventory(session, register.now).merge(other, 2)
    register.later()
    assert register.item_of(_back(register)) == other


@given(
    values=st.dictionaries(st.text(max_size=8), st.integers(0, 9) | st.text(max_size=8)),
    rows=st.none() | st.lists(st.tuples(st.text(max_size=4), st.integers(0, 9))),
)
def test_an_observation_survives_being_stored(values: dict[str, Any], rows: Any) -> None:
    seen = Observation(
        origin=Origin(AGENT, "agent-1"),
        class_code=SERVER,
        organisation_id=1,
        observed_at=MORNING,
        identifiers=rack_server(1).evidence(),
        values=values,
        sections=(Section("software", "d", rows),),
        parties=(SeenParty(PartyRole.OWNER, person_id=1),),
    )
    document = stored_observation(seen)
    again = restored_observation(document)
    assert stored_observation(again) == document
    assert again.identifiers == seen.identifiers
    assert (again.observed_at, again.parties) == (seen.observed_at, seen.parties)

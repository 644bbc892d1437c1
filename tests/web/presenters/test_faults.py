"""What the desk says in English reaches a form in the reader's words."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.web.presenters.readers import reader
from web.presenters.faults import fault_text

DESK = ROOT / "server" / "desk"
#: Said only to programs: no form of ours can cause them.
_FOR_PROGRAMS = {"cannot be edited"}


def told(fault: str) -> str:
    """Return a fault as a reader hears it whose every translated sentence is in brackets."""
    marked = replace(reader(), gettext=lambda text: f"[{text}]")
    return fault_text(fault, marked)


@pytest.mark.parametrize(
    "fault",
    [
        "must not be empty",
        "must be one of a, b, c",
        "must not be longer than 255",
        "is needed to become resolved",
        "there is no item 7",
        "there is no active person 7",
        "the ticket is closed; reopen it first",
        "the author of a change cannot approve it",
        "a change that is 'closed' cannot be edited",
        "an incident that is 'new' cannot become 'closed'",
        "this needs the permission ticket:work",
        "expected a time with its zone such as 2025-01-31T12:00:00Z, got 'noon'",
        "the time needs a zone, as in 2025-01-31T12:00:00Z; got '2025-01-31'",
        "expected an amount such as 12.50, got 'much'",
        "the number is too large: it must fit in 64 bits",
        "'10.0.0.1/24' is an address in a network; the network is 10.0.0.0/24",
    ],
)
def test_a_fault_of_the_desk_is_translated(fault: str) -> None:
    assert told(fault).startswith("[")


def test_numbers_come_with_the_sentence() -> None:
    assert "255" in told("must not be longer than 255")


def test_what_nobody_foresaw_is_shown_as_it_came() -> None:
    assert told("the moon is in the way") == "the moon is in the way"


def _constants(path: Path) -> list[str]:
    """Return the plain sentences that a module refuses with."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        part.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _refuses(node)
        for argument in node.args[-1:]
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value
    ]


def _refuses(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in {"add", "Conflict", "SegregationOfDuties", "StaleVersion"}


def test_every_plain_sentence_of_the_desk_is_known() -> None:
    modules = [*DESK.glob("*/actions/*.py"), *DESK.glob("*/rules/*.py")]
    sentences = {
        said
        for path in modules
        for said in _constants(path)
        # Parts of sentences with a value in them are held by the examples above.
        if not said.endswith(" ") and not said.startswith((" ", ";"))
    }
    assert len(sentences) >= 10
    assert {said for said in sentences if said == told(said)} <= _FOR_PROGRAMS


def test_a_fault_in_a_list_says_of_which_value_it_is() -> None:
    fault = "value 2 of the list: expected an IP address such as 192.0.2.1, got 'x'"
    assert told(fault) == (
        "[Value 2 of the list: [This is no IP address; one looks like 192.0.2.1.]]"
    )

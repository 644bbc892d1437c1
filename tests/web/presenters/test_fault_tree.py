"""A fault tree in words, as text, and as a drawing that stands alone."""

from datetime import timedelta

import pytest
from defusedxml import ElementTree

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.fault_tree import FaultEvent, FaultGate
from cmdb.engine.impact.values import State
from server.assets.rules.reliability import Reliability
from server.desk.problems.queries.fault_evidence import FaultEvidence
from server.desk.problems.queries.fault_tree import ToldEvent, ToldGate
from server.items.impacts.naming import NamedItem
from tests.web.presenters.readers import NOW, reader
from web.presenters.fault_drawing import draw
from web.presenters.fault_tree import as_text, evidence_texts, gate_sign, gate_text, tree_lines

_SVG = "{http://www.w3.org/2000/svg}"


def known(state: State = State.UP, **more: object) -> FaultEvidence:
    """Return evidence of an item that failed twice in 80 days."""
    often = Reliability(1, 80.0, 2, 0, 40.0, NOW - timedelta(days=3))
    return FaultEvidence(state, NOW, often, 0, (), **more)  # type: ignore[arg-type]


def told(number: int, name: str | None, *gates: ToldGate, ending: str = "basic") -> ToldEvent:
    """Return an event; without a name it is out of sight."""
    item = None if name is None else NamedItem(number, name, "server", None)
    event = FaultEvent(ItemId(number), "opened" if gates else ending)  # type: ignore[arg-type]
    return ToldEvent(event, item, None if item is None else known(), None, gates)


def gate(needed: int, size: int, *inputs: ToldEvent, **more: object) -> ToldGate:
    """Return a gate; with a ``group_id`` it is a group called Web."""
    made = FaultGate(needed, size, (), **more)  # type: ignore[arg-type]
    return ToldGate(made, "Web" if made.group_id else "", inputs)


_TREE = told(
    1,
    "Orders",
    gate(1, 2, told(2, "db <1>\n"), told(3, None, ending="deeper")),
    gate(
        2,
        3,
        told(4, "web-1"),
        told(5, "web-2"),
        told(2, "db <1>", ending="elsewhere"),
        group_id=7,
        rule="at_least",
    ),
    gate(1, 9, told(6, "x"), left_out=8),
)


@pytest.mark.parametrize(
    ("one", "sign", "text"),
    [
        (gate(1, 2), "≥1", "Down as soon as any of these is down:"),
        (gate(1, 2, group_id=7), "≥1", "Down as soon as one of the 2 of Web is down:"),
        (gate(2, 2, group_id=7), "&", "Down when all 2 of Web are down:"),
        (gate(2, 3, group_id=7), "2/3", "Down when at least 2 of the 3 of Web are:"),
        (
            gate(2, 3, group_id=7, rule="capacity", total=60.0, required=25.5),
            "2/3",
            "Down when less than 25.5 of 60 are left of Web:",
        ),
    ],
)
def test_a_gate_says_what_it_takes(one: ToldGate, sign: str, text: str) -> None:
    assert (gate_sign(one.gate), gate_text(one, reader())) == (sign, text)


def test_what_is_known_is_told_in_words() -> None:
    evidence = known(differences=1, changed_at=NOW)
    assert evidence_texts(evidence, reader()) == [
        "1 difference in the 72 hours before",
        "2 failures, one in 40 days",
    ]


def test_as_text_every_line_is_one_line() -> None:
    lines = list(tree_lines(_TREE, reader()))
    text = as_text("PRB-1: why Orders would be down", lines).splitlines()
    assert len(text) == 2 + len(lines)
    assert text[2].startswith("- Orders (2 failures")
    assert text[3] == "  [≥1] Down as soon as any of these is down:"
    assert text[4].startswith("    - db <1> (2 failures")
    assert text[5] == "    - an item outside your view (what it needs lies deeper)"
    assert text[6] == "  [2/3] Down when at least 2 of the 3 of Web are:"
    assert text[9].endswith("opened in another place)")
    assert text[-1] == "    - 8 more are not listed"


def test_the_drawing_is_a_document_whatever_things_are_called() -> None:
    lines = list(tree_lines(_TREE, reader()))
    drawing = ElementTree.fromstring(draw('Why <b> & "c"\x00', lines))
    texts = [one.text for one in drawing.iter(f"{_SVG}text")]
    assert texts[0] == 'Why <b> & "c"'
    assert any((text or "").startswith("db <1>") for text in texts)
    # A sign for each line: boxes for gates, circles, diamonds and triangles for events.
    gates = [line for line in lines if line.kind == "gate"]
    assert len(texts) == 1 + len(lines) + len(gates)
    basic = [one for one in lines if one.kind == "event" and one.ending == "basic"]
    assert len(list(drawing.iter(f"{_SVG}circle"))) == len(basic)
    assert int(drawing.attrib["height"]) > 26 * len(lines)


def test_a_long_name_is_cut_in_a_drawing() -> None:
    drawing = draw("x" * 5_000, [])
    assert "…" in drawing
    assert int(ElementTree.fromstring(drawing).attrib["width"]) < 1_300

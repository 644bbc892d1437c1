"""A fault tree in the reader's words: its gates, how events end, what is known, and as lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from web.presenters.ownership import mean_time
from web.presenters.reader import Reader
from web.presenters.states import state_sign

_TONES = {"suspected": "warn", "ruled_out": "neutral", "confirmed": "bad"}


def verdict_text(verdict: str, reader: Reader) -> str:
    """Return the word for what somebody holds of an item's part."""
    words = {
        "open": reader.gettext("not judged"),
        "suspected": reader.gettext("suspected"),
        "ruled_out": reader.gettext("ruled out"),
        "confirmed": reader.gettext("confirmed"),
    }
    return words.get(verdict, verdict)


def verdict_tone(verdict: str) -> str:
    """Return the tone of the pill that shows a verdict."""
    return _TONES.get(verdict, "neutral")


def gate_sign(gate: Any) -> str:
    """Return the sign on a gate (cmdb.engine FaultGate): one of two or more, all, or so many."""
    return {"or": "≥1", "and": "&"}.get(gate.sign, f"{gate.needed}/{gate.size}")


def gate_text(told: Any, reader: Reader) -> str:
    """Say how the inputs of a gate (server.desk ToldGate) take their event down."""
    gate = told.gate
    if gate.group_id is None:
        return reader.gettext("Down as soon as any of these is down:")
    name = told.name or reader.gettext("a redundancy group")
    if gate.rule == "capacity":
        words = reader.gettext(
            "Down when less than %(required)g of %(total)g are left of %(name)s:"
        )
        return words % {"required": gate.required, "total": gate.total, "name": name}
    words = {
        "or": reader.gettext("Down as soon as one of the %(size)d of %(name)s is down:"),
        "and": reader.gettext("Down when all %(size)d of %(name)s are down:"),
    }.get(
        gate.sign, reader.gettext("Down when at least %(needed)d of the %(size)d of %(name)s are:")
    )
    return words % {"needed": gate.needed, "size": gate.size, "name": name}


def ending_text(ending: str, reader: Reader) -> str:
    """Say how an event goes on; "" where that is to be seen."""
    words = {
        "basic": reader.gettext("fails by itself only"),
        "deeper": reader.gettext("what it needs lies deeper"),
        "circle": reader.gettext("stands above: a circle"),
        "elsewhere": reader.gettext("opened in another place"),
    }
    return words.get(ending, "")


def left_out_text(count: int, reader: Reader) -> str:
    """Say how many inputs of a gate are not listed."""
    words = reader.ngettext("%(num)d more is not listed", "%(num)d more are not listed", count)
    return words % {"num": count}


def evidence_texts(evidence: Any, reader: Reader) -> list[str]:
    """Return what is known of an item (server.desk FaultEvidence), what speaks against it first."""
    told = []
    if evidence.differences:
        told.append(
            reader.ngettext(
                "%(num)d difference in the 72 hours before",
                "%(num)d differences in the 72 hours before",
                evidence.differences,
            )
            % {"num": evidence.differences}
        )
    if evidence.changes:
        names = ", ".join(change.reference for change in evidence.changes)
        told.append(reader.gettext("changed by %(names)s") % {"names": names})
    failures = evidence.reliability.failure_count
    if failures:
        words = reader.ngettext("%(num)d failure", "%(num)d failures", failures) % {"num": failures}
        mean = mean_time(evidence.reliability.mean_days, reader)
        told.append(
            words + (", " + reader.gettext("one in %(time)s") % {"time": mean} if mean else "")
        )
    if evidence.open_tickets:
        names = ", ".join(evidence.tickets)
        if evidence.open_tickets > len(evidence.tickets):
            names += ", …"
        told.append(reader.gettext("open: %(names)s") % {"names": names})
    return told


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line of a tree: an event with its remarks, or a gate with its ``sign``."""

    level: int
    kind: Literal["event", "gate"]
    text: str
    remarks: tuple[str, ...] = ()
    sign: str = ""
    ending: str = ""
    ruled_out: bool = False


def tree_lines(told: Any, reader: Reader, level: int = 0) -> Iterator[TreeLine]:
    """Yield the lines of a tree (server.desk ToldEvent) as they are read."""
    yield _event_line(told, reader, level)
    for gate in told.gates:
        yield TreeLine(level + 1, "gate", gate_text(gate, reader), sign=gate_sign(gate.gate))
        for one in gate.inputs:
            yield from tree_lines(one, reader, level + 2)
        if gate.gate.left_out:
            text = left_out_text(gate.gate.left_out, reader)
            yield TreeLine(level + 2, "event", text, ending="deeper")


def _event_line(told: Any, reader: Reader, level: int) -> TreeLine:
    remarks = []
    verdict = told.verdict.row.verdict if told.verdict else ""
    if told.verdict:
        note = told.verdict.row.note
        word = verdict_text(verdict, reader)
        remarks.append(f"{word}: {note}" if note else word)
    if told.evidence is not None:
        if told.evidence.state.text != "up":
            remarks.append(state_sign(told.evidence.state.text, reader.gettext).word)
        remarks += evidence_texts(told.evidence, reader)
    remarks += filter(None, [ending_text(told.event.ending, reader)])
    name = told.item.name if told.item else hidden_text(reader)
    return TreeLine(
        level,
        "event",
        name,
        tuple(remarks),
        ending=told.event.ending,
        ruled_out=verdict == "ruled_out",
    )


def hidden_text(reader: Reader) -> str:
    """Return what stands in the place of a name out of sight."""
    return reader.gettext("an item outside your view")


def as_text(title: str, lines: list[TreeLine]) -> str:
    """Return a tree as plain text, a line for each event and gate, indented by its level."""
    found = [title, ""]
    for line in lines:
        sign = f"[{line.sign}] " if line.kind == "gate" else "- "
        remarks = f" ({'; '.join(line.remarks)})" if line.remarks else ""
        found.append("  " * line.level + sign + _one_line(line.text + remarks))
    return "\n".join(found) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())

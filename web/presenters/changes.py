"""Changes in the reader's words: states and steps, risk, approvals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.desk.changes.rules.questionnaire import Question, shipped_questions
from server.desk.changes.rules.words import Labels, Words
from web.presenters.faults import fault_text
from web.presenters.reader import Reader

_STATE_TONES = {
    "assessment": "accent",
    "approval": "warn",
    "scheduled": "accent",
    "implementing": "warn",
    "review": "accent",
    "closed": "good",
    "rejected": "bad",
}
#: The way of a change that goes well.
STEPS = ("draft", "assessment", "approval", "scheduled", "implementing", "review", "closed")


@dataclass(frozen=True)
class ChangeWording:
    """The words of changes in one language; a code that is not known stands for itself."""

    words: Words
    language: str

    def state(self, code: str) -> str:
        """Return the name of a state."""
        found = self.words.states.get(code)
        return self._label(found.labels if found else {}, code)

    def state_tone(self, code: str) -> str:
        """Return the tone of the pill that shows a state."""
        return _STATE_TONES.get(code, "neutral")

    def kind(self, code: str) -> str:
        """Return the name of a kind of change."""
        return self._label(self.words.kinds.get(code, {}), code)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return (code, label) of "kind" or "state" in the order in which people choose."""
        table: Mapping[str, Any] = self.words.kinds if name == "kind" else self.words.states
        return [(code, getattr(self, name)(code)) for code in table]

    def _label(self, labels: Labels, code: str) -> str:
        return labels.get(self.language) or labels.get("en") or code


@dataclass(frozen=True)
class Step:
    """One step of the way: "past", "present" or "ahead"."""

    label: str
    when: str


def steps(state: str, wording: ChangeWording) -> list[Step]:
    """Return the way of a change; empty where it has left the way (rejected, cancelled)."""
    if state not in STEPS:
        return []
    here = STEPS.index(state)
    order = ("ahead", "present", "past")
    return [
        Step(wording.state(code), order[(here >= place) + (here > place)])
        for place, code in enumerate(STEPS)
    ]


def risk_tone(risk: int) -> str:
    """Return the tone in which a risk of 0 to 100 is shown."""
    if risk >= 60:
        return "bad"
    return "warn" if risk >= 30 else "neutral"


def risk_text(code: str, value: int | None, reader: Reader) -> str:
    """Say what a risk point is for; ``value`` is the number behind it, None if not to be told."""
    sentences = {
        "service_down": reader.gettext("a service goes down"),
        "service_degraded": reader.gettext("a service is degraded"),
        "service_at_risk": reader.gettext("a service loses its reserve"),
        "many_services": reader.gettext("several services are hit"),
        "many_people": reader.gettext("many people are reached"),
        "many_weakened": reader.gettext("items lose their reserve"),
        "many_items": reader.gettext("several items are touched"),
        "no_back_out_plan": reader.gettext("there is no way back"),
        "no_test_plan": reader.gettext("nothing says how it is tested"),
        "emergency": reader.gettext("it is an emergency change"),
        "collides": reader.gettext("it collides with other changes"),
        "outside_maintenance": reader.gettext("it lies outside the windows for maintenance"),
        "similar_failed": reader.gettext("changes like it went wrong"),
        "similar_good": reader.gettext("changes like it went well"),
    }
    if code.startswith("answer_"):
        question = shipped_questions().get(code.removeprefix("answer_"))
        return _label(question.labels, reader) if question else code
    if value is None or not code.startswith("many_"):
        return sentences.get(code, code)
    return f"{sentences.get(code, code)} ({value})"


def lost_text(remaining: float, required: float, reader: Reader) -> str:
    """Say what a redundancy group has left: "1 left, 1 needed"."""
    return reader.gettext("%(left)s left, %(needed)s needed") % {
        "left": f"{remaining:g}",
        "needed": f"{required:g}",
    }


def question_choices(
    questions: Mapping[str, Question], reader: Reader
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return (code, question, [(code, answer), …]) in the reader's language."""
    return [
        (
            one.code,
            _label(one.labels, reader),
            [
                (
                    code,
                    f"{_label(labels, reader)} (+{points})" if points else _label(labels, reader),
                )
                for code, (points, labels) in one.answers.items()
            ],
        )
        for one in questions.values()
    ]


def _label(labels: Labels, reader: Reader) -> str:
    return labels.get(reader.language) or labels.get("en") or ""


def quorum_words(reader: Reader) -> dict[str, str]:
    """Return the word of each quorum."""
    return {
        "any": reader.gettext("any one"),
        "all": reader.gettext("everybody"),
        "at_least": reader.gettext("at least so many"),
        "percent": reader.gettext("percent"),
    }


def demand_text(demand: Mapping[str, Any], reader: Reader) -> str:
    """Say how many must agree: "Board: at least 2"."""
    number = demand.get("number") or 0
    sentences = {
        "any": reader.gettext("any one"),
        "all": reader.gettext("everybody"),
        "at_least": reader.gettext("at least %(number)d") % {"number": number},
        "percent": reader.gettext("%(number)d percent") % {"number": number},
    }
    name = demand.get("name") or reader.gettext("Emergency")
    return f"{name}: {sentences.get(str(demand.get('quorum')), '')}"


def why_text(why: Any, names: Mapping[int, str], reader: Reader) -> str:
    """Say why somebody has a say; ``why`` is what an approval keeps of it."""
    if why["role"] == "change_manager":
        return reader.gettext("change manager")
    if why["role"] in {"rule", "board"}:
        return str(why.get("name") or reader.gettext("a rule"))
    name = names.get(why.get("item_id")) or reader.gettext("an item outside your view")
    roles = {
        ("owner", "touched"): reader.gettext("owns %(name)s, which is touched"),
        ("owner", "service"): reader.gettext("owns %(name)s, which suffers"),
        ("approver", "touched"): reader.gettext("approves for %(name)s, which is touched"),
        ("approver", "service"): reader.gettext("approves for %(name)s, which suffers"),
        ("owner", "place"): reader.gettext("owns %(name)s, where it stands"),
        ("approver", "place"): reader.gettext("approves for %(name)s, where it stands"),
    }
    sentence = roles.get((why["role"], why.get("of", "")))
    return sentence % {"name": name} if sentence else str(why["role"])


def verdict_words(reader: Reader) -> dict[str, tuple[str, str]]:
    """Return (word, tone) of what was found after a change, over all and line by line."""
    return {
        "as_planned": (reader.gettext("as planned"), "good"),
        "partly": (reader.gettext("partly as planned"), "warn"),
        "deviated": (reader.gettext("other than planned"), "bad"),
        "unknown": (reader.gettext("unknown: nothing was heard"), "neutral"),
        "missing": (reader.gettext("as before"), "bad"),
        "different": (reader.gettext("something else"), "bad"),
        "unexpected": (reader.gettext("not planned"), "bad"),
        "silent": (reader.gettext("nothing was heard"), "neutral"),
    }


def decision_words(reader: Reader) -> dict[str, tuple[str, str]]:
    """Return (word, tone) of each decision."""
    return {
        "pending": (reader.gettext("pending"), "neutral"),
        "approved": (reader.gettext("approved"), "good"),
        "rejected": (reader.gettext("rejected"), "bad"),
        "void": (reader.gettext("void"), "warn"),
    }


@dataclass(frozen=True)
class ChangeLine:
    """What happened on a change, and the words that somebody gave with it."""

    text: str
    note: str = ""


def change_line(entry: Any, wording: ChangeWording, reader: Reader) -> ChangeLine:
    """Return the words of a line that a change's own history wrote."""
    detail: Mapping[str, Any] = entry.detail
    event = detail.get("event")
    note = entry.text
    if event == "drafted":
        return ChangeLine(reader.gettext("began to plan"))
    if event == "approval_requested":
        number = int(detail.get("approvers") or 0)
        text = reader.ngettext(
            "asked %(num)d party for approval", "asked %(num)d parties for approval", number
        )
        return ChangeLine(text % {"num": number})
    if event == "decided":
        return ChangeLine(_decided(detail, reader), note)
    if event == "moved":
        both = [wording.state(str(detail.get(key, ""))) for key in ("before", "after")]
        # The desk's own words: an edit took approval back, a template had given it.
        return ChangeLine(" → ".join(both), "" if note in {"edited", "template"} else note)
    if event == "edited":
        return ChangeLine(_edited(detail, reader))
    return _later(str(event or ""), detail, note, reader)


def _later(event: str, detail: Mapping[str, Any], note: str, reader: Reader) -> ChangeLine:
    """Return the words of what happens to a change by the clock, or after its approval."""
    if event == "applied":
        number = int(detail.get("number") or 0)
        text = reader.ngettext(
            "wrote %(num)d planned difference into the register",
            "wrote %(num)d planned differences into the register",
            number,
        )
        return ChangeLine(text % {"num": number})
    if event == "handed":
        text = reader.gettext("asked %(name)s to write what was planned into the register")
        return ChangeLine(text % {"name": str(detail.get("to"))})
    if event == "verified":
        verdict = verdict_words(reader).get(str(detail.get("verdict")), ("", ""))[0]
        return ChangeLine(reader.gettext("found afterwards: %(verdict)s") % {"verdict": verdict})
    if event == "held":
        return ChangeLine(reader.gettext("did not begin by itself"), fault_text(note, reader))
    if event == "incident":
        text = reader.gettext("%(ticket)s followed within 72 hours")
        return ChangeLine(text % {"ticket": str(detail.get("ticket"))})
    if event == "overdue":
        return ChangeLine(reader.gettext("an approval is overdue; change managers may decide it"))
    return ChangeLine(event)


def _decided(detail: Mapping[str, Any], reader: Reader) -> str:
    word = decision_words(reader).get(str(detail.get("decision")), ("", ""))[0]
    if detail.get("in_place_of"):
        return reader.gettext("%(decision)s in somebody's place") % {"decision": word}
    return word


def _edited(detail: Mapping[str, Any], reader: Reader) -> str:
    labels = plan_labels(reader)
    changed = ", ".join(labels.get(name, name) for name in detail.get("changes") or {})
    text = reader.gettext("edited: %(fields)s") % {"fields": changed}
    voided = int(detail.get("voided") or 0)
    if voided:
        said = reader.ngettext("%(num)d approval is void", "%(num)d approvals are void", voided)
        text = f"{text} · {said % {'num': voided}}"
    return text


def plan_labels(reader: Reader) -> dict[str, str]:
    """Return the labels of a change's fields, as its forms show them."""
    return {
        "title": reader.gettext("Title"),
        "kind": reader.gettext("Kind"),
        "reason": reader.gettext("Why"),
        "implementation_plan": reader.gettext("What is done"),
        "test_plan": reader.gettext("How it is tested"),
        "back_out_plan": reader.gettext("The way back"),
        "communication_plan": reader.gettext("Who is told"),
        "item_ids": reader.gettext("Items touched"),
        "window_start": reader.gettext("Window from"),
        "window_end": reader.gettext("Window to"),
        "implementer_id": reader.gettext("Carried out by"),
        "answers": reader.gettext("Questions of risk"),
        "tasks": reader.gettext("Tasks"),
        "differences": reader.gettext("Planned for the register"),
        "template_id": reader.gettext("Template"),
        "release_id": reader.gettext("Release"),
        "risk": reader.gettext("Risk"),
    }

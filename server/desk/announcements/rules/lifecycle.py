"""How far an announcement is, which step may follow, and how long it stands in the portal. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("maintenance", "outage", "information")
AUDIENCES = ("users", "everyone")
#: How far it has come by what people did: "withdrawn" was never published, or taken back.
STATES = ("draft", "published", "ended", "withdrawn")
_STEPS = {"draft": ("published", "withdrawn"), "published": ("ended", "withdrawn")}
#: How long what is over stays on the portal, and how early planned work comes there.
LINGERS = timedelta(hours=24)
AHEAD = timedelta(days=14)
TEXTS = ("title", "text", "concerned", "cause", "workaround", "contact")
_LONGEST = {"title": 255, "concerned": 1000, "contact": 300}
TEXT_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """An announcement as somebody writes it.

    ``audience``: "users" are the people who use what the items reach, "everyone" all people of the
    organisation and those below it. ``concerned`` says in public words what is hit.
    """

    title: str
    kind: str = "maintenance"
    text: str = ""
    concerned: str = ""
    cause: str = ""
    workaround: str = ""
    contact: str = ""
    starts_at: datetime | None = None
    expected_end_at: datetime | None = None
    audience: str = "users"
    item_ids: tuple[int, ...] = ()
    organisation_id: int | None = None


def faults_of(draft: AnnouncementDraft) -> dict[str, str]:
    """Return what is wrong with a draft, by field.

    >>> faults_of(AnnouncementDraft(" ", item_ids=(1,)))
    {'title': 'must not be empty'}
    """
    faults: dict[str, str] = {}
    if not draft.title.strip():
        faults["title"] = "must not be empty"
    for name in TEXTS:
        longest = _LONGEST.get(name, TEXT_LENGTH)
        if len(getattr(draft, name)) > longest:
            faults[name] = f"must not be longer than {longest}"
    if draft.kind not in KINDS:
        faults["kind"] = f"must be one of {', '.join(KINDS)}"
    if draft.audience not in AUDIENCES:
        faults["audience"] = f"must be one of {', '.join(AUDIENCES)}"
    start, end = draft.starts_at, draft.expected_end_at
    if start is not None and end is not None and end <= start:
        faults["expected_end_at"] = "must be later than starts_at"
    if draft.audience == "users" and not draft.item_ids:
        faults["item_ids"] = "say what it is about, or tell everybody"
    return faults


def may_become(state: str, wanted: str) -> bool:
    """Say whether a step is possible.

    >>> may_become("draft", "published"), may_become("ended", "published")
    (True, False)
    """
    return wanted in _STEPS.get(state, ())


def phase_of(
    state: str, starts_at: datetime, expected_end_at: datetime | None, now: datetime
) -> str:
    """Return how a reader finds it: "draft", "planned", "running", "late", "over" or "withdrawn".

    "late": it should have ended by now, and nobody has said that it did.
    """
    if state != "published":
        return {"ended": "over"}.get(state, state)
    if now < starts_at:
        return "planned"
    late = expected_end_at is not None and expected_end_at < now
    return "late" if late else "running"

"""Saying what an item's part in a problem is: suspected, ruled out, confirmed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.query.items import find_items
from server.desk.problems.models import Problem, ProblemItem, ProblemVerdict
from server.desk.problems.queries.problems import lock_problem
from server.desk.problems.queries.verdicts import latest_verdict
from server.desk.problems.rules.verdicts import TOLD, VERDICTS, cause_text
from server.desk.tickets.actions.checking import Problems, text_of
from server.foundation.permissions import Actor
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class VerdictDraft:
    """One of ``VERDICTS`` about an item, and what shows it."""

    item_id: int
    verdict: str
    note: str = ""


def judge_item(
    session: Session, actor: Actor, reference: str | int, draft: VerdictDraft, now: datetime
) -> ProblemVerdict:
    """Say what an item's part is; the same again changes nothing.

    Who confirms an item names it the problem's cause, and gives the root cause its words where
    there are none; who takes that back takes both back, unless the words are somebody else's.
    Raises ``InvalidValue`` naming what is wrong, ``NotFound``, ``PermissionDenied``.
    """
    row = lock_problem(session, actor, reference)
    item_id, verdict = draft.item_id, draft.verdict
    problems = Problems()
    said = text_of(problems, "note", draft.note)
    if verdict not in VERDICTS:
        problems.add("verdict", f"must be one of {', '.join(VERDICTS)}")
    elif verdict in TOLD and not said:
        problems.add("note", "say what shows it")
    seen = find_items(session, [item_id], visible_items(actor))
    problems.add("item_id", "" if item_id in seen else f"there is no item {item_id}")
    problems.refuse()
    item = seen[item_id]
    before = latest_verdict(session, row.id, item_id)
    if before is not None and (before.verdict, before.note) == (verdict, said):
        return before
    made = ProblemVerdict(
        problem_id=row.id,
        item_id=item_id,
        at=now,
        person_id=actor.person_id,
        verdict=verdict,
        note=said,
    )
    session.add(made)
    if before is not None and before.verdict == "confirmed":
        _take_back(session, row, item_id, cause_text(item.name, before.note))
    if verdict == "confirmed":
        _confirm(session, row, item_id, cause_text(item.name, said))
    row.updated_at = now
    row.version += 1
    session.flush()
    return made


def _confirm(session: Session, row: Problem, item_id: int, words: str) -> None:
    """Name an item as cause, beside others: some failures take two."""
    link = session.get(ProblemItem, (row.id, item_id))
    if link is None:
        link = ProblemItem(problem_id=row.id, item_id=item_id)
        session.add(link)
    link.is_cause = True
    row.cause = row.cause if row.cause.strip() else words


def _take_back(session: Session, row: Problem, item_id: int, words: str) -> None:
    link = session.get(ProblemItem, (row.id, item_id))
    if link is not None:
        link.is_cause = False
    row.cause = "" if row.cause == words else row.cause

"""A change's page: the plan, beside it what the change would do, and who agreed to that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import standing_model
from server.desk.changes import actions
from server.desk.changes.queries import WRITTEN_IN, find_change, plan_of, releases_of
from server.desk.workspace.queries import ChangePage, change_workspace
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from web.pages.change_choices import attribute_choices, relation_choices
from web.pages.change_corners import corners
from web.pages.change_effect import effect
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import change_wording, ticket_wording
from web.presenters.change_parts import difference_text, task_title
from web.presenters.changes import (
    change_line,
    decision_words,
    plan_labels,
    steps,
    verdict_words,
    why_text,
)
from web.presenters.findings import found_value, subject_text
from web.presenters.items import source_label
from web.presenters.writing import pieces


@dataclass(frozen=True)
class Act:
    """What is being done on the page: "decide", "comment" or the state a move leads to."""

    name: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def show(reference: str) -> ResponseReturnValue:
    """Show one change; ``act`` in the address opens a panel."""
    return change_page(reference, Act(request.args.get("act", ""), typed=request.args))


def change_page(reference: str, act: Act, status: int = 200) -> ResponseReturnValue:
    """Draw the page of a change, with a panel open where something is being done."""
    session, actor = current_session(), current_actor()
    page = change_workspace(session, actor, reference)
    change, wording = page.header.change, change_wording()
    names = {item.id: item.name for item in page.items}
    names |= {row.item.id: row.item.name for row in page.preview.impact.rows}
    names |= _reasons(page, names)
    labels = dict((*attribute_choices(page.items), *relation_choices()))
    shown = effect(session, actor, page.preview, plan_of(session, change))
    body = render_template(
        "changes/show.html",
        page=page,
        change=change,
        act=act,
        wording=wording,
        steps=steps(change.state, wording),
        moves=_moves(page),
        state=wording.words.states[change.state],
        labels=plan_labels(reader()),
        rounds=_rounds(page),
        why=lambda why: why_text(why, names, reader()),
        decisions=decision_words(reader()),
        own=actor.person_id is not None
        and actor.person_id in (change.author_id, change.implementer_id),
        may_replace=actor.may(Permission.CHANGE_APPROVE, change.organisation_id),
        line_of=lambda entry: change_line(entry, wording, reader()),
        me=actor,
        pieces=pieces,
        tasks=page.tasks,
        findings=page.findings,
        subject=lambda row: subject_text(
            standing_model(), row.item.class_code, row.finding.subject, reader()
        ),
        value=lambda row, value: found_value(
            standing_model(), row.item.class_code, row.finding.subject, value, reader()
        ),
        source=lambda code: source_label(code, reader()),
        incidents=page.incidents,
        verdicts=verdict_words(reader()),
        may_verify=page.header.may_write
        and change.state in ("implementing", "review", "closed")
        and (change.finished_at or change.window_end or current_time()) < current_time(),
        differences=[
            (row.position, difference_text(row, page.names, labels, reader()))
            for row in page.differences
        ],
        waits_to_be_written=bool(page.differences)
        and page.header.may_write
        and change.applied_at is None
        and change.state in WRITTEN_IN,
        titled=lambda task: task_title(task.phase, task.title, reader()),
        attributes=attribute_choices(page.items),
        relation_types=relation_choices(),
        item_choices=[(str(item.id), item.name) for item in page.items],
        people=page.people,
        seen_names=page.names,
        template=page.template,
        release=releases_of(session, actor, [change]).get(change.release_id or 0),
        corners=corners(),
        voided=page.rounds[0].round if page.rounds and page.rounds[0].round.voided_at else None,
        asked_about=_asked_about(page),
        ticket_words=ticket_wording(),
        drift=_drift(page),
        **shown,
    )
    return body, status


def _reasons(page: ChangePage, known: Mapping[int, str]) -> dict[int, str]:
    """Return the names of what gives somebody a say and stands nowhere else on the page."""
    named = {
        why["item_id"]
        for row in page.approvals
        for why in row.approval.why
        if why.get("item_id") is not None
    }
    missing = sorted(named - set(known))
    return names_of(current_session(), current_actor(), missing) if missing else {}


def _moves(page: ChangePage) -> list[tuple[str, tuple[str, ...]]]:
    """Return (state, what the step asks for) of the steps the reader may take from here."""
    if not page.header.may_write:
        return []
    words, here = change_wording().words, page.header.change.state
    return [(end, words.moves[here, end]) for end in words.moves_from(here)]


def _rounds(page: ChangePage) -> list[tuple[int, list[Any]]]:
    """Return the approvals by round, the latest first."""
    found: dict[int, list[Any]] = {}
    for row in page.approvals:
        found.setdefault(row.approval.round, []).append(row)
    return list(found.items())


def _asked_about(page: ChangePage) -> dict[str, Any] | None:
    """Return what was frozen into the latest round; services out of sight are left out."""
    if not page.rounds:
        return None
    kept, names = page.rounds[0].round, page.rounds[0].names
    return {
        "at": kept.asked_at,
        "risk": kept.impact.get("risk", 0),
        "people": kept.impact.get("people", 0),
        "services": [
            (names[one["item_id"]], one["state"])
            for one in kept.impact.get("services", ())
            if one["item_id"] in names
        ],
    }


def _drift(page: ChangePage) -> bool:
    """Say whether the graph foresees something else now than when approval was asked for."""
    change = page.header.change
    frozen = change_wording().words.states[change.state].frozen
    return frozen and change.risk != page.preview.risk


def move(reference: str) -> ResponseReturnValue:
    """Take a step of the life cycle."""
    form = request.form
    draft = actions.ChangeMove(
        form.get("state", ""), form.get("reason", ""), form.get("review", "")
    )

    def step() -> None:
        actions.move_change(current_session(), current_actor(), reference, draft, current_time())

    told = gettext("%(state)s now.") % {"state": change_wording().state(draft.state)}
    return _act(reference, Act(draft.state), step, told)


def ask(reference: str) -> ResponseReturnValue:
    """Ask everybody who has a say for approval of exactly what stands there."""

    def request_approval() -> None:
        actions.request_approval(current_session(), current_actor(), reference, current_time())

    return _act(reference, Act("ask"), request_approval, gettext("Approval is asked for."))


def decide(reference: str) -> ResponseReturnValue:
    """Approve or reject, for oneself or in somebody's place."""
    form = request.form
    given = actions.Decision(
        form.get("decision", ""),
        form.get("comment", ""),
        form.get("digest", ""),
        whole(form.get("approval_id")),
    )

    def say() -> None:
        actions.decide(current_session(), current_actor(), reference, given, current_time())

    approved = given.decision == "approved"
    told = gettext("You approved it.") if approved else gettext("You rejected it.")
    return _act(reference, Act("decide"), say, told)


def comment(reference: str) -> ResponseReturnValue:
    """Write a comment."""
    text = request.form.get("text", "")

    def write() -> None:
        actions.add_comment(current_session(), current_actor(), reference, text, current_time())

    return _act(reference, Act("comment"), write, gettext("Your comment is written."))


def _act(reference: str, act: Act, write: Callable[[], None], told: str) -> ResponseReturnValue:
    """Do it and go back to the page, or show the page with what was wrong."""
    change = find_change(current_session(), current_actor(), reference)
    address = url_for("changes.show", reference=change.reference)
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return change_page(reference, replace(act, errors=errors, typed=request.form), status)
    return done(told, address)

"""Problems: the list with what incidents may share, one of them, and what is done there."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, StaleVersion
from server.desk.problems.actions import problems as actions
from server.desk.problems.models import Problem
from server.desk.problems.queries import problems as queries
from server.desk.problems.queries.major import running_majors
from server.desk.problems.queries.proposing import propose_problems
from server.desk.problems.rules.lifecycle import steps_from
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.impacts.hints import CHANGES, ChangeReader
from server.items.queries import names_of
from server.people.queries.groups import names_of_groups
from server.people.queries.people import names_of_people
from web.pages import fault_tree
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.conflicts import saved_meanwhile
from web.presenters.problems import (
    given_whys,
    problem_labels,
    proposed_title,
    published_texts,
    state_text,
    state_tone,
)
from web.presenters.writing import pieces

problems = Blueprint("problems", __name__, url_prefix="/problems")

_PAGE = 50
_WHYS = 5

_TREE = "/<string:reference>/fault-tree"
problems.add_url_rule(_TREE, "fault_tree", fault_tree.show)
problems.add_url_rule(_TREE, "judge", fault_tree.judge, methods=["POST"])
problems.add_url_rule(f"{_TREE}.txt", "fault_tree_text", fault_tree.text)
problems.add_url_rule(f"{_TREE}.svg", "fault_tree_drawing", fault_tree.drawing)


@problems.route("")
def index() -> ResponseReturnValue:
    """List problems, those with work to do first by default."""
    session, actor, given = current_session(), current_actor(), request.args
    view = given.get("view") if given.get("view") in {"open", "all"} else "open"
    wanted = queries.ProblemFilter(given.get("q", "")[:200], open=True if view == "open" else None)
    page = queries.list_problems(
        session, actor, wanted, PageRequest("-created", given.get("after", ""), _PAGE)
    )
    return render_template(
        "problems/index.html",
        rows=page.rows,
        next_url=list_url(after=page.next_cursor) if page.next_cursor else None,
        view=view,
        words=wanted.text,
        majors=running_majors(session, actor),
        wording=ticket_wording(),
        state_text=_state,
        state_tone=state_tone,
    )


@problems.route("/proposals")
def proposals() -> ResponseReturnValue:
    """Show what open incidents may have in common. A fragment."""
    found = propose_problems(
        current_session(),
        current_actor(),
        current_time(),
        cast("ChangeReader", installation().lent[CHANGES]),
    )
    return render_template(
        "problems/proposals.html",
        proposals=found,
        title=lambda one: proposed_title(one.item.name, len(one.tickets), reader()),
    )


def _state(state: str) -> str:
    return state_text(state, reader())


@problems.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Open a problem, over the tickets and items that the address names."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.TICKET_WORK)
    given = request.values
    errors: dict[str, str] = {}
    status = 200
    ids = [one for text in given.getlist("item") if (one := whole(text)) is not None]
    if request.method == "POST":
        draft = actions.ProblemDraft(
            title=given.get("title", ""),
            description=given.get("description", ""),
            priority=whole(given.get("priority")) or 3,
            tickets=tuple(given.get("tickets", "").replace(",", " ").split()),
            item_ids=tuple(ids),
            cause_item_id=whole(given.get("cause")),
        )
        try:
            row = actions.open_problem(session, actor, draft, current_time())
            told = gettext("%(reference)s is open.") % {"reference": row.reference}
            return done(told, url_for("problems.show", reference=row.reference))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    names = names_of(session, actor, ids)
    body = render_template(
        "problems/new.html",
        typed=given,
        errors=errors,
        tickets=given.get("tickets") or " ".join(given.getlist("ticket")),
        items=[(one, names[one]) for one in ids if one in names],
        wording=ticket_wording(),
    )
    return body, status


@problems.route("/<string:reference>")
def show(reference: str) -> ResponseReturnValue:
    """Show a problem: why it happens, how to live with it, and which tickets it lies behind."""
    return _page(reference, {})


def _page(
    reference: str, errors: Mapping[str, str], status: int = 200, *, stale: bool = False
) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row = queries.find_problem(session, actor, reference)
    typed = request.form if errors else {}
    answers = _typed_whys() if "because" in typed else row.whys
    whys = [*answers, *[{"because": "", "evidence": ""}] * max(1, _WHYS - len(answers))]
    chosen = {name: whole(typed[name]) if name in typed else getattr(row, name) for name in _WHO}
    body = render_template(
        "problems/show.html",
        problem=row,
        works=queries.may_work_on_problem(session, actor, row.id),
        tickets=queries.tickets_of(session, actor, row.id),
        items=queries.items_of(session, actor, row.id),
        entries=queries.entries_of(session, row.id),
        steps=[end for end, _ in steps_from(row.state)],
        whys=whys[:10],
        errors=errors,
        typed=typed,
        # Who has seen what others saved meanwhile may save over it; nobody else does.
        version=row.version if stale else typed.get("version", row.version),
        theirs=_saved_meanwhile(row) if stale else (),
        people=names_of_people(session, actor, _one(chosen["assignee_id"])),
        groups=names_of_groups(session, actor, _one(chosen["group_id"])),
        published=published_texts(reader()),
        state_text=_state,
        state_tone=state_tone,
        wording=ticket_wording(),
        pieces=pieces,
    )
    return body, status


def _typed_whys() -> list[dict[str, str]]:
    return given_whys(request.form.getlist("because"), request.form.getlist("evidence"))


def _saved_meanwhile(row: Problem) -> list[tuple[str, str]]:
    """Return what somebody else saved where it is not what was typed."""
    session, actor, form = current_session(), current_actor(), request.form
    found = saved_meanwhile(form, row, problem_labels(reader()))
    if "because" in form and _typed_whys() != row.whys:
        told = " → ".join(one["because"] for one in row.whys)
        found.append((gettext("Ask why until the root"), told))
    if form.get("published", row.published) != row.published:
        words = dict(published_texts(reader()))
        found.append((gettext("Who is told"), words.get(row.published, row.published)))
    if whole(form.get("priority")) not in (None, row.priority):
        found.append((gettext("Priority"), ticket_wording().priority(row.priority)))
    names: tuple[tuple[str, str, Mapping[int, str]], ...] = (
        ("group_id", gettext("Group"), names_of_groups(session, actor, _one(row.group_id))),
        ("assignee_id", gettext("Person"), names_of_people(session, actor, _one(row.assignee_id))),
    )
    for name, label, known in names:
        stored = getattr(row, name)
        if name in form and whole(form[name]) != stored:
            found.append((label, known.get(stored, "") if stored else ""))
    return found


def _one(value: int | None) -> list[int]:
    return [value] if value else []


_WHO = ("assignee_id", "group_id")
_TEXTS = (
    "title",
    "description",
    "cause",
    "workaround",
    "resolution",
    "published",
    "match_model",
    "match_software",
    "match_below",
)


@problems.route("/<string:reference>/edit", methods=["POST"])
def edit(reference: str) -> ResponseReturnValue:
    """Change what a problem says."""
    form = request.form
    values: dict[str, Any] = {name: form[name] for name in _TEXTS if name in form}
    for name in _WHO:
        if name in form:
            values[name] = whole(form[name])
    if whole(form.get("priority")) is not None:
        values["priority"] = whole(form["priority"])
    if "because" in form:
        values["whys"] = _typed_whys()

    def save(row: Problem) -> None:
        session, actor = current_session(), current_actor()
        fresh = queries.lock_problem(session, actor, row.id)
        check_form_version(form.get("version"), fresh.version)
        actions.edit_problem(session, actor, row.id, values, current_time())

    return _act(reference, save, gettext("Saved."))


@problems.route("/<string:reference>/move", methods=["POST"])
def move(reference: str) -> ResponseReturnValue:
    """Take a step of its life."""
    state = request.form.get("state", "")

    def step(row: Problem) -> None:
        actions.move_problem(current_session(), current_actor(), row.id, state, current_time())

    return _act(reference, step, gettext("%(state)s now.") % {"state": _state(state)})


@problems.route("/<string:reference>/note", methods=["POST"])
def note(reference: str) -> ResponseReturnValue:
    """Write a note."""
    text = request.form.get("text", "")

    def write(row: Problem) -> None:
        actions.note_problem(current_session(), current_actor(), row.id, text, current_time())

    return _act(reference, write, gettext("Written down."))


@problems.route("/<string:reference>/tickets", methods=["POST"])
def gather(reference: str) -> ResponseReturnValue:
    """Say that it lies behind a ticket, or does not after all."""
    ticket, leave = request.form.get("ticket", "").strip(), request.form.get("act") == "leave"

    def link(row: Problem) -> None:
        session, actor = current_session(), current_actor()
        if leave:
            actions.leave_ticket(session, actor, row.id, ticket)
        else:
            actions.gather_ticket(session, actor, row.id, ticket, current_time())

    return _act(reference, link, gettext("Saved."))


@problems.route("/<string:reference>/items", methods=["POST"])
def name_items(reference: str) -> ResponseReturnValue:
    """Name more items, mark the cause, or take one off."""
    form = request.form
    ids = [one for text in form.getlist("item") if (one := whole(text)) is not None]
    act = form.get("act")

    def name(row: Problem) -> None:
        session, actor = current_session(), current_actor()
        if act == "remove":
            for one in ids:
                actions.take_off_item(session, actor, row.id, one)
            return
        cause = ids[0] if act == "cause" and ids else None
        actions.name_items(session, actor, row.id, ids, cause)

    return _act(reference, name, gettext("Saved."))


def _act(reference: str, write: Callable[[Problem], object], told: str) -> ResponseReturnValue:
    row = queries.find_problem(current_session(), current_actor(), reference)
    address = url_for("problems.show", reference=row.reference)
    try:
        write(row)
    except CadastreError as error:
        stale = isinstance(error, StaleVersion)
        errors, status = refuse_in_words(error)
        return _page(reference, errors, status, stale=stale)
    return done(told, address)

"""Articles: found, read, written, drafted from a ticket, and offered while somebody types."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, StaleVersion
from server.desk.knowledge import actions, queries
from server.desk.knowledge.models import KnowledgeArticle
from server.desk.problems.queries.known import known_errors_on
from server.desk.problems.queries.problems import find_problem, problems_of_ticket
from server.desk.tickets.queries import affected_item_ids, find_ticket, may_work_on
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.queries.people import names_of_people
from web.pages.choices import class_choices
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.conflicts import saved_meanwhile
from web.presenters.problems import (
    article_labels,
    article_states,
    audience_texts,
    known_by,
    state_text,
    state_tone,
)
from web.presenters.writing import pieces

knowledge = Blueprint("knowledge", __name__, url_prefix="/knowledge")

_PAGE = 50


@knowledge.route("")
def index() -> ResponseReturnValue:
    """Find articles; every word must be in one, whatever its ending."""
    session, actor, given = current_session(), current_actor(), request.args
    actor.require(Permission.TICKET_OPEN)
    works = actor.may(Permission.TICKET_WORK)
    state = given.get("state", "") if works else ""
    due = current_time() if state == "due" and works else None
    known = {code for code, _ in article_states(reader())}
    wanted = queries.ArticleFilter(
        given.get("q", "")[:200], state if state in known else "", due=due
    )
    asked = PageRequest("-updated_at", given.get("after", ""), _PAGE)
    page = queries.list_articles(session, actor, wanted, asked)
    return render_template(
        "knowledge/index.html",
        rows=page.rows,
        next_url=list_url(after=page.next_cursor) if page.next_cursor else None,
        words=wanted.text,
        state=state,
        states=article_states(reader()),
        state_words=dict(article_states(reader())),
        audiences=dict(audience_texts(reader())),
        state_tone=state_tone,
    )


@knowledge.route("/suggestions")
def suggestions() -> ResponseReturnValue:
    """Offer what may solve it, while somebody types. A fragment."""
    session, actor, given = current_session(), current_actor(), request.args
    actor.require(Permission.TICKET_OPEN)
    ids = [one for text in given.getlist("item")[:50] if (one := whole(text)) is not None]
    text = f"{given.get('title', '')} {given.get('description', '')}"[:2000]
    return render_template(
        "knowledge/suggestions.html",
        articles=queries.suggest_articles(session, actor, text, ids),
        known=known_errors_on(session, actor, ids),
        known_by=lambda one: known_by(one, reader()),
    )


@knowledge.route("/for/<string:reference>")
def for_ticket(reference: str) -> ResponseReturnValue:
    """Show what is known about the items and words of a ticket. A fragment."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    ids = affected_item_ids(session, ticket.id)
    return render_template(
        "knowledge/for_ticket.html",
        ticket=ticket,
        problems=problems_of_ticket(session, actor, ticket.id),
        known=known_errors_on(session, actor, list(ids)),
        articles=queries.suggest_articles(session, actor, ticket.title, list(ids)),
        known_by=lambda one: known_by(one, reader()),
        state_text=lambda state: state_text(state, reader()),
        state_tone=state_tone,
        works=may_work_on(session, actor, ticket.id),
    )


@knowledge.route("/<int:article_id>")
def show(article_id: int) -> ResponseReturnValue:
    """Show an article."""
    session, actor = current_session(), current_actor()
    row = queries.find_article(session, actor, article_id)
    works = actor.may(Permission.TICKET_WORK)
    versions = queries.versions_of(session, actor, article_id) if works else ()
    people = {one.person_id for one in versions if one.person_id}
    return render_template(
        "knowledge/show.html",
        article=row,
        works=works,
        versions=versions,
        people=names_of_people(session, actor, people),
        states=dict(article_states(reader())),
        audiences=dict(audience_texts(reader())),
        classes=dict(class_choices(reader().language, abstract=True)),
        state_tone=state_tone,
        now=current_time(),
        pieces=pieces,
    )


@knowledge.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write an article, begun from a ticket or a problem if the address names one."""
    current_actor().require(Permission.TICKET_WORK)
    return _form(None, _begun())


@knowledge.route("/<int:article_id>/edit", methods=["GET", "POST"])
def edit(article_id: int) -> ResponseReturnValue:
    """Write an article anew."""
    session, actor = current_session(), current_actor()
    row = queries.find_article(session, actor, article_id)
    actor.require(Permission.TICKET_WORK)
    names = ("title", "body", "audience", "state", "class_code", "model")
    shown = {name: getattr(row, name) for name in names}
    shown["review_on"] = row.review_at.date().isoformat() if row.review_at else ""
    return _form(row, shown)


def _begun() -> dict[str, Any]:
    """Return what a new article begins with."""
    session, actor, given = current_session(), current_actor(), request.args
    if given.get("ticket"):
        ticket = find_ticket(session, actor, given["ticket"])
        parts = [ticket.description, ticket.resolution_text]
        body = "\n\n".join(part for part in parts if part)
        return {"title": ticket.title, "body": body, "ticket": ticket.reference}
    if given.get("problem"):
        problem = find_problem(session, actor, given["problem"])
        parts = [problem.description, problem.cause, problem.workaround]
        body = "\n\n".join(part for part in parts if part)
        found = {"title": problem.title, "body": body, "problem": problem.reference}
        return found | {"model": problem.match_model}
    return {}


def _form(row: KnowledgeArticle | None, shown: dict[str, Any]) -> ResponseReturnValue:
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    article_id = row.id if row else None
    errors: dict[str, str] = {}
    theirs: list[tuple[str, str]] = []
    status, version = 200, str(row.edition) if row else ""
    if request.method == "POST":
        try:
            draft = _draft(row)
            if article_id is None:
                saved = actions.write_article(session, actor, draft, now)
            else:
                fresh = actions.lock_article(session, actor, article_id)
                check_form_version(form.get("version"), fresh.edition)
                saved = actions.change_article(session, actor, article_id, draft, now)
            return done(gettext("Saved."), url_for("knowledge.show", article_id=saved.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            if isinstance(error, StaleVersion) and article_id is not None:
                row = queries.find_article(session, actor, article_id)
                theirs, version = _saved_meanwhile(row), str(row.edition)
            else:
                version = form.get("version", "")
    body = render_template(
        "knowledge/edit.html",
        article_id=article_id,
        version=version,
        theirs=theirs,
        shown=shown | form.to_dict(),
        errors=errors,
        classes=class_choices(reader().language, abstract=True),
        states=article_states(reader()),
        audiences=audience_texts(reader()),
    )
    return body, status


def _saved_meanwhile(row: KnowledgeArticle) -> list[tuple[str, str]]:
    """Return what somebody else saved where it is not what was typed."""
    found = saved_meanwhile(request.form, row, article_labels(reader()))
    for name, label, words in (
        ("state", gettext("State"), article_states(reader())),
        ("audience", gettext("Who reads it"), audience_texts(reader())),
    ):
        code = str(getattr(row, name))
        if request.form.get(name) != code:
            found.append((label, dict(words).get(code, code)))
    return found


def _draft(row: KnowledgeArticle | None) -> actions.ArticleDraft:
    session, actor, form = current_session(), current_actor(), request.form
    problem_id = row.problem_id if row else None
    if form.get("problem"):
        problem_id = find_problem(session, actor, form["problem"]).id
    texts = {name: form.get(name, "") for name in ("title", "body", "class_code", "model")}
    return actions.ArticleDraft(
        **texts,
        audience=form.get("audience", "agents"),
        state=form.get("state", "draft"),
        problem_id=problem_id,
        ticket_reference=form.get("ticket", "")[:40] if row is None else "",
        review_at=_day(form.get("review_on", "")),
    )


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidValue({"review_on": gettext("This is no date.")}) from None

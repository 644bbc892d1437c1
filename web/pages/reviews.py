"""The review queue: what fits several items, and a person's decision."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import standing_model
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.identity import queries
from server.items.identity.reviewing import Answer, answer_review
from server.items.queries import names_of
from web.pages.choices import class_choices, organisation_names
from web.pages.frame import done, reader, url_for, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.identity import answer_text, comparisons, line_kind, reason_text
from web.presenters.items import source_label
from web.presenters.sections import identifier_text

reviews = Blueprint("reviews", __name__, url_prefix="/reviews")


@reviews.route("")
def index() -> ResponseReturnValue:
    """List the questions that wait."""
    session, actor = current_session(), current_actor()
    page = queries.open_reviews(session, actor, asked_page())
    ids = {one for row in page.rows for one in _candidate_ids(row.candidates)}
    return render_template(
        "reviews/index.html",
        rows=[(row, _candidate_ids(row.candidates)) for row in page.rows],
        paging=paging_of(page),
        names=names_of(session, actor, sorted(ids)),
        places=organisation_names(session, actor),
        source_name=lambda source: source_label(source, reader()),
        why=lambda text: reason_text(text, reader()),
        class_name=class_name,
    )


def _candidate_ids(candidates: Iterable[Mapping[str, Any]]) -> list[int]:
    return [int(one["item_id"]) for one in candidates if "item_id" in one]


@reviews.route("/<int:review_id>", methods=["GET", "POST"])
def show(review_id: int) -> ResponseReturnValue:
    """Show one question with its candidates side by side, and take the decision."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            answered = answer_review(session, actor, review_id, _given(), current_time())
            address = url_for("reviews.index")
            if answered.item_id is not None:
                address = url_for("items.show", item_id=answered.item_id)
            return done(gettext("Decided."), address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    view = queries.review_of(session, actor, review_id, current_time())
    return render_template("reviews/show.html", errors=errors, **_shown(view)), status


def _given() -> Answer:
    """Read the pressed button: "same:17", "new" or "ignored"."""
    answer, _, item = request.form.get("answer", "").partition(":")
    return Answer(answer, whole(item), request.form.get("class", ""))


def _shown(view: queries.ReviewView) -> dict[str, Any]:
    model, seen_by = standing_model(), reader()
    shown = [row for row in view.candidates if row.item is not None]
    values = {
        name: [said, *(theirs.get(row.item_id) for row in shown)]
        for name, (said, theirs) in view.values.items()
    }
    found = model.find_class(view.review.class_code)
    return {
        "view": view,
        "review": view.review,
        "shown": shown,
        "hidden": len(view.candidates) - len(shown),
        "values": comparisons(model, view.review.class_code, values, seen_by),
        "classes": class_choices(seen_by.language) if found is None or found.abstract else [],
        "source_name": lambda source: source_label(source, seen_by),
        "kind_name": lambda kind: line_kind(kind, seen_by),
        "evidence_name": lambda kind: identifier_text(kind, seen_by),
        "why": lambda text: reason_text(text, seen_by),
        "answer_name": lambda text: answer_text(text, seen_by),
        "class_name": class_name,
    }

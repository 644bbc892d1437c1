"""Why an item is one item; merging it with another, splitting it, and taking that back."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.inventory.merging import MergePreview
from cmdb.model import standing_model
from cmdb.observation import Identifier
from cmdb.vocabulary import IdentifierKind
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items import queries
from server.items.identity import merging as actions
from server.items.identity.explaining import EvidenceRow, explain_identity, rivals_of
from server.people.queries.people import names_of_people
from web.pages.frame import done, reader, url_for, whole
from web.pages.item_tabs import class_name, head_of
from web.pages.refusals import refuse_in_words
from web.presenters.identity import answer_text, comparisons, table_text, worth_text
from web.presenters.items import source_label
from web.presenters.sections import identifier_text

identity = Blueprint("identity", __name__, url_prefix="/items/<int:item_id>")


@identity.route("/identity")
def explain(item_id: int) -> ResponseReturnValue:
    """Show the evidence with its weights, the sources, and what people decided."""
    session, actor = current_session(), current_actor()
    found = explain_identity(session, actor, item_id)
    people = {act.person_id for act in found.acts} | {d.resolved_by_id for d in found.decisions}
    return render_template(
        "identity/explain.html",
        head=head_of(found.item, "identity"),
        item=found.item,
        found=found,
        evidence=_by_identifier(found.evidence),
        rivals=rivals_of(session, actor, item_id),
        others=queries.names_of(
            session, actor, [one for act in found.acts for one in (act.item_id, act.other_id)]
        ),
        people=names_of_people(session, actor, {p for p in people if p is not None}),
        worth=lambda row: worth_text(row.worth.why, row.carriers, reader()),
        answer_name=lambda text: answer_text(text, reader()),
        **_words(),
    )


def _by_identifier(rows: Iterable[EvidenceRow]) -> list[tuple[EvidenceRow, list[EvidenceRow]]]:
    """Return each identifier once, as who told it first told it, with all who tell it."""
    told: dict[Identifier, list[EvidenceRow]] = {}
    for row in rows:
        told.setdefault(row.identifier, []).append(row)
    return [(sources[0], sources) for sources in told.values()]


def _words() -> dict[str, Any]:
    return {
        "class_name": class_name,
        "is_service": False,
        "source_name": lambda source: source_label(source, reader()),
        "evidence_name": lambda kind: identifier_text(kind, reader()),
    }


@identity.route("/merge", methods=["GET", "POST"])
def merge(item_id: int) -> ResponseReturnValue:
    """Choose another item, look at what would happen, and merge it into this one."""
    session, actor = current_session(), current_actor()
    item = actions.require_writable(session, actor, item_id)
    errors: dict[str, str] = {}
    status = 200
    other = whole(request.values.get("other_id"))
    if request.method == "POST":
        try:
            item = queries.get_item(session, actor, item_id, lock=True)
            check_form_version(request.form.get("version"), item.version)
            version = whole(request.form.get("other_version"))
            actions.merge_items(session, actor, item_id, other or 0, current_time(), version)
            return done(gettext("Merged."), url_for("identity.explain", item_id=item_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            item = queries.get_item(session, actor, item_id)
    shown: dict[str, Any] = {}
    if other is not None:
        try:
            preview = actions.preview_merge(session, actor, item_id, other, current_time())
            shown = _merge_shown(preview)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            item = queries.get_item(session, actor, item_id)
    context = {"head": head_of(item, "identity"), "item": item, "errors": errors, **_words()}
    if shown:
        return render_template("identity/merge.html", **context, **shown), status
    rivals = [one for one in rivals_of(session, actor, item_id) if one.id != other]
    return render_template("identity/choose.html", **context, rivals=rivals), status


def _merge_shown(preview: MergePreview) -> dict[str, Any]:
    values = {v.attribute: [v.kept, v.gone, v.result] for v in preview.values}
    return {
        "preview": preview,
        "values": comparisons(standing_model(), preview.class_code, values, reader()),
        "gone": preview.gone,
        "rows": [
            (table_text(name, reader()), moving, doubled)
            for name, (moving, doubled) in sorted(preview.rows.items())
        ],
    }


@identity.route("/split", methods=["POST"])
def split(item_id: int) -> ResponseReturnValue:
    """Look at what would leave, or do it."""
    session, actor = current_session(), current_actor()
    item = actions.require_writable(session, actor, item_id)
    states = [i for text in request.form.getlist("source") if (i := whole(text)) is not None]
    evidence = [_evidence(text) for text in request.form.getlist("evidence")]
    try:
        if request.form.get("really"):
            locked = queries.get_item(session, actor, item_id, lock=True)
            check_form_version(request.form.get("version"), locked.version)
            act = actions.split_item(session, actor, item_id, states, evidence, current_time())
            address = url_for("identity.explain", item_id=act.other_id)
            return done(gettext("Split."), address)
        preview = actions.preview_split(session, actor, item_id, states, evidence, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        item = queries.get_item(session, actor, item_id)
        page = render_template(
            "identity/refused.html",
            head=head_of(item, "identity"),
            item=item,
            errors=errors,
            **_words(),
        )
        return page, status
    values = {v.attribute: [v.kept, v.result, v.gone] for v in preview.values}
    return render_template(
        "identity/split.html",
        head=head_of(item, "identity"),
        item=item,
        preview=preview,
        states=states,
        evidence=request.form.getlist("evidence"),
        values=comparisons(standing_model(), item.class_code, values, reader()),
        **_words(),
    )


def _evidence(text: str) -> Identifier:
    kind, _, value = text.partition("=")
    return Identifier(IdentifierKind(kind), value)


@identity.route("/identity/<int:act_id>/undo", methods=["POST"])
def undo(item_id: int, act_id: int) -> ResponseReturnValue:
    """Take a merge or a split back."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_WRITE)
    queries.get_item(session, actor, item_id)
    actions.undo_act(session, actor, act_id, current_time())
    return done(gettext("Taken back."), url_for("identity.explain", item_id=item_id))

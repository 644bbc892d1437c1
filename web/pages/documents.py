"""Documents about items, models and contracts: the list, one document, and those of one thing."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.assets.documents import actions, queries
from server.assets.documents.api import document_files as kept_files
from server.assets.documents.rules import KINDS, STEPS, DocumentDraft
from server.assets.products.queries import get_model
from server.assets.queries import get_contract
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import get_item, names_of
from server.people.queries.people import names_of_people
from web.pages import document_files
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.products import day_of
from web.pages.refusals import carried_out, refuse_in_words
from web.presenters.documents import kind_names, review_tone

documents = Blueprint("documents", __name__, url_prefix="/documents")
_VERSION = "/<int:document_id>/versions/<int:number>"
documents.add_url_rule(_VERSION, "download", document_files.download)
documents.add_url_rule(f"{_VERSION}/picture", "picture", document_files.picture)

_ABOUT = ("item", "product", "contract")
_MOST_NAMED = 50


@documents.route("")
def index() -> ResponseReturnValue:
    """List documents by title, or those to be reviewed within 30 days."""
    session, actor, today = current_session(), current_actor(), current_time().date()
    due = bool(request.args.get("due"))
    wanted = queries.DocumentFilter(
        asked_words(),
        asked_choice("kind", KINDS),
        today + timedelta(days=max(STEPS)) if due else None,
    )
    page = queries.list_documents(session, actor, wanted, asked_page())
    return render_template(
        "documents/index.html",
        rows=page.rows,
        paging=paging_of(page),
        wanted=wanted,
        due=due,
        narrowed=is_narrowed(),
        **_words(),
    )


def _words() -> dict[str, Any]:
    today = current_time().date()
    return {
        "kinds": kind_names(reader()),
        "tone": lambda day: review_tone(day, today),
        "most_megabytes": installation().settings.max_attachment_megabytes,
    }


@documents.route("/about")
def about() -> ResponseReturnValue:
    """Show the documents about the items, the model or the contract of the address. A fragment.

    ``quiet``: nothing is shown where there is none.
    """
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_READ)
    named = _named(request.args)
    if named["product"]:
        found = queries.documents_of_model(
            session, actor, get_model(session, actor, named["product"][0]).model.id
        )
    elif named["contract"]:
        found = queries.documents_of_contract(
            session, actor, get_contract(session, actor, named["contract"][0]).id
        )
    else:
        found = queries.documents_about(session, actor, named["item"])
    return render_template(
        "documents/about.html",
        rows=found,
        named={name: ids for name, ids in named.items() if ids},
        quiet=bool(request.args.get("quiet")),
        **_words(),
    )


def _named(values: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name in _ABOUT:
        ids = [whole(text) for text in values.getlist(name)[:_MOST_NAMED]]
        found[name] = [one for one in ids if one is not None]
    return found


@documents.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write a document down with its first version."""
    session, actor, now = current_session(), current_actor(), current_time()
    actor.require(Permission.ITEM_WRITE)
    named = _named(request.values)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            draft = _draft(product_model_ids=named["product"], contract_ids=named["contract"])
            made = actions.write_document(session, actor, draft, now)
            _keep_version(made.id)
            return done(gettext("Written down."), url_for("documents.show", document_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    body = render_template(
        "documents/new.html",
        named=named,
        models=[get_model(session, actor, one) for one in named["product"]],
        contracts=[get_contract(session, actor, one) for one in named["contract"]],
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
        errors=errors,
        form_values=request.form or _first_values(named),
        chosen=_chosen(request.form.getlist("items") or [str(one) for one in named["item"]]),
        owner=_owner_of(request.form),
        **_words(),
    )
    return body, status


def _first_values(named: Mapping[str, list[int]]) -> dict[str, str]:
    """Return the organisation of what the document is to be about, if it has one."""
    session, actor = current_session(), current_actor()
    if named["item"]:
        place = get_item(session, actor, named["item"][0]).organisation_id
    elif named["contract"]:
        place = get_contract(session, actor, named["contract"][0]).organisation_id
    else:
        return {}
    return {"organisation_id": str(place)}


def _chosen(ids: list[str]) -> list[tuple[str, str]]:
    known = [one for one in map(whole, ids) if one is not None]
    names = names_of(current_session(), current_actor(), known)
    return [(str(one), names[one]) for one in known if one in names]


def _owner_of(values: Mapping[str, str]) -> list[tuple[str, str]]:
    owner_id = whole(values.get("owner_id"))
    if owner_id is None:
        return []
    names = names_of_people(current_session(), current_actor(), {owner_id})
    return [(str(one), name) for one, name in names.items()]


def _draft(**about: list[int]) -> DocumentDraft:
    form = request.form
    months = form.get("review_months", "").strip()
    if months and whole(months) is None:
        raise InvalidValue({"review_months": "must be a whole number"})
    return DocumentDraft(
        organisation_id=whole(form.get("organisation_id")) or 0,
        title=form.get("title", ""),
        kind=form.get("kind", ""),
        note=form.get("note", ""),
        owner_id=whole(form.get("owner_id")),
        review_on=day_of("review_on"),
        review_months=whole(months),
        item_ids=[one for one in map(whole, form.getlist("items")) if one is not None],
        **about,
    )


def _keep_version(document_id: int) -> None:
    """Keep what the form brings: a file or an address."""
    sent, form = request.files.get("file"), request.form
    has_file = sent is not None and bool(sent.filename)
    content = actions.Content(
        file_name=(sent.filename or "") if sent is not None and has_file else "",
        file=sent.stream if sent is not None and has_file else None,  # type: ignore[arg-type]  # read alone is asked of it
        most_bytes=installation().settings.max_attachment_megabytes * 2**20,
        url=form.get("url", ""),
        note=form.get("version_note", ""),
    )
    session, actor, now = current_session(), current_actor(), current_time()
    actions.add_version(session, actor, kept_files(), document_id, content, now)


@documents.route("/<int:document_id>")
def show(document_id: int) -> ResponseReturnValue:
    """Show a document with its versions and what it is about."""
    return _page(document_id, {}, ""), 200


def _page(document_id: int, errors: dict[str, str], failed: str) -> str:
    session, actor = current_session(), current_actor()
    found = queries.document_details(session, actor, document_id)
    present = _present(found)
    typed = request.form if failed == "edit" else present
    items = [(str(one.id), one.name) for one in found.items]
    owner = [(str(found.owner.id), found.owner.display_name)] if found.owner else []
    return render_template(
        "documents/show.html",
        found=found,
        document=found.document,
        picture=document_files.shown_picture(found),
        may_write=queries.may_write(session, actor, document_id),
        errors=errors,
        failed=failed,
        form_values=typed,
        present=present,
        chosen=_chosen(request.form.getlist("items")) if failed == "edit" else items,
        owner=_owner_of(typed) if failed == "edit" else owner,
        **_words(),
    )


def _present(found: queries.DocumentDetails) -> dict[str, str]:
    row = found.document
    return {
        "title": row.title,
        "kind": row.kind,
        "note": row.note,
        "review_on": row.review_on.isoformat() if row.review_on else "",
        "review_months": str(row.review_months or ""),
    }


def _act(
    document_id: int, failed: str, write: Callable[[], object], told: str
) -> ResponseReturnValue:
    def again(errors: dict[str, str]) -> str:
        return _page(document_id, errors, failed)

    return carried_out(write, again, told, url_for("documents.show", document_id=document_id))


@documents.route("/<int:document_id>/edit", methods=["POST"])
def edit(document_id: int) -> ResponseReturnValue:
    """Say anew what a document is, and what it is about."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form

    def write() -> None:
        row = queries.get_document(session, actor, document_id)
        check_form_version(form.get("version"), row.version)
        kept = {
            name: [one for one in map(whole, form.getlist(name)) if one is not None]
            for name in ("product_model_ids", "contract_ids")
        }
        actions.write_document(session, actor, _draft(**kept), now, document_id)

    return _act(document_id, "edit", write, gettext("Saved."))


@documents.route("/<int:document_id>/versions", methods=["POST"])
def add(document_id: int) -> ResponseReturnValue:
    """Keep a new version."""
    return _act(document_id, "add", lambda: _keep_version(document_id), gettext("Kept."))


@documents.route("/<int:document_id>/review", methods=["POST"])
def review(document_id: int) -> ResponseReturnValue:
    """Say that a document was looked at and holds."""
    session, actor, now = current_session(), current_actor(), current_time()

    def write() -> None:
        actions.review_document(session, actor, document_id, day_of("next_on"), now)

    return _act(document_id, "review", write, gettext("Reviewed."))


@documents.route("/<int:document_id>/forget", methods=["POST"])
def forget(document_id: int) -> ResponseReturnValue:
    """Let a document go with all its versions."""
    actions.forget_document(current_session(), current_actor(), document_id)
    return done(gettext("Removed."), url_for("documents.index"))

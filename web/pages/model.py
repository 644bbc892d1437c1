"""The class model: what there is, and the file it is kept in."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import Model, standing_model
from cmdb.model.definition_text import model_text, read_model_text
from cmdb.model.entries import Entries
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.modelling import changing
from server.items.modelling.schemas import origin_of
from server.items.modelling.usage import items_by_class
from server.people.actions.rights import require_everywhere
from web.pages import model_forms, model_identity
from web.pages.frame import done, problem_title, reader, refuse, url_for
from web.presenters.model_forms import model_fault_text, step_text

model = Blueprint("model", __name__, url_prefix="/administration/model")

for _rule, _name, _view in (
    ("/classes/new", "new_class", model_forms.new_class),
    ("/classes/<string:class_code>", "show_class", model_forms.show_class),
    ("/classes/<string:class_code>/attributes/new", "new_attribute", model_forms.new_attribute),
    (
        "/classes/<string:class_code>/attributes/<string:attribute_code>",
        "show_attribute",
        model_forms.show_attribute,
    ),
    (
        "/classes/<string:class_code>/identity/<string:evidence_code>",
        "show_identity",
        model_identity.show_identity,
    ),
    ("/relations/new", "new_relation", model_forms.new_relation),
    ("/relations/<string:relation_code>", "show_relation", model_forms.show_relation),
):
    model.add_url_rule(_rule, _name, _view, methods=["GET", "POST"])
model.add_url_rule("/remove", "remove", model_forms.remove, methods=["POST"])
model.add_url_rule(
    "/classes/<string:class_code>/suggest", "suggest", model_forms.suggest, methods=["POST"]
)


@model.route("")
def index() -> ResponseReturnValue:
    """Show the tree of classes and the relationship types, and whose they are."""
    session, actor = current_session(), current_actor()
    require_everywhere(actor, Permission.ADMIN_RULES)
    own = changing.own_definitions(session, actor)
    held = standing_model()
    numbers = items_by_class(session, [one.code for one in held.classes])
    return render_template(
        "model/index.html",
        classes=_tree(held, own.entries),
        numbers=numbers,
        relations=[
            (kind, origin_of(own.entries, "relation", kind.code)) for kind in held.relation_types
        ],
        label=lambda thing: held.label(thing, reader().language),
        reverse=lambda kind: held.reverse_label(kind, reader().language),
        version=own.version,
    )


def _tree(held: Model, entries: Entries) -> list[tuple[Any, int, str, int]]:
    """Return (class, depth, origin, own attributes), each class after its parent."""
    below: dict[str | None, list[Any]] = {}
    for one in held.classes:
        below.setdefault(one.parent, []).append(one)
    mine: dict[str, int] = {}
    for attribute in held.attributes:
        mine[attribute.class_code] = mine.get(attribute.class_code, 0) + 1

    def walk(parent: str | None, depth: int) -> list[tuple[Any, int, str, int]]:
        found = []
        for one in below.get(parent, ()):
            origin = origin_of(entries, "class", one.code)
            found.append((one, depth, origin, mine.get(one.code, 0)))
            found += walk(one.code, depth + 1)
        return found

    return walk(None, 0)


@model.route("/file", methods=["GET", "POST"])
def file() -> ResponseReturnValue:
    """Show what people defined as a file; plan another one, and apply it."""
    session, actor = current_session(), current_actor()
    require_everywhere(actor, Permission.ADMIN_RULES)
    own = changing.own_definitions(session, actor)
    text = _given_text() or model_text(own.entries, own.version or 0)
    plan, status = None, 200
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            wanted = read_model_text(text)
            if request.form.get("act") == "apply":
                changing.apply_model(session, actor, wanted.entries, current_time(), wanted.version)
                return done(gettext("The model holds from now on."), url_for("model.index"))
            plan = changing.plan_model(session, actor, wanted.entries)
        except CadastreError as error:
            title = problem_title(problem_of(error))
            errors, status = refuse(error)
            errors = {name: model_fault_text(why, reader()) for name, why in errors.items()}
            errors.setdefault("", title)
    page = render_template(
        "model/file.html",
        text=text,
        plan=plan,
        errors=errors,
        version=own.version,
        told=lambda step: step_text(step, reader()),
    )
    return page, status


def _given_text() -> str:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return str(upload.read(2_000_000), "utf-8-sig", "replace")
    return request.form.get("text", "").replace("\r\n", "\n")


@model.route("/file.toml")
def download() -> Response:
    """Return the file that ``cadastre model export`` writes."""
    session, actor = current_session(), current_actor()
    require_everywhere(actor, Permission.ADMIN_RULES)
    own = changing.own_definitions(session, actor)
    answer = make_response(model_text(own.entries, own.version or 0))
    answer.headers["Content-Type"] = "application/toml; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="model.toml"'
    return answer

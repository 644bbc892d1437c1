"""Forms of the class model: a class, an attribute, a relationship type."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, DuplicateName, NotFound
from cmdb.model import standing_model
from cmdb.model.entries import ATTRIBUTE, CLASS, IDENTITY, RELATION, SUGGESTION, name_of
from cmdb.records.definitions import stored_entries
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.modelling import changing
from server.items.modelling.schemas import origin_of
from server.people.actions.rights import require_everywhere
from web.pages.choices import class_choices
from web.pages.frame import done, reader, refuse, url_for
from web.pages.model_identity import identity_card
from web.presenters.model_forms import (
    choices_from,
    choices_text,
    codes_from,
    field_errors,
    label_from,
    number_from,
    type_names,
)


def _require() -> None:
    require_everywhere(current_actor(), Permission.ADMIN_RULES)


def _saved(
    kind: str, code: str, document: Mapping[str, Any], *, new: bool
) -> tuple[dict[str, str], int]:
    """Save a definition; return (errors by field, status), empty when it is saved."""
    session, actor = current_session(), current_actor()
    act = changing.add_entry if new else changing.change_entry
    try:
        act(session, actor, kind, code, document, current_time())
    except CadastreError as error:
        if isinstance(error, NotFound):
            raise
        errors, status = refuse(error)
        if isinstance(error, DuplicateName):
            errors = {name_of(kind, code): errors["code"]}
        return field_errors(errors, name_of(kind, code), reader()), status
    return {}, 200


def _common(kind: str, code: str) -> dict[str, Any]:
    entries = stored_entries(current_session())
    model, language = standing_model(), reader().language
    return {
        "origin": origin_of(entries, kind, code) if code else "new",
        "classes": class_choices(language, abstract=True),
        "label": lambda thing: model.label(thing, language),
        "is_own": (kind, code) in entries,
        "types": type_names(reader()),
    }


def new_class() -> ResponseReturnValue:
    """Define a class."""
    return _class("")


def show_class(class_code: str) -> ResponseReturnValue:
    """Show a class with its attributes, and change it."""
    return _class(class_code)


def _class(code: str) -> ResponseReturnValue:
    _require()
    model, form = standing_model(), request.form
    held = model.find_class(code) if code else None
    if code and held is None:
        raise NotFound(CLASS, code)
    errors: dict[str, str] = {}
    status = 200
    common = _common(CLASS, code)
    if request.method == "POST":
        document: dict[str, Any] = {"label": label_from(form)}
        if form.get("icon", "").strip():
            document["icon"] = form["icon"].strip()
        if common["origin"] in {"new", "own"}:
            document |= {"parent": form.get("parent", ""), "abstract": "abstract" in form}
        wanted = code or form.get("code", "").strip()
        errors, status = _saved(CLASS, wanted, document, new=not code)
        if not errors:
            address = url_for("model.show_class", class_code=wanted)
            return done(gettext("The class is saved."), address)
    page = render_template(
        "model/class.html",
        held=held,
        errors=errors,
        form_values=form if errors else _class_values(held),
        attributes=model.attributes_of(code) if held else (),
        suggestions=[s for s in model.suggestions if s.start == code],
        own_suggestions=stored_entries(current_session()),
        relation_choices=[
            (k.code, model.label(k, reader().language)) for k in model.relation_types
        ],
        verb=lambda relation: model.label(model.relation_type(relation), reader().language),
        class_label=lambda one: model.label(model.item_class(one), reader().language),
        **(identity_card(model, code) if held else {}),
        **common,
    )
    return page, status


def _class_values(held: Any) -> dict[str, Any]:
    if held is None:
        return {"parent": request.args.get("parent", "item")}
    labels = {f"label_{language}": text for language, text in held.labels.items()}
    return labels | {"parent": held.parent, "icon": held.icon, "abstract": held.abstract}


def new_attribute(class_code: str) -> ResponseReturnValue:
    """Define an attribute of a class."""
    return _attribute(class_code, "")


def show_attribute(class_code: str, attribute_code: str) -> ResponseReturnValue:
    """Show an attribute of a class, and change it."""
    return _attribute(class_code, attribute_code)


def _attribute(class_code: str, code: str) -> ResponseReturnValue:
    _require()
    model, form = standing_model(), request.form
    owner = model.find_class(class_code)
    held = model.find_attribute(code, class_code) if code else None
    if owner is None or (code and (held is None or held.class_code != class_code)):
        raise NotFound(ATTRIBUTE, f"{class_code}.{code}")
    errors: dict[str, str] = {}
    status = 200
    common = _common(ATTRIBUTE, f"{class_code}.{code}" if code else "")
    if request.method == "POST":
        own = common["origin"] in {"new", "own"}
        full = f"{class_code}.{code or form.get('code', '').strip()}"
        errors, status = _saved(ATTRIBUTE, full, _attribute_document(own=own), new=not code)
        if not errors:
            address = url_for("model.show_class", class_code=class_code)
            return done(gettext("The attribute is saved."), address)
    page = render_template(
        "model/attribute.html",
        owner=owner,
        held=held,
        errors=errors,
        form_values=form if errors else _attribute_values(held),
        **common,
    )
    return page, status


def _attribute_document(*, own: bool) -> dict[str, Any]:
    form = request.form
    document: dict[str, Any] = {
        "label": label_from(form),
        "required": "required" in form,
        "recommended": "recommended" in form,
    }
    for name in ("minimum", "maximum"):
        number = number_from(form.get(name, ""))
        if number is not None:
            document[name] = number
    choices = choices_from(form.get("choices", ""))
    if choices:
        document["choices"] = choices
    if own:
        document |= {
            "type": form.get("type", ""),
            "unit": form.get("unit", "").strip(),
            "is_list": "is_list" in form,
            "multiline": "multiline" in form,
        }
        if form.get("target"):
            document["target"] = form["target"]
    return document


def _attribute_values(held: Any) -> dict[str, Any]:
    if held is None:
        return {"type": "text"}
    found = {name: getattr(held, name) for name in ("type", "unit", "minimum", "maximum", "target")}
    found |= {name: getattr(held, name) for name in ("required", "recommended", "is_list")}
    found["multiline"] = held.multiline
    found["choices"] = choices_text({one.code: one.labels for one in held.choices})
    return found | {f"label_{language}": text for language, text in held.labels.items()}


def new_relation() -> ResponseReturnValue:
    """Define a relationship type."""
    return _relation("")


def show_relation(relation_code: str) -> ResponseReturnValue:
    """Show a relationship type, and change it."""
    return _relation(relation_code)


def _relation(code: str) -> ResponseReturnValue:
    _require()
    form = request.form
    held = standing_model().find_relation_type(code) if code else None
    if code and held is None:
        raise NotFound(RELATION, code)
    errors: dict[str, str] = {}
    status = 200
    common = _common(RELATION, code)
    if request.method == "POST":
        own = common["origin"] in {"new", "own"}
        wanted = code or form.get("code", "").strip()
        errors, status = _saved(RELATION, wanted, _relation_document(own=own), new=not code)
        if not errors:
            return done(gettext("The relationship type is saved."), url_for("model.index"))
    page = render_template(
        "model/relation.html",
        held=held,
        errors=errors,
        form_values=form if errors else _relation_values(held),
        **common,
    )
    return page, status


def _relation_document(*, own: bool) -> dict[str, Any]:
    form = request.form
    document: dict[str, Any] = {
        "label": label_from(form),
        "reverse": label_from(form, "reverse"),
    }
    weight = number_from(form.get("weight", ""))
    if weight is not None:
        document["weight"] = weight
    if own:
        document |= {
            "provider": form.get("provider", ""),
            "strength": form.get("strength", "soft"),
            "acyclic": "acyclic" in form,
            "starts": codes_from(form.get("starts", "")),
            "ends": codes_from(form.get("ends", "")),
        }
    return document


def _relation_values(held: Any) -> dict[str, Any]:
    if held is None:
        return {"strength": "soft", "provider": "", "weight": 1}
    found = {f"label_{language}": text for language, text in held.labels.items()}
    found |= {f"reverse_{language}": text for language, text in held.reverse_labels.items()}
    return found | {
        "provider": held.provider or "",
        "strength": held.strength,
        "weight": held.default_weight,
        "acyclic": held.acyclic,
        "starts": ", ".join(held.starts),
        "ends": ", ".join(held.ends),
    }


def suggest(class_code: str) -> ResponseReturnValue:
    """Suggest a relationship type from this class to another."""
    _require()
    parts = (class_code, request.form.get("relation", ""), request.form.get("end", ""))
    if standing_model().find_class(class_code) is None:
        raise NotFound(CLASS, class_code)
    changing.add_entry(
        current_session(), current_actor(), SUGGESTION, ".".join(parts), {}, current_time()
    )
    return done(
        gettext("It is suggested from now on."), url_for("model.show_class", class_code=class_code)
    )


def remove() -> ResponseReturnValue:
    """Take a definition of one's own back, or what was made of a shipped one."""
    session, actor = current_session(), current_actor()
    kind, code = request.form.get("kind", ""), request.form.get("code", "")
    changing.remove_entry(session, actor, kind, code, current_time())
    owner = code.partition(".")[0] if kind in {ATTRIBUTE, SUGGESTION, IDENTITY} else ""
    address = url_for("model.show_class", class_code=owner) if owner else url_for("model.index")
    return done(gettext("It is taken back."), address)

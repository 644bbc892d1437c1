"""What identifies items of a class: one kind of evidence at a time."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.model import Model, standing_model
from cmdb.model.entries import IDENTITY, name_of
from cmdb.records.definitions import stored_entries
from cmdb.vocabulary import EVIDENCE, KEY
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.modelling import changing
from server.items.modelling.evidence import ClassEvidence, evidence_rules
from server.people.actions.rights import require_everywhere
from web.pages.frame import done, reader, refuse, url_for
from web.presenters.model_forms import field_errors, keys_from, number_from
from web.presenters.sections import identifier_text


def identity_card(model: Model, class_code: str) -> dict[str, Any]:
    """Return what the card of a class's identity shows."""
    return {
        "evidence": evidence_rules(model, class_code),
        "evidence_name": lambda kind: identifier_text(kind, reader()),
    }


def show_identity(class_code: str, evidence_code: str) -> ResponseReturnValue:
    """Show what a kind of evidence is worth for a class, and change it."""
    session, actor = current_session(), current_actor()
    require_everywhere(actor, Permission.ADMIN_RULES)
    model, code = standing_model(), f"{class_code}.{evidence_code}"
    held = model.find_class(class_code)
    if held is None or evidence_code not in EVIDENCE:
        raise NotFound(IDENTITY, code)
    errors: dict[str, str] = {}
    status = 200
    now = next(one for one in evidence_rules(model, class_code) if one.kind == evidence_code)
    if request.method == "POST":
        try:
            said = _document(evidence_code)
            named = (class_code, evidence_code)
            changing.set_identity(session, actor, named, said, current_time())
            address = url_for("model.show_class", class_code=class_code) + "#identity"
            return done(gettext("The rule of identity holds from the next report on."), address)
        except CadastreError as error:
            errors, status = refuse(error)
            errors = field_errors(errors, name_of(IDENTITY, code), reader())
    page = render_template(
        "model/identity.html",
        held=held,
        rule=now,
        errors=errors,
        form_values=request.form if errors else _values(now),
        is_own=(IDENTITY, code) in stored_entries(session),
        code=code,
        label=lambda thing: model.label(thing, reader().language),
        attributes=[str(one.code) for one in model.attributes_of(class_code)],
        evidence_name=lambda kind: identifier_text(kind, reader()),
    )
    return page, status


def _document(evidence: str) -> Mapping[str, Any]:
    form = request.form
    said: dict[str, Any] = {"counts": "counts" in form, "alone": "alone" in form}
    for name in ("weight", "against"):
        number = number_from(form.get(name, ""))
        if number is not None:
            said[name] = number
    if evidence == KEY:
        said["keys"] = keys_from(form.get("keys", ""))
    return said


def _values(rule: ClassEvidence) -> dict[str, Any]:
    return {
        "counts": rule.weight.counts,
        "alone": rule.alone,
        "weight": _short(rule.weight.in_favour),
        "against": _short(rule.weight.against),
        "keys": "\n".join(", ".join(key) for key in rule.keys),
    }


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number

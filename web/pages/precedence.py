"""Whose word wins: the rules, what another rule would change, and acts on one item's words."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.engine.precedence_rules import STRATEGIES, standing_precedence
from cmdb.errors import CadastreError
from cmdb.model import standing_model
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.reconciling import setting
from web.pages.choices import class_choices
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.items import source_label
from web.presenters.model_forms import codes_from
from web.presenters.precedence import strategy_name
from web.presenters.values import show_value

precedence = Blueprint("precedence", __name__, url_prefix="/administration/precedence")


@precedence.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Show the order and the rules; try one out, or let it hold."""
    session, actor = current_session(), current_actor()
    held = setting.list_precedence(session, actor)
    errors: dict[str, str] = {}
    status, trial = 200, None
    if request.method == "POST":
        try:
            rule = _rule()
            if request.form.get("act") == "save":
                setting.set_precedence(session, actor, rule, current_time())
                told = gettext("The rule holds. The register is decided anew in the background.")
                return done(told, url_for("precedence.index"))
            trial = setting.try_precedence(session, actor, rule, current_time())
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            held = setting.list_precedence(session, actor)
    page = render_template(
        "precedence/index.html",
        held=held,
        shipped=standing_precedence(),
        trial=trial,
        errors=errors,
        form_values=request.form,
        classes=class_choices(reader().language, abstract=True),
        strategies=[(one, strategy_name(one, reader())) for one in STRATEGIES],
        strategy_name=lambda one: strategy_name(one, reader()),
        source_name=lambda source: source_label(source or "", reader()) or "-",
        attribute_name=_attribute_name,
        tell=_tell,
    )
    return page, status


def _rule() -> Any:
    form = request.form
    if form.get("first", "").strip():
        return setting.source_first(form["first"].strip())
    days = [one.partition("=") for one in codes_from(form.get("fresh_days", ""))]
    return setting.read_document(
        {
            "class_code": form.get("class", ""),
            "attribute": form.get("attribute", "").strip(),
            "order": codes_from(form.get("order", "")),
            "strategy": form.get("strategy", ""),
            "among": codes_from(form.get("among", "")),
            "fresh_days": {name: _days(text) for name, _, text in days},
        }
    )


def _days(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _attribute_name(code: str) -> str:
    found = standing_model().attributes_named(code)
    return standing_model().label(found[0], reader().language) if found else code


def _tell(row: Any, value: Any) -> str:
    attribute = standing_model().find_attribute(row.change.attribute, row.item.class_code)
    return show_value(attribute, value, reader()).text or "-"


@precedence.route("/<int:precedence_id>/withdraw", methods=["POST"])
def withdraw(precedence_id: int) -> ResponseReturnValue:
    """Take a rule back."""
    setting.withdraw_precedence(current_session(), current_actor(), precedence_id)
    return done(gettext("The rule is taken back."), url_for("precedence.index"))

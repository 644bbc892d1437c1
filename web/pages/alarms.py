"""Administration of alarms: rules with their trial and examples; and what lies behind a ticket."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.alarms.actions import ruling
from server.desk.alarms.queries import standing
from server.desk.alarms.rules.reading import rule_document
from server.desk.alarms.rules.values import AlarmRule
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.queries import find_ticket, may_work_on
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.people.queries.groups import names_of_groups
from web.pages.choices import class_choices, organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.alarms import parts_text, rule_name, signal_texts, typed_words, when_text

alarms = Blueprint("alarms", __name__)

_HOME = "/administration/desk/alarms"
_TRIED_DAYS = 14
#: Tickets of a rule on paper that are shown.
_SHOWN = 100
_NUMBERS = ("worst_tier", "priority", "group_id", "organisation_id")
_COUNTS = ("reopen_hours", "quiet_hours", "most_open")


@alarms.route(_HOME)
def index() -> ResponseReturnValue:
    """Show the rules, and the latest alarms."""
    session, actor = current_session(), current_actor()
    rules = standing.list_rules(session, actor)
    found = standing.list_alarms(session, actor)
    classes = dict(class_choices(reader().language, abstract=True))
    by_code = {one.rule.code: one.rule for one in rules}
    return render_template(
        "alarms/index.html",
        rules=[(one, when_text(one.rule, classes, reader())) for one in rules],
        found=[(one, reference, _told(one, by_code)) for one, reference in found],
        by_code=by_code,
        items=names_of(session, actor, sorted({one.item_id for one, _ in found})),
        name_of=lambda rule: rule_name(rule, reader()),
    )


def _told(alarm: Any, rules: Mapping[str, AlarmRule]) -> str:
    rule = rules.get(alarm.rule_code)
    return parts_text(rule.signal if rule else "", alarm.subjects, reader())


@alarms.route(f"{_HOME}/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a rule."""
    require_rules(current_actor())
    return _rule(None)


@alarms.route(f"{_HOME}/<string:alarm_rule>", methods=["GET", "POST"])
def edit(alarm_rule: str) -> ResponseReturnValue:
    """Change a rule, or try it on the past."""
    return _rule(standing.find_rule(current_session(), current_actor(), alarm_rule))


@alarms.route(f"{_HOME}/<string:alarm_rule>/switch", methods=["POST"])
def switch(alarm_rule: str) -> ResponseReturnValue:
    """Switch a rule on or off."""
    on = request.form.get("on") == "1"
    ruling.switch_rule(current_session(), current_actor(), alarm_rule, on=on, now=current_time())
    told = gettext("The rule is on.") if on else gettext("The rule is off.")
    return done(told, url_for("alarms.index"))


@alarms.route(f"{_HOME}/<string:alarm_rule>/remove", methods=["POST"])
def remove(alarm_rule: str) -> ResponseReturnValue:
    """Take a rule away, or back to what is shipped."""
    ruling.remove_rule(current_session(), current_actor(), alarm_rule)
    return done(gettext("The rule is gone, or as it was shipped."), url_for("alarms.index"))


def _rule(stored: standing.StandingRule | None) -> ResponseReturnValue:
    rule = stored.rule if stored else AlarmRule("", "", "silent_agent", 48)
    code = rule.code or request.form.get("code", "").strip()
    shown: dict[str, Any] = rule_document(rule)
    errors: dict[str, str] = {}
    tried: ruling.Trial | None = None
    status = 200
    if request.method == "POST":
        shown |= _given(shown)
        try:
            if request.form.get("act") != "try":
                _save(code, shown, is_new=stored is None)
                return done(gettext("The rule is saved."), url_for("alarms.index"))
            tried = _try(code, shown)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(stored, code, shown, errors, tried), status


def _save(code: str, document: Mapping[str, Any], *, is_new: bool) -> None:
    act = ruling.add_rule if is_new else ruling.change_rule
    act(current_session(), current_actor(), code, document, current_time())


def _try(code: str, document: Mapping[str, Any]) -> ruling.Trial:
    session, actor = current_session(), current_actor()
    rule = ruling.checked_rule(session, actor, code or "trial", document)
    return ruling.try_rule(session, actor, rule, _TRIED_DAYS, current_time())


def _given(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule that the form asks for."""
    form = request.form
    forgotten = set(form.getlist("forget"))
    examples = [one for one in shown["examples"] if one["name"] not in forgotten]
    if form.get("example_name", "").strip():
        examples.append(
            {
                "name": form["example_name"].strip(),
                "class_code": form.get("example_class", ""),
                "subject": form.get("example_subject", "").strip(),
                "measure": _decimal(form.get("example_measure", "")) or 0,
                "fits": form.get("example_fits") == "1",
            }
        )
    return {
        "name": form.get("name", ""),
        "signal": form.get("signal", ""),
        "threshold": _decimal(form.get("threshold", "")),
        "enabled": form.get("enabled") == "1",
        "resolves": form.get("resolves") == "1",
        "class_codes": form.getlist("class_codes"),
        "words": typed_words(form.get("words", "")),
        "not_words": typed_words(form.get("not_words", "")),
        "kind": form.get("kind", ""),
        "category": form.get("category", ""),
        "urgency": form.get("urgency", ""),
        "examples": examples,
        **{name: whole(form.get(name)) for name in _NUMBERS},
        **{name: _count(form.get(name, "")) for name in _COUNTS if name in form},
    }


def _decimal(text: str) -> Any:
    """Return a number as people type it; what is none is refused by the rule's reader."""
    typed = text.strip().replace(",", ".")
    try:
        return float(typed) if typed else None
    except ValueError:
        return typed


def _count(text: str) -> Any:
    found = whole(text)
    return text if found is None else found


def _form(
    stored: standing.StandingRule | None,
    code: str,
    shown: Mapping[str, Any],
    errors: Mapping[str, str],
    tried: ruling.Trial | None,
) -> str:
    session, actor = current_session(), current_actor()
    episodes = tried.episodes[:_SHOWN] if tried else ()
    return render_template(
        "alarms/rule.html",
        stored=stored,
        code=code,
        rule=shown,
        title=rule_name(stored.rule, reader()) if stored else "",
        errors=errors,
        signals=signal_texts(reader()),
        classes=class_choices(reader().language, abstract=True),
        organisations=organisation_choices(session, actor, Permission.TICKET_READ),
        groups=names_of_groups(session, actor, {shown["group_id"]} - {None}),
        wording=ticket_wording(),
        tried=tried,
        episodes=episodes,
        items=names_of(session, actor, sorted({one.item_id for one in episodes})),
    )


@alarms.route("/tickets/<string:reference>/alarms")
def for_ticket(reference: str) -> ResponseReturnValue:
    """Show which alarms lie behind a ticket. A fragment."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    works = may_work_on(session, actor, ticket.id)
    found = standing.alarms_of_ticket(session, ticket.id) if works else []
    rules = standing.rules_in_force(session) if found else {}
    return render_template(
        "alarms/for_ticket.html",
        found=[(one, _told(one, rules)) for one in found],
        rules={code: rule_name(rule, reader()) for code, rule in rules.items()},
        items=names_of(session, actor, sorted({one.item_id for one in found})),
    )

"""Who approves: rules, deputies, and the templates that were approved once for all."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from cmdb.errors import CadastreError
from cmdb.model import standing_model
from cmdb.records.parties import Group, Person
from server.desk.changes import actions
from server.desk.changes.queries import list_rules, list_templates
from server.desk.changes.rules.approval import QUORUMS
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.change_choices import environment_choices
from web.pages.change_corners import corners
from web.pages.change_deputies import deputies_shown
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.changes import plan_labels, quorum_words
from web.presenters.values import class_label

_TEXTS = ("reason", "implementation_plan", "test_plan", "back_out_plan", "communication_plan")


def policy() -> ResponseReturnValue:
    """Show rules, templates and deputies."""
    return policy_page("", {})


def add_rule() -> ResponseReturnValue:
    """Let a rule count."""
    form = request.form

    def write() -> None:
        draft = actions.RuleDraft(
            name=form.get("name", ""),
            organisation_id=whole(form.get("organisation_id")),
            class_code=form.get("class_code") or None,
            environment=form.get("environment") or None,
            max_criticality=whole(form.get("max_criticality")),
            min_risk=whole(form.get("min_risk")) or 0,
            person_id=whole(form.get("person_id")),
            group_id=whole(form.get("group_id")),
            quorum=form.get("quorum", ""),
            number=whole(form.get("number")) or 0,
            hours=whole(form.get("hours")) or 0,
            is_board=form.get("is_board") == "1",
        )
        actions.add_rule(current_session(), current_actor(), draft, current_time())

    return _act("rule", write, gettext("The rule counts from now on."))


def remove_rule(approval_rule_id: int) -> ResponseReturnValue:
    """Take a rule away."""

    def write() -> None:
        actions.remove_rule(current_session(), current_actor(), approval_rule_id)

    return _act("rule", write, gettext("The rule is gone."))


def add_template() -> ResponseReturnValue:
    """Write a template."""
    form = request.form

    def write() -> None:
        draft = actions.TemplateDraft(
            name=form.get("name", ""),
            organisation_id=whole(form.get("organisation_id")),
            texts={name: form.get(name, "") for name in _TEXTS},
            tasks=[one.strip() for one in form.get("tasks", "").splitlines() if one.strip()],
            class_codes=[one for one in form.getlist("class_code") if one],
            max_risk=whole(form.get("max_risk")) or 0,
        )
        actions.create_template(current_session(), current_actor(), draft, current_time())

    return _act("template", write, gettext("Written. Somebody else has to approve it."))


def approve_template(change_template_id: int) -> ResponseReturnValue:
    """Approve every change to come that follows a template."""

    def write() -> None:
        actions.approve_template(
            current_session(), current_actor(), change_template_id, current_time()
        )

    return _act("template", write, gettext("Changes that follow it are approved from now on."))


def retire_template(change_template_id: int) -> ResponseReturnValue:
    """Let nothing new be scheduled by a template."""

    def write() -> None:
        actions.retire_template(current_session(), current_actor(), change_template_id)

    return _act("template", write, gettext("The template is retired."))


def _act(name: str, write: Callable[[], None], told: str) -> ResponseReturnValue:
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return policy_page(name, errors), status
    return done(told, url_for("changes.policy"))


def policy_page(failed: str, errors: dict[str, str]) -> str:
    """Draw the page, with the form open in which something was wrong."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.CHANGE_READ)
    rules = list_rules(session, actor)
    people = {one.person_id for one in rules}
    groups = {rule.group_id for rule in rules}
    named = select(Person.id, Person.display_name).where(Person.id.in_(people - {None}))
    teams = select(Group.id, Group.name).where(Group.id.in_(groups - {None}))
    model, language = standing_model(), reader().language
    classes = [(str(one.code), class_label(model, one.code, language)) for one in model.classes]
    return render_template(
        "changes/policy.html",
        corners=corners(),
        rules=rules,
        templates=list_templates(session, actor),
        deputies=deputies_shown(),
        people={row.id: row.display_name for row in session.execute(named)},
        groups={row.id: row.name for row in session.execute(teams)},
        classes=sorted(classes, key=lambda pair: pair[1].casefold()),
        environments=environment_choices(),
        class_name=lambda code: class_label(model, code, language),
        quorums=[(code, quorum_words(reader())[code]) for code in QUORUMS],
        failed=failed,
        errors=errors,
        typed=request.form,
        labels=plan_labels(reader()),
        me=actor.person_id,
        organisations=organisation_choices(session, actor, Permission.CHANGE_WRITE),
        home=actor.organisation_id,
    )

"""Which skills there are, and what people are able to do."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.routing.actions import skills
from server.desk.routing.queries import all_skills, levels_of, skill_names
from server.desk.routing.rules.skills import levels_text, parse_levels
from server.desk.tickets.actions.templating import require_rules
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.people.queries.people import person as find_person
from web.pages.frame import done, url_for
from web.pages.refusals import refuse_in_words


def index() -> ResponseReturnValue:
    """Show the skills there are, and add one."""
    require_rules(current_actor())
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        code, name = request.form.get("code", "").strip(), request.form.get("name", "")
        known = code in skill_names(current_session())
        save = skills.rename_skill if known else skills.add_skill
        try:
            save(current_session(), current_actor(), code, name, current_time())
            return done(gettext("Saved."), url_for("routing.skills"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _list(errors), status


def _list(errors: dict[str, str]) -> str:
    return render_template(
        "routing/skills.html",
        skills=all_skills(current_session()),
        errors=errors,
        typed=request.form,
    )


def remove(skill_code: str) -> ResponseReturnValue:
    """Forget a skill."""
    try:
        skills.remove_skill(current_session(), current_actor(), skill_code)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _list(errors), status
    return done(gettext("The skill is gone."), url_for("routing.skills"))


def person(person_id: int) -> ResponseReturnValue:
    """Say what somebody is able to do."""
    session, actor = current_session(), current_actor()
    require_rules(actor)
    found = find_person(session, actor, person_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            levels = parse_levels(request.form.get("skills", ""), skill_names(session))
            skills.put_levels(session, actor, person_id, levels)
            return done(gettext("Saved."), url_for("routing.person", person_id=person_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            found = find_person(session, actor, person_id)
    held = levels_of(session, [person_id]).get(person_id, {})
    body = render_template(
        "routing/person.html",
        person=found,
        levels=request.form.get("skills") or levels_text(held),
        skills=all_skills(session),
        errors=errors,
    )
    return body, status

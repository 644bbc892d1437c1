"""A directory's mapping, its rules, and the report of one synchronisation."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.people.actions.directories import change_directory
from server.people.actions.directory_rules import RuleDraft, add_rule, remove_rule
from server.people.models import Directory
from server.people.queries import directories as queries
from server.people.queries.people import names_of_people
from server.people.rules.mapping import FLAVOURS
from server.people.schemas.directories import DirectoryRuleCreateSchema
from server.people.sources import Trial, access_of, remapped, source_of, try_out
from web.pages.choices import organisation_choices, organisation_names, role_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.directories import (
    conflict_text,
    doubt_text,
    given_mapping,
    mapped_fields,
    run_lines,
)
from web.presenters.faults import fault_text

directory_details = Blueprint(
    "directory_details", __name__, url_prefix="/administration/directories/<int:directory_id>"
)


@directory_details.route("/runs/<int:directory_run_id>")
def run(directory_id: int, directory_run_id: int) -> ResponseReturnValue:
    """Show what one synchronisation found and did."""
    session, actor = current_session(), current_actor()
    directory = queries.directory(session, actor, directory_id)
    found = queries.run_of_directory(session, actor, directory_id, directory_run_id)
    leaving = names_of_people(session, actor, found.report.get("leaving", []))
    return render_template(
        "directories/run.html",
        directory=directory,
        run=found,
        lines=run_lines(found.report, reader()),
        doubt=doubt_text(found.report.get("doubt", ""), reader()),
        conflicts=[conflict_text(one, reader()) for one in found.report.get("conflicts", [])],
        leaving=sorted(leaving.items(), key=lambda pair: pair[1]),
        unmatched=found.report.get("unmatched", []),
    )


@directory_details.route("/mapping", methods=["GET", "POST"])
def mapping(directory_id: int) -> ResponseReturnValue:
    """Show and change which attribute becomes which field."""
    session, actor = current_session(), current_actor()
    directory = queries.directory(session, actor, directory_id)
    given, errors, status = dict(directory.mapping), dict[str, str](), 200
    if request.method == "POST":
        given = given_mapping(request.form, FLAVOURS[directory.flavour].fields)
        try:
            check_form_version(request.form.get("version"), directory.version)
            wish = {"mapping": given}
            change_directory(session, actor, directory, wish, _secrets(), current_time())
            told = gettext("Saved. The next synchronisation reads everybody anew.")
            return done(told, url_for("directories.show", directory_id=directory_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            directory = queries.directory(session, actor, directory_id)
    return _mapping_page(directory, given, errors), status


@directory_details.route("/mapping/preview", methods=["POST"])
@own_transactions
def preview(directory_id: int) -> ResponseReturnValue:
    """Show what the first entries would become with the mapping as it was typed."""
    with installation().database.reading() as session:
        directory = queries.directory(session, current_actor(), directory_id)
        session.expunge(directory)
    given = given_mapping(request.form, FLAVOURS[directory.flavour].fields)
    try:
        source = source_of(directory, access_of(installation().settings))
        trial = try_out(remapped(source, given))
    except CadastreError as error:
        problem = problem_of(error)
        faults = dict(problem.fields) or {"": problem.detail}
        errors = {name: fault_text(fault, reader()) for name, fault in faults.items()}
        return _mapping_page(directory, given, errors), problem.status
    return _mapping_page(directory, given, {}, trial)


def _mapping_page(
    directory: Directory,
    given: Mapping[str, Any],
    errors: Mapping[str, str],
    trial: Trial | None = None,
) -> str:
    return render_template(
        "directories/mapping.html",
        directory=directory,
        fields=mapped_fields(given, FLAVOURS[directory.flavour].fields, reader()),
        errors=errors,
        trial=trial,
    )


@directory_details.route("/rules", methods=["GET", "POST"])
def rules(directory_id: int) -> ResponseReturnValue:
    """Show what membership in the directory's groups gives, and add to it."""
    session, actor = current_session(), current_actor()
    directory = queries.directory(session, actor, directory_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        form = {name: text for name, text in request.form.items() if text or name != "role"}
        try:
            values = read_form(DirectoryRuleCreateSchema(), form)
            add_rule(session, actor, directory, RuleDraft(**values), current_time())
            told = gettext("Added. The next synchronisation carries it out.")
            return done(told, url_for("directory_details.rules", directory_id=directory_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            directory = queries.directory(session, actor, directory_id)
    return _rules_page(actor, directory, errors), status


def _rules_page(actor: Actor, directory: Directory, errors: Mapping[str, str]) -> str:
    session = current_session()
    roles = role_names(session, actor)
    return render_template(
        "directories/rules.html",
        directory=directory,
        rules=queries.list_rules(session, actor, directory.id),
        roles=roles,
        places=organisation_names(session, actor),
        organisations=organisation_choices(session, actor, Permission.ADMIN_USERS),
        errors=errors,
        shown=request.form,
    )


@directory_details.route("/rules/<int:directory_rule_id>/remove", methods=["POST"])
def unrule(directory_id: int, directory_rule_id: int) -> ResponseReturnValue:
    """Remove a rule and the roles it gave."""
    session, actor = current_session(), current_actor()
    found = queries.rule_of_directory(session, actor, directory_id, directory_rule_id)
    remove_rule(session, actor, found)
    told = gettext("Removed, and the roles it gave with it.")
    return done(told, url_for("directory_details.rules", directory_id=directory_id))


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)

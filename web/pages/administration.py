"""Administration: its start page, background work, and the record of acts."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.foundation.backup.standing import Standing
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.errors import PermissionDenied
from server.foundation.jobs.queries import count_by_state, jobs_in, runner_seen_at
from server.foundation.jobs.queue import cancel, retry
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.enrolled import AgentFilter, count_agents
from server.notify.backups import backup_standing
from server.people.actions.rights import require_everywhere
from web.pages import acts
from web.pages.frame import ADMINISTERING, done, reader, url_for
from web.pages.lists import asked_choice
from web.presenters import jobs as job_words
from web.presenters.agents import SILENT_AFTER

administration = Blueprint("administration", __name__, url_prefix="/administration")
administration.add_url_rule("/acts", "acts", acts.acts)
administration.add_url_rule("/acts/export.csv", "acts_table", acts.acts_table)

_SHOWN = 100


@dataclass(frozen=True)
class Door:
    """One corner of administration: what is behind it, and what needs a look there."""

    title: str
    meaning: str
    icon: str
    url: str
    number: str = ""
    tone: str = "neutral"


@administration.route("")
def index() -> ResponseReturnValue:
    """Show the corners of administration that the reader may enter."""
    actor = current_actor()
    if not any(actor.may(permission) for permission in ADMINISTERING):
        raise PermissionDenied(Permission.ADMIN_READ)
    doors = (
        (Permission.ADMIN_AGENTS, _agents_door),
        (Permission.ADMIN_DIRECTORY, _directories_door),
        (Permission.ADMIN_DIRECTORY, _rosters_door),
        (Permission.ADMIN_DIRECTORY, _providers_door),
        (Permission.ADMIN_READ, _roles_door),
        (Permission.ADMIN_USERS, _emergencies_door),
        (Permission.ADMIN_RULES, _model_door),
        (Permission.ADMIN_RULES, _precedence_door),
        (Permission.ADMIN_RULES, _junk_door),
        (Permission.ADMIN_RULES, _rules_door),
        (Permission.ADMIN_RULES, _desk_door),
        (Permission.ADMIN_JOBS, _jobs_door),
        (Permission.ADMIN_READ, _acts_door),
        (Permission.ADMIN_READ, _history_door),
    )
    found = [door() for permission, door in doors if actor.may(permission)]
    return render_template("administration/index.html", doors=[*found, _tokens_door()])


def _agents_door() -> Door:
    session, actor = current_session(), current_actor()
    silent = count_agents(
        session, actor, AgentFilter(silent_before=current_time() - SILENT_AFTER, revoked=False)
    )
    told = reader().ngettext("%(num)d is silent", "%(num)d are silent", silent) % {"num": silent}
    return Door(
        gettext("Agents"),
        gettext("Install an agent with one line, and see which ones report."),
        "device-laptop",
        url_for("agents.index"),
        told if silent else "",
        "warn",
    )


def _emergencies_door() -> Door:
    return Door(
        gettext("Emergencies"),
        gettext("Who took rights that are kept for emergencies, why, and what others think of it."),
        "alert-triangle",
        url_for("emergencies.index"),
    )


def _providers_door() -> Door:
    return Door(
        gettext("Identity providers"),
        gettext("Signing in with an account from elsewhere, over OpenID Connect or SAML."),
        "key",
        url_for("providers.index"),
    )


def _directories_door() -> Door:
    return Door(
        gettext("Directories"),
        gettext("Where people and groups come from, and how they sign in: LDAP, Active Directory."),
        "building",
        url_for("directories.index"),
    )


def _rosters_door() -> Door:
    return Door(
        gettext("Personnel lists"),
        gettext("What the personnel office says of people, and whose word wins: CSV, REST."),
        "users",
        url_for("rosters.index"),
    )


def _roles_door() -> Door:
    return Door(
        gettext("Roles"),
        gettext("Who may do what, and where."),
        "key",
        url_for("roles.index"),
    )


def _model_door() -> Door:
    return Door(
        gettext("Class model"),
        gettext("What kinds of items there are, what is known of each, and how they may relate."),
        "sitemap",
        url_for("model.index"),
    )


def _precedence_door() -> Door:
    return Door(
        gettext("Whose word wins"),
        gettext("Which source counts, attribute by attribute, and for how long."),
        "stack-2",
        url_for("precedence.index"),
    )


def _history_door() -> Door:
    return Door(
        gettext("History and how long it is kept"),
        gettext("Sealed ranges of history, whether they are whole, and what may be let go."),
        "history",
        url_for("history.show"),
    )


def _junk_door() -> Door:
    return Door(
        gettext("Values that identify nobody"),
        gettext("Placeholders and shared numbers that no two machines should be merged by."),
        "key",
        url_for("junk.index"),
    )


def _rules_door() -> Door:
    return Door(
        gettext("Rules of derivation"),
        gettext("What depends on what, derived from what agents and walks saw."),
        "sitemap",
        url_for("derivation.index"),
    )


def _desk_door() -> Door:
    return Door(
        gettext("How the desk works"),
        gettext("Kinds of ticket and their life cycle, priorities, categories, templates."),
        "ticket",
        url_for("words.index"),
    )


def _jobs_door() -> Door:
    dead = count_by_state(current_session())["dead"]
    told = reader().ngettext("%(num)d was given up", "%(num)d were given up", dead) % {"num": dead}
    late = _backup().too_old
    return Door(
        gettext("Background work"),
        gettext("What runs behind the pages, how far it is, and what failed."),
        "clock",
        url_for("administration.jobs"),
        gettext("The last backup is too old") if late else told if dead else "",
        "bad",
    )


def _backup() -> Standing:
    return backup_standing(current_session(), installation().settings, current_time())


def _acts_door() -> Door:
    return Door(
        gettext("Record of acts"),
        gettext(
            "Who signed in, who changed rights and settings, in a chain that shows any tampering."
        ),
        "file-text",
        url_for("administration.acts"),
    )


def _tokens_door() -> Door:
    return Door(
        gettext("My API tokens"),
        gettext("For programs that act in your name over the REST interface."),
        "lock",
        url_for("tokens.index"),
    )


@administration.route("/jobs")
def jobs() -> ResponseReturnValue:
    """List the newest jobs. They belong to no organisation, so this needs the whole tree."""
    session, actor = current_session(), current_actor()
    require_everywhere(actor, Permission.ADMIN_JOBS)
    state = asked_choice("state", job_words.STATES)
    return render_template(
        "administration/jobs.html",
        rows=jobs_in(session, (state,) if state else (), _SHOWN),
        running=jobs_in(session, ("running",), _SHOWN),
        counts=count_by_state(session),
        state=state,
        states=job_words.STATES,
        tones=job_words.TONES,
        state_name=lambda code: job_words.state_text(code, reader()),
        kind_name=lambda kind: job_words.kind_text(kind, reader()),
        how_far=job_words.how_far,
        runner_at=runner_seen_at(session),
        backup=_backup(),
        shown=_SHOWN,
    )


@administration.route("/jobs/<int:job_id>/<any(retry, cancel):verb>", methods=["POST"])
def handle_job(job_id: int, verb: str) -> ResponseReturnValue:
    """Let a job run again, or take it back."""
    require_everywhere(current_actor(), Permission.ADMIN_JOBS)
    if verb == "retry":
        retry(current_session(), job_id)
        told = gettext("The job will run again.")
    else:
        cancel(current_session(), job_id)
        told = gettext("The job is cancelled, or stops soon.")
    return done(told, url_for("administration.jobs", state=request.form.get("state") or None))

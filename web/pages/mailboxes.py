"""Mailboxes whose letters become tickets: connected, tried out, switched on, taken away."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.mail.actions.access import try_out
from server.desk.mail.actions.mailboxes import (
    LOOK,
    add_mailbox,
    ask_look,
    change_mailbox,
    remove_mailbox,
)
from server.desk.mail.models import Mailbox
from server.desk.mail.queries import mailboxes as queries
from server.desk.mail.queries.letters import LetterFilter, list_letters
from server.desk.mail.rules.sign_in import (
    CLIENT_CREDENTIALS,
    OAUTH,
    PASSWORD,
    SECRET_COLUMNS,
    missing_secret,
)
from server.desk.mail.schemas import MailboxChangeSchema, MailboxCreateSchema
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.jobs.queries import jobs_in
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.people.queries.groups import names_of_groups
from web.pages.choices import organisation_choices, organisation_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for, whole
from web.pages.moments import form_text, moment_text
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.letters import (
    grant_texts,
    security_texts,
    sign_in_texts,
    state_texts,
    state_tone,
    step_texts,
    stranger_texts,
    trouble_text,
)

mailboxes = Blueprint("mailboxes", __name__, url_prefix="/administration/mailboxes")

_TICKS = ("watch_copied", "is_active")
#: An empty secret keeps the one that is; without a moment letters count from now on.
_OPTIONAL = frozenset({*SECRET_COLUMNS, "since"})
_LATEST = 10
#: As many as there can be.
_MOST = 100
#: What a new mailbox says before anybody typed anything.
_USUAL = {
    "port": "993",
    "security": "tls",
    "sign_in": PASSWORD,
    "token_grant": CLIENT_CREDENTIALS,
    "folder": "INBOX",
    "strangers": "hold",
    "kind": "incident",
    "keep_days": "90",
}


@mailboxes.route("")
def index() -> ResponseReturnValue:
    """List the mailboxes that the reader administers."""
    page = queries.list_mailboxes(current_session(), current_actor(), PageRequest(limit=_MOST))
    return render_template(
        "mail/mailboxes.html", rows=page.rows, trouble=lambda told: trouble_text(told, reader())
    )


@mailboxes.route("/<int:mailbox_id>")
def show(mailbox_id: int) -> ResponseReturnValue:
    """Show a mailbox: how it stands, and what came last."""
    session, actor = current_session(), current_actor()
    mailbox = queries.find_mailbox(session, actor, mailbox_id)
    latest = LetterFilter(mailbox_id=mailbox.id)
    group_ids = {mailbox.group_id} if mailbox.group_id else set()
    return render_template(
        "mail/mailbox.html",
        mailbox=mailbox,
        trouble=trouble_text(mailbox.last_error, reader()),
        held=queries.counted(session, mailbox).held,
        # Who sets a mailbox up need not read what people write.
        letters=list_letters(session, actor, latest, PageRequest(limit=_LATEST)).rows
        if actor.may(Permission.TICKET_WORK)
        else (),
        under_way=_under_way(mailbox.id),
        organisation=organisation_names(session, actor).get(mailbox.organisation_id),
        group=names_of_groups(session, actor, group_ids).get(mailbox.group_id or 0),
        wording=ticket_wording(),
        securities=dict(security_texts(reader())),
        grants=dict(grant_texts(reader())),
        missing=_missing(mailbox),
        strangers=dict(stranger_texts(reader())),
        states=state_texts(reader()),
        tone=state_tone,
    )


def _missing(mailbox: Mailbox) -> str:
    """Return in words which secret a mailbox lacks, "" where it has what it needs."""
    missing = missing_secret(mailbox)
    return trouble_text(f"no {missing} is kept for this mailbox", reader()) if missing else ""


def _under_way(mailbox_id: int) -> bool:
    """Say whether somebody's wish to look now is not carried out yet."""
    waiting = jobs_in(current_session(), ("queued", "running"), 200)
    return any(job.kind == LOOK and job.payload.get("mailbox_id") == mailbox_id for job in waiting)


@mailboxes.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Connect a mailbox."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_RULES)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values = read_form(MailboxCreateSchema(), _given(), _TICKS)
            made = add_mailbox(session, actor, values, _secrets(), current_time())
            told = gettext("Kept. Try it out before you switch it on.")
            return done(told, url_for("mailboxes.show", mailbox_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(None, request.form.to_dict() or _USUAL, errors), status


@mailboxes.route("/<int:mailbox_id>/edit", methods=["GET", "POST"])
def edit(mailbox_id: int) -> ResponseReturnValue:
    """Change a mailbox; another server or name asks for the password again."""
    session, actor = current_session(), current_actor()
    mailbox = queries.find_mailbox(session, actor, mailbox_id)
    errors: dict[str, str] = {}
    status = 200
    shown = {name: getattr(mailbox, name) for name in _shown_fields()}
    shown["since"] = form_text(mailbox.since)
    if request.method == "POST":
        try:
            check_form_version(request.form.get("version"), mailbox.version)
            values = read_form(MailboxChangeSchema(), _given(), _TICKS)
            change_mailbox(session, actor, mailbox, values, _secrets(), current_time())
            return done(gettext("Saved."), url_for("mailboxes.show", mailbox_id=mailbox_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            mailbox = queries.find_mailbox(session, actor, mailbox_id)
            shown |= dict.fromkeys(_TICKS, "") | request.form.to_dict()
    return _form(mailbox, shown, errors), status


def _shown_fields() -> list[str]:
    return [name for name in MailboxChangeSchema().fields if name not in SECRET_COLUMNS]


def _given() -> Mapping[str, str]:
    """Return what was typed, without what was left empty on purpose; a moment with its zone.

    Secrets of the other way to sign in are left out: their fields are out of sight, and browsers
    fill them in.
    """
    given = {name: value for name, value in request.form.items() if value or name not in _OPTIONAL}
    for name in _unseen(given.get("sign_in"), given.get("token_grant")):
        given.pop(name, None)
    with suppress(KeyError, ValueError, OverflowError):
        local = datetime.fromisoformat(given["since"]).replace(tzinfo=reader().zone)
        given["since"] = moment_text(local)
    return given


def _unseen(sign_in: str | None, grant: str | None) -> set[str]:
    if sign_in == PASSWORD:
        return {"client_secret", "refresh_token"}
    unseen = {"password"} if sign_in == OAUTH else set()
    return unseen | ({"refresh_token"} if grant == CLIENT_CREDENTIALS else set())


def _form(mailbox: Mailbox | None, shown: Mapping[str, object], errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    group_id = whole(str(shown.get("group_id") or ""))
    names = names_of_groups(session, actor, {group_id} if group_id else set())
    return render_template(
        "mail/mailbox_form.html",
        mailbox=mailbox,
        shown=shown,
        errors=errors,
        securities=security_texts(reader()),
        sign_ins=sign_in_texts(reader()),
        grants=grant_texts(reader()),
        strangers=stranger_texts(reader()),
        organisations=organisation_choices(session, actor, Permission.ADMIN_RULES),
        groups=[(group_id, names.get(group_id, str(group_id)))] if group_id else (),
        wording=ticket_wording(),
    )


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)


@mailboxes.route("/<int:mailbox_id>/try", methods=["POST"])
@own_transactions
def try_it(mailbox_id: int) -> ResponseReturnValue:
    """Connect, sign in and count the letters that wait; nothing changes there or here."""
    with installation().database.reading() as session:
        mailbox = queries.find_mailbox(session, current_actor(), mailbox_id)
        session.expunge(mailbox)
    place = installation()
    trial = try_out(place.database, place.settings, mailbox)
    return render_template(
        "mail/trial.html",
        mailbox_id=mailbox_id,
        name=mailbox.name,
        trial=trial,
        why=trouble_text(trial.detail, reader()),
        step=step_texts(reader()).get(trial.step, ""),
    )


@mailboxes.route("/<int:mailbox_id>/switch", methods=["POST"])
def switch(mailbox_id: int) -> ResponseReturnValue:
    """Switch a mailbox on or off."""
    session, actor = current_session(), current_actor()
    on = request.form.get("on") == "1"
    found = queries.find_mailbox(session, actor, mailbox_id)
    change_mailbox(session, actor, found, {"is_active": on}, _secrets(), current_time())
    told = gettext("The mailbox is on.") if on else gettext("The mailbox is off.")
    return done(told, url_for("mailboxes.show", mailbox_id=mailbox_id))


@mailboxes.route("/<int:mailbox_id>/look", methods=["POST"])
def look(mailbox_id: int) -> ResponseReturnValue:
    """Ask for the mailbox to be looked at now."""
    session, actor = current_session(), current_actor()
    ask_look(session, actor, queries.find_mailbox(session, actor, mailbox_id))
    told = gettext("Asked for. What comes appears below.")
    return done(told, url_for("mailboxes.show", mailbox_id=mailbox_id))


@mailboxes.route("/<int:mailbox_id>/remove", methods=["POST"])
def remove(mailbox_id: int) -> ResponseReturnValue:
    """Take a mailbox away; letters that came stay."""
    session, actor = current_session(), current_actor()
    remove_mailbox(session, actor, queries.find_mailbox(session, actor, mailbox_id))
    told = gettext("The mailbox is removed. Its letters are still here.")
    return done(told, url_for("mailboxes.index"))

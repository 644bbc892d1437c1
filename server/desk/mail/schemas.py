"""The wire format of mailboxes and letters."""

from typing import Any

from marshmallow import Schema, fields, validate

from server.desk.mail.queries.letters import LetterRow
from server.desk.mail.queries.mailboxes import MailboxRow
from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.sign_in import GRANTS, SIGN_INS, STEPS
from server.desk.mail.rules.states import REASONS, STATES
from server.foundation.edge.fields import Identifier, Line, Passage, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of
from server.foundation.imap import SECURITIES

STRANGERS = ("hold", "add")


class MailboxSchema(Schema):
    """A mailbox as it is shown: which secrets it has, never their words."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    address = fields.String(required=True)
    host = fields.String(required=True)
    port = fields.Integer(required=True)
    security = fields.String(required=True)
    authority = fields.String(required=True)
    user_name = fields.String(required=True)
    sign_in = fields.String(required=True)
    has_password = fields.Boolean(required=True)
    token_grant = fields.String(required=True)
    token_url = fields.String(required=True)
    client_id = fields.String(required=True)
    scope = fields.String(required=True)
    has_client_secret = fields.Boolean(required=True)
    has_refresh_token = fields.Boolean(required=True)
    folder = fields.String(required=True)
    done_folder = fields.String(required=True)
    kind = fields.String(required=True)
    category = fields.String(required=True)
    group_id = fields.Integer(required=True, allow_none=True)
    strangers = fields.String(required=True)
    watch_copied = fields.Boolean(required=True)
    trusted_server = fields.String(required=True)
    keep_days = fields.Integer(required=True)
    since = Moment(required=True)
    is_active = fields.Boolean(required=True)
    fetched_at = Moment(required=True, allow_none=True)
    failing_since = Moment(required=True, allow_none=True)
    last_error = fields.String(required=True)
    waiting = fields.Integer(required=True)
    held = fields.Integer(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


def mailbox_document(one: MailboxRow) -> dict[str, Any]:
    """Return what ``MailboxSchema`` dumps."""
    names = MailboxSchema().fields.keys() - {"waiting", "held"}
    own = {name: getattr(one.mailbox, name) for name in names}
    return own | {"waiting": one.waiting, "held": one.held}


class MailboxChangeSchema(StrictSchema):
    """What may be changed about a mailbox; what is left out stays."""

    name = Line(shortest=1, longest=120)
    address = Line(
        shortest=3,
        longest=254,
        metadata={"description": "What people write to; answers to our mail go there."},
    )
    host = Line(shortest=1, longest=253)
    port = fields.Integer(validate=validate.Range(1, 65_535))
    security = fields.String(
        validate=validate.OneOf(SECURITIES),
        metadata={
            "description": "tls from the first byte, starttls, or plain: nothing is encrypted, "
            "neither the password nor the letters."
        },
    )
    authority = Passage(
        longest=100_000,
        metadata={"description": "PEM text of the authority; empty trusts what the system does."},
    )
    user_name = Line(shortest=1, longest=254)
    sign_in = fields.String(
        validate=validate.OneOf(SIGN_INS),
        metadata={"description": "By password, or by OAuth 2 (oauth, SASL XOAUTH2)."},
    )
    password = Line(longest=1000, load_only=True)
    token_grant = fields.String(
        validate=validate.OneOf(GRANTS),
        metadata={"description": "By what the token server is asked for an access token."},
    )
    token_url = Line(
        longest=500,
        metadata={"description": "The token endpoint, over https; another one blanks the secrets."},
    )
    client_id = Line(longest=200)
    client_secret = Line(longest=1000, load_only=True)
    refresh_token = Line(
        longest=8000,
        load_only=True,
        metadata={"description": "Kept up to date by itself where the token server changes it."},
    )
    scope = Line(longest=1000, metadata={"description": "What is asked for, parted by blanks."})
    folder = Line(shortest=1, longest=200)
    done_folder = Line(
        longest=200,
        metadata={"description": "Where fetched letters are moved; empty marks them as seen."},
    )
    kind = Line(shortest=1, longest=40)
    category = Line(longest=120)
    group_id = Identifier(allow_none=True)
    strangers = fields.String(
        validate=validate.OneOf(STRANGERS),
        metadata={"description": "hold letters of unknown senders, or add them as people."},
    )
    watch_copied = fields.Boolean(
        metadata={"description": "Whether known people who got a copy follow the new ticket."}
    )
    trusted_server = Line(
        longest=253,
        metadata={
            "description": "The name that the mail server writes into Authentication-Results; "
            "letters that it does not prove are held. Empty believes the sender's address."
        },
    )
    keep_days = fields.Integer(validate=validate.Range(1, 3650))
    since = Moment(metadata={"description": "Letters that came before are left alone."})
    is_active = fields.Boolean()


class MailboxCreateSchema(MailboxChangeSchema):
    """A mailbox to be added."""

    name = Line(shortest=1, longest=120, required=True)
    organisation_id = Identifier(required=True)
    address = Line(shortest=3, longest=254, required=True)
    host = Line(shortest=1, longest=253, required=True)
    port = fields.Integer(load_default=993, validate=validate.Range(1, 65_535))
    security = fields.String(load_default="tls", validate=validate.OneOf(SECURITIES))
    user_name = Line(shortest=1, longest=254, required=True)


class MailTrialSchema(Schema):
    """Whether a mailbox opens, why not, and how many letters would be fetched."""

    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)
    step = fields.String(
        required=True,
        validate=validate.OneOf(("", *STEPS)),
        metadata={"description": "What failed; empty when nothing did."},
    )
    letters = fields.Integer(required=True, allow_none=True)
    folders = fields.List(fields.String(), required=True)


class LookQueuedSchema(Schema):
    """The look was asked for."""

    job_id = fields.Integer(required=True)


class LetterQuerySchema(PageQuerySchema):
    """Which letters, and which page of them."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    reason = fields.String(load_default="", validate=validate.OneOf(("", *REASONS)))
    mailbox_id = QueryIdentifier(load_default=None)


class LetterSchema(Schema):
    """A letter: what it became, or why it is held."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    mailbox_id = fields.Integer(required=True, allow_none=True)
    mailbox = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    note = fields.String(required=True)
    message_id = fields.String(required=True)
    from_address = fields.String(required=True)
    from_name = fields.String(required=True)
    subject = fields.String(required=True)
    sent_at = Moment(required=True, allow_none=True)
    received_at = Moment(required=True)
    size = fields.Integer(required=True)
    ticket = fields.String(required=True)
    entry_id = fields.Integer(required=True, allow_none=True)
    person_id = fields.Integer(required=True, allow_none=True)
    decided_by_id = fields.Integer(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)


def letter_document(one: LetterRow) -> dict[str, Any]:
    """Return what ``LetterSchema`` dumps."""
    names = LetterSchema().fields.keys() - {"mailbox", "ticket"}
    own = {name: getattr(one.letter, name) for name in names}
    mailbox = one.mailbox.name if one.mailbox else ""
    return own | {"mailbox": mailbox, "ticket": one.reference}


class LetterFileSchema(Schema):
    """A file of a letter."""

    file_name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)


class WholeLetterSchema(LetterSchema):
    """A letter with all it says; without that where its bytes are not here (``kept`` false)."""

    kept = fields.Boolean(required=True)
    to = fields.List(fields.String(), required=True)
    cc = fields.List(fields.String(), required=True)
    text = fields.String(required=True)
    said = fields.String(required=True)
    files = fields.List(fields.Nested(LetterFileSchema), required=True)
    authentication = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    faults = fields.List(fields.String(), required=True)


def whole_document(one: LetterRow, letter: Letter | None) -> dict[str, Any]:
    """Return what ``WholeLetterSchema`` dumps."""
    told = letter or Letter()
    files = [
        {"file_name": file.file_name, "media_type": file.media_type, "size": len(file.content)}
        for file in told.files
    ]
    return letter_document(one) | {
        "kept": letter is not None,
        "to": list(told.to),
        "cc": list(told.cc),
        "text": told.text,
        "said": told.said,
        "files": files,
        "authentication": dict(told.authentication),
        "faults": list(told.faults),
    }


class LetterTakingSchema(StrictSchema):
    """Whose a held letter is: a person, or the name of somebody new."""

    person_id = Identifier(load_default=None, allow_none=True)
    display_name = Line(longest=200, load_default="")


class LetterTakenSchema(Schema):
    """The ticket that a letter became, or the entry that it is on one."""

    ticket = fields.String(required=True)
    entry_id = fields.Integer(required=True, allow_none=True)


class LetterJoiningSchema(StrictSchema):
    """The ticket that a held letter belongs to, and who may read it there."""

    reference = Line(shortest=1, longest=40, required=True)
    kind = fields.String(load_default="public", validate=validate.OneOf(("public", "internal")))


class LetterDroppingSchema(StrictSchema):
    """Why a held letter becomes nothing."""

    note = Line(shortest=1, longest=500, required=True)


MailboxPage = page_of(MailboxSchema, "MailboxPage")
LetterPage = page_of(LetterSchema, "LetterPage")

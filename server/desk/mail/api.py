"""REST over mailboxes and letters."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from cmdb.errors import NotFound
from server.desk.mail.actions import deciding
from server.desk.mail.actions import mailboxes as actions
from server.desk.mail.actions.access import try_out
from server.desk.mail.actions.landing import MailDesk, desk_of
from server.desk.mail.models import Mailbox
from server.desk.mail.queries import letters as letter_queries
from server.desk.mail.queries import mailboxes as queries
from server.desk.mail.schemas import (
    LetterDroppingSchema,
    LetterJoiningSchema,
    LetterPage,
    LetterQuerySchema,
    LetterSchema,
    LetterTakenSchema,
    LetterTakingSchema,
    LookQueuedSchema,
    MailboxChangeSchema,
    MailboxCreateSchema,
    MailboxPage,
    MailboxSchema,
    MailTrialSchema,
    WholeLetterSchema,
    letter_document,
    mailbox_document,
    whole_document,
)
from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.files import OPAQUE, file_answer
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.paging import Page
from server.foundation.secrets import SecretBox
from server.foundation.storage import attachments_at

mail = Blueprint("mail", __name__, url_prefix=PREFIX, description="Mail that becomes tickets.")


@mail.route("/mailboxes")
class Mailboxes(MethodView):
    """Every mailbox the actor administers."""

    @mail.arguments(PageQuerySchema, location="query")
    @mail.response(200, MailboxPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List mailboxes, without their secrets."""
        page = page_request(query)
        found = queries.list_mailboxes(current_session(), current_actor(), page)
        return Page([mailbox_document(one) for one in found.rows], found.next_cursor)

    @mail.arguments(MailboxCreateSchema)
    @mail.response(201, MailboxSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a mailbox; its secrets go in and never come out."""
        session, actor = current_session(), current_actor()
        row = actions.add_mailbox(session, actor, body, _secrets(), current_time())
        return mailbox_document(queries.counted(session, row))


@mail.route("/mailboxes/<int:mailbox_id>")
class OneMailbox(MethodView):
    """A mailbox."""

    @mail.doc(**READS_VERSION)
    @mail.response(200, MailboxSchema)
    def get(self, mailbox_id: int) -> Response:
        """Return a mailbox; the ETag serves If-Match."""
        return _answer(queries.find_mailbox(current_session(), current_actor(), mailbox_id))

    @mail.doc(**CHECKS_VERSION)
    @mail.arguments(MailboxChangeSchema)
    @mail.response(200, MailboxSchema)
    def patch(self, body: dict[str, Any], mailbox_id: int) -> Response:
        """Change a mailbox; another server blanks its secrets unless you send them again."""
        session, actor = current_session(), current_actor()
        found = queries.find_mailbox(session, actor, mailbox_id)
        check_version(found.version)
        return _answer(
            actions.change_mailbox(session, actor, found, body, _secrets(), current_time())
        )

    @mail.response(204)
    def delete(self, mailbox_id: int) -> None:
        """Take a mailbox away; its letters stay, those that were not read yet are held."""
        session, actor = current_session(), current_actor()
        actions.remove_mailbox(session, actor, queries.find_mailbox(session, actor, mailbox_id))


@mail.route("/mailboxes/<int:mailbox_id>/test", methods=["POST"])
@mail.response(200, MailTrialSchema)
@own_transactions
def test(mailbox_id: int) -> Any:
    """Open a mailbox and say how many letters wait there; nothing is fetched or changed."""
    place = installation()
    with place.database.reading() as session:
        found = queries.find_mailbox(session, current_actor(), mailbox_id)
        session.expunge(found)
    return try_out(place.database, place.settings, found)


@mail.route("/mailboxes/<int:mailbox_id>/check", methods=["POST"])
@mail.response(202, LookQueuedSchema)
def check(mailbox_id: int) -> Any:
    """Ask that a mailbox be looked at now, also one that fails and is left alone for a while."""
    session, actor = current_session(), current_actor()
    found = queries.find_mailbox(session, actor, mailbox_id)
    return {"job_id": actions.ask_look(session, actor, found)}


@mail.route("/letters")
class Letters(MethodView):
    """What came in by mail."""

    @mail.arguments(LetterQuerySchema, location="query")
    @mail.response(200, LetterPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List letters, the newest first; those that are held wait for somebody to decide."""
        page = page_request(query)
        wanted = letter_queries.LetterFilter(**query)
        found = letter_queries.list_letters(current_session(), current_actor(), wanted, page)
        return Page([letter_document(one) for one in found.rows], found.next_cursor)


@mail.route("/letters/<int:letter_id>")
class OneLetter(MethodView):
    """A letter."""

    @mail.response(200, WholeLetterSchema)
    def get(self, letter_id: int) -> Any:
        """Return a letter with all it says, while its bytes are kept."""
        row = letter_queries.find_letter(current_session(), current_actor(), letter_id)
        trusted = row.mailbox.trusted_server if row.mailbox else ""
        storage = attachments_at(installation().settings.home)
        try:
            letter = letter_queries.read_whole(row.letter, storage, trusted)
        except NotFound:
            letter = None
        return whole_document(row, letter)


@mail.route("/letters/<int:letter_id>/raw")
class RawLetter(MethodView):
    """A letter as it came."""

    @mail.response(200, {"type": "string", "format": "binary"}, content_type=OPAQUE)
    def get(self, letter_id: int) -> Any:
        """Return the letter as it came, headers included, to be saved."""
        row = letter_queries.find_letter(current_session(), current_actor(), letter_id)
        storage = attachments_at(installation().settings.home)
        return file_answer(storage, row.letter.stored_name, f"letter-{letter_id}.eml")


@mail.route("/letters/<int:letter_id>/take")
class Taking(MethodView):
    """A held letter that becomes a ticket."""

    @mail.arguments(LetterTakingSchema)
    @mail.response(201, LetterTakenSchema)
    def post(self, body: dict[str, Any], letter_id: int) -> Any:
        """Open a ticket of a held letter for a person, or for somebody new with its address."""
        sender = deciding.Sender(**body)
        session, actor = current_session(), current_actor()
        ticket = deciding.take_letter(session, actor, letter_id, sender, _desk(), current_time())
        return {"ticket": ticket.reference, "entry_id": None}


@mail.route("/letters/<int:letter_id>/join")
class JoiningTicket(MethodView):
    """A held letter that belongs to a ticket."""

    @mail.arguments(LetterJoiningSchema)
    @mail.response(201, LetterTakenSchema)
    def post(self, body: dict[str, Any], letter_id: int) -> Any:
        """Write a held letter on a ticket, as the word of whoever has its address."""
        joining = deciding.Joining(**body)
        session, actor = current_session(), current_actor()
        entry = deciding.join_letter(session, actor, letter_id, joining, _desk(), current_time())
        row = letter_queries.find_letter(session, actor, letter_id)
        return {"ticket": row.reference, "entry_id": entry.id}


@mail.route("/letters/<int:letter_id>/drop")
class Dropping(MethodView):
    """A held letter that becomes nothing."""

    @mail.arguments(LetterDroppingSchema)
    @mail.response(200, LetterSchema)
    def post(self, body: dict[str, Any], letter_id: int) -> Any:
        """Drop a held letter, with the reason; it is kept for a while all the same."""
        session, actor = current_session(), current_actor()
        deciding.drop_letter(session, actor, letter_id, body["note"], current_time())
        return letter_document(letter_queries.find_letter(session, actor, letter_id))


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)


def _desk() -> MailDesk:
    return desk_of(installation().settings)


def _answer(mailbox: Mailbox) -> Response:
    row = mailbox_document(queries.counted(current_session(), mailbox))
    return with_etag(MailboxSchema, row, mailbox.version)

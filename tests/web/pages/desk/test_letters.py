"""Letters on pages: those that are held, what they say, and what a person makes of them."""

from dataclasses import dataclass

import pytest
from sqlalchemy import event

from server.desk.mail.models import Mailbox, ReceivedLetter
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at
from tests.server.desk.estate import Estate
from tests.support.letters import letter, put_letter, put_mailbox
from tests.web.pages.conftest import Browser, Browsers

QUOTED = "It hums again.\n\nOn Monday you wrote:\n> Is it still humming?\n> Yours, the desk\n"
MARKUP = "<script>alert(1)</script> & <b>bold</b>"


@dataclass(frozen=True)
class Post:
    """Puts letters into the mailbox of the root organisation."""

    database: Database
    settings: Settings
    mailbox_id: int

    def put(self, raw: bytes, **values: object) -> int:
        """Return the id of a letter that is held, unless ``values`` say otherwise."""
        storage = attachments_at(self.settings.home)
        with self.database.writing() as session:
            mailbox = session.get_one(Mailbox, self.mailbox_id)
            return put_letter(session, storage, mailbox, raw, utc_now(), **values).id

    def row(self, letter_id: int) -> ReceivedLetter:
        """Return a letter as it stands now."""
        with self.database.reading() as session:
            return session.get_one(ReceivedLetter, letter_id)


@pytest.fixture
def post(database: Database, settings: Settings, estate: Estate) -> Post:
    """Return a way to put letters into a mailbox that nobody looks at."""
    with database.writing() as session:
        mailbox = put_mailbox(session, estate.world.root.id, utc_now())
        return Post(database, settings, mailbox.id)


def from_rita(subject: str = "The printer hums", text: str = QUOTED, **rest: object) -> bytes:
    """Return a letter of somebody who calls herself as the requester does."""
    return letter("Rita <rita@example.test>", subject, text, utc_now(), **rest)  # type: ignore[arg-type]


def from_stranger(subject: str = "Hello", text: str = "I need help.") -> bytes:
    """Return a letter of somebody whom nobody knows."""
    return letter("Петя Чужой <petya@elsewhere.test>", subject, text, utc_now())


def test_without_letters_the_page_says_which_would_stand_there(agent: Browser, post: Post) -> None:
    assert "No letter is held back" in agent.read("/letters")
    assert "No letters" in agent.read("/letters?state=dropped")


def test_held_letters_are_listed_with_sender_and_reason_and_others_apart(
    agent: Browser, post: Post
) -> None:
    post.put(from_stranger("Held one"))
    post.put(from_rita("Dropped one"), state="dropped", reason="", note="An advertisement")
    page = agent.read("/letters")
    assert "Held one" in page
    assert "nobody here has this address" in page
    assert "petya@elsewhere.test" in page
    assert "Dropped one" not in page
    dropped = agent.read("/letters?state=dropped")
    assert "An advertisement" in dropped
    assert "Held one" not in dropped


def test_a_letter_shows_what_is_new_and_markup_as_text(agent: Browser, post: Post) -> None:
    raw = from_rita(MARKUP, f"{MARKUP}\n\n{QUOTED}", files={"<i>screen</i>.png": b"\x89PNG"})
    letter_id = post.put(raw, reason="unverified")
    page = agent.read(f"/letters/{letter_id}")
    assert "the mail server does not vouch for the sender" in page
    assert "It hums again." in page
    assert "Whole text, with quotations and signature" in page
    for told in ("<script>alert", "<b>bold", "<i>screen"):
        assert told not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_files_and_the_original_come_as_downloads_that_no_browser_opens(
    agent: Browser, post: Post
) -> None:
    raw = from_rita(files={"screen.html": b"<script>alert(1)</script>"})
    letter_id = post.put(raw)
    for address, content in (("files/1", b"<script>alert(1)</script>"), ("original", raw)):
        answer = agent.get(f"/letters/{letter_id}/{address}")
        assert answer.data == content
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert agent.get(f"/letters/{letter_id}/files/2").status_code == 404


def test_a_letter_whose_original_is_gone_still_says_what_is_known(
    agent: Browser, post: Post
) -> None:
    letter_id = post.put(from_rita(), state="taken", stored_name="")
    page = agent.read(f"/letters/{letter_id}")
    assert "The letter itself is no longer kept" in page
    assert "rita@example.test" in page
    assert agent.get(f"/letters/{letter_id}/original").status_code == 404


def test_nobody_else_reads_letters(
    requester: Browser, browser_of: Browsers, estate: Estate, post: Post
) -> None:
    letter_id = post.put(from_stranger("Held one"))
    assert requester.get("/letters").status_code == 403
    elsewhere = browser_of(estate.world.outsider.person_id)
    assert "Held one" not in elsewhere.read("/letters")
    for address in ("", "/original", "/files/1"):
        assert requester.get(f"/letters/{letter_id}{address}").status_code in (403, 404)
        assert elsewhere.get(f"/letters/{letter_id}{address}").status_code == 404


def test_a_letter_becomes_a_ticket_of_somebody_known(
    agent: Browser, database: Database, estate: Estate, post: Post
) -> None:
    letter_id = post.put(from_stranger("No sound"), reason="stranger")
    refused = agent.post(f"/letters/{letter_id}/take")
    assert refused.status_code == 422
    assert "Choose who wrote it, or say how the new person is called." in refused.text
    rita = estate.world.requester.person_id
    where = agent.done(f"/letters/{letter_id}/take", person_id=str(rita))
    page = agent.read(where)
    assert "No sound" in page
    assert "Rita Request" in page
    # The ticket says where its first words came from, and the letter what became of it.
    assert f"/letters/{letter_id}?ticket=" in page
    assert post.row(letter_id).state == "taken"
    again = agent.post(f"/letters/{letter_id}/take", person_id=str(rita))
    assert again.status_code == 409
    assert "Somebody has decided about this letter already." in again.text


def test_writing_a_sender_down_needs_the_right_to(
    agent: Browser, admin: Browser, post: Post
) -> None:
    letter_id = post.put(from_stranger())
    assert "Write the sender down" not in agent.read(f"/letters/{letter_id}")
    form = {"new_person": "1", "display_name": "Pyotr Newcomer"}
    assert agent.post(f"/letters/{letter_id}/take", **form).status_code == 403
    assert "Pyotr Newcomer" in admin.read(admin.done(f"/letters/{letter_id}/take", **form))
    assert "petya@elsewhere.test" in admin.read("/people?q=Pyotr")


def test_a_letter_joins_a_ticket_as_the_word_of_its_sender(
    agent: Browser, post: Post, ticket: str
) -> None:
    letter_id = post.put(from_rita(), reason="unproven", note=ticket)
    page = agent.read(f"/letters/{letter_id}")
    # The ticket it names is offered, and so is whoever has its address.
    assert f'<option value="{ticket}" selected>' in page
    assert "Rita Request" in page
    missing = agent.post(f"/letters/{letter_id}/join", reference="INC-999")
    assert missing.status_code == 422
    assert 'id="error-reference"' in missing.text
    where = agent.done(f"/letters/{letter_id}/join", reference=ticket, kind="public")
    page = agent.read(where)
    assert "It hums again." in page
    assert page.count("Whole letter") == 1
    assert agent.get(f"/letters/{letter_id}?ticket={ticket}").status_code == 200


def test_requesters_see_their_own_words_and_no_letter(
    agent: Browser, requester: Browser, post: Post, ticket: str
) -> None:
    letter_id = post.put(from_rita())
    agent.done(f"/letters/{letter_id}/join", reference=ticket, kind="public")
    page = requester.read(f"/tickets/{ticket}")
    assert "It hums again." in page
    assert "Whole letter" not in page
    assert requester.get(f"/letters/{letter_id}?ticket={ticket}").status_code in (403, 404)


def test_letters_are_dropped_with_a_reason_one_or_many(agent: Browser, post: Post) -> None:
    first, *others = (post.put(from_stranger(f"Offer {number}")) for number in range(3))
    assert agent.post(f"/letters/{first}/drop", note=" ").status_code == 422
    agent.done(f"/letters/{first}/drop", note="An advertisement")
    kept = post.row(first)
    assert (kept.state, kept.note) == ("dropped", "An advertisement")
    refused = agent.post("/letters/drop", selected=[str(one) for one in others], note="")
    assert refused.status_code == 422
    assert refused.text.count("checked") == 2
    agent.done("/letters/drop", selected=[str(one) for one in (first, *others)], note="Spam")
    assert [post.row(one).note for one in (first, *others)] == ["An advertisement", "Spam", "Spam"]


def test_nothing_ticked_is_told(agent: Browser, post: Post) -> None:
    post.put(from_stranger())
    answer = agent.post("/letters/drop", note="Spam")
    assert answer.status_code == 422
    assert "Tick the letters first." in answer.text


def test_a_letter_too_large_to_keep_can_only_be_dropped(agent: Browser, post: Post) -> None:
    letter_id = post.put(from_rita(), reason="too_large", stored_name="")
    page = agent.read(f"/letters/{letter_id}")
    assert "it is larger than we take" in page
    assert f"/letters/{letter_id}/take" not in page
    answer = agent.post(f"/letters/{letter_id}/take", person_id="1")
    assert answer.status_code == 409
    agent.done(f"/letters/{letter_id}/drop", note="Asked for a smaller one")


def test_tickets_are_picked_by_reference_or_words(agent: Browser, ticket: str) -> None:
    for words in (ticket, "hang"):
        found = agent.get(f"/letters/tickets?q={words}").json
        assert found is not None
        assert [one["value"] for one in found["results"]] == [ticket]


def test_the_queue_says_how_many_letters_are_held(agent: Browser, post: Post) -> None:
    post.put(from_stranger())
    assert '<span class="tab-count">1</span>' in agent.read("/tickets")


def test_the_page_of_a_ticket_asks_ten_questions_at_most(
    agent: Browser, database: Database, post: Post, ticket: str
) -> None:
    agent.done(f"/letters/{post.put(from_rita())}/join", reference=ticket, kind="public")
    agent.read(f"/tickets/{ticket}")
    asked: list[str] = []
    listen = lambda *rest: asked.append(rest[2])  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", listen)
    agent.read(f"/tickets/{ticket}")
    event.remove(database.engine, "before_cursor_execute", listen)
    statements = [one for one in asked if one.startswith("SELECT")]
    assert len(statements) <= 10, "\n\n".join(statements)


def test_what_the_desk_refuses_in_the_letter_itself_is_told(
    agent: Browser, post: Post, ticket: str
) -> None:
    letter_id = post.put(from_rita(text=""), reason="unverified")
    answer = agent.post(f"/letters/{letter_id}/join", reference=ticket, kind="public")
    assert answer.status_code == 422
    assert "The letter holds neither words nor files." in answer.text
    assert post.row(letter_id).state == "held"

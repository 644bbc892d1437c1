"""Letters become tickets and answers, are ignored, or are held with their reason."""

import pytest
from sqlalchemy import select

from cmdb.records.parties import Person
from server.desk.mail.actions.taking import NEW_TICKETS
from server.desk.tickets.actions import (
    EntryDraft,
    MoveDraft,
    TicketDraft,
    add_entry,
    assign,
    move_ticket,
    open_ticket,
)
from server.desk.tickets.actions.linking import merge_ticket
from server.desk.tickets.models import (
    AffectedItem,
    Ticket,
    TicketAttachment,
    TicketLink,
    TicketWatcher,
)
from server.foundation.clock import utc_now
from server.foundation.permissions import system_actor
from server.notify.models import Notification
from server.people.actions.people import create_person
from tests.server.desk.mail.post import Post, letter


def address(post: Post, who: str) -> str:
    person_id = getattr(post.estate.world, who).person_id
    with post.database.reading() as session:
        return session.get_one(Person, person_id).email


def opened(post: Post, who: str = "requester") -> Ticket:
    with post.database.writing() as session:
        actor = getattr(post.estate.world, who)
        return open_ticket(session, actor, TicketDraft("Broken"), utc_now())


def test_a_letter_becomes_a_ticket_with_its_words_files_and_the_item_that_it_names(
    post: Post,
) -> None:
    text = "My LT-0231 does not start.\n\n> quoted\n-- \nRita"
    row = post.come(
        letter(address(post, "requester"), "No start", text, [("photo.pdf", b"%PDF-1")])
    )
    (ticket,) = post.tickets()
    assert (row.state, row.ticket_id, row.entry_id) == ("taken", ticket.id, None)
    assert (ticket.title, ticket.kind, ticket.channel) == ("No start", "incident", "email")
    assert ticket.description.startswith("My LT-0231 does not start.")
    assert ticket.requester_id == ticket.created_by_id == post.estate.world.requester.person_id
    assert post.files(ticket.id) == {"photo.pdf": b"%PDF-1"}
    with post.database.reading() as session:
        items = session.scalars(select(AffectedItem.item_id)).all()
    assert items == [post.estate.laptop]
    assert post.server.flags(post.user) == ["1 (UID 1 FLAGS (\\Seen))"]


def test_an_answer_with_the_token_of_its_mail_lands_on_the_ticket_without_what_it_quotes(
    post: Post,
) -> None:
    ticket = opened(post)
    answer = letter(
        address(post, "requester"),
        f"Re: [{ticket.reference}] Broken",
        "It works now.\n\nOn Monday, 2 March 2026 at 09:00, Desk <help@example.test> wrote:\n> Hm?",
        [("log.txt", b"line")],
        In_Reply_To=f"<notification-7.{post.token(ticket.reference)}@localhost>",
    )
    row = post.come(answer)
    (entry,) = post.entries(ticket.id)
    assert (entry.text, entry.kind, entry.author_id) == (
        "It works now.",
        "public",
        post.estate.world.requester.person_id,
    )
    assert (row.state, row.ticket_id, row.entry_id) == ("taken", ticket.id, entry.id)
    assert post.files(ticket.id) == {"log.txt": b"line"}
    assert len(post.tickets()) == 1


def test_who_answers_their_own_letter_lands_on_its_ticket(post: Post) -> None:
    mine = address(post, "requester")
    post.come(letter(mine, Message_ID="<first@writer.test>"))
    row = post.come(letter(mine, "Re: fire", "Out now.", In_Reply_To="<first@writer.test>"))
    (ticket,) = post.tickets()
    assert row.ticket_id == ticket.id
    assert [one.text for one in post.entries(ticket.id)] == ["Out now."]


@pytest.mark.parametrize("who", ["reader", "agent"])
def test_only_who_has_a_part_in_a_ticket_answers_on_it(post: Post, who: str) -> None:
    ticket = opened(post)
    token = post.token(ticket.reference)
    row = post.come(letter(address(post, who), f"Re: {token}", "Let me in"))
    if who == "agent":
        assert row.state == "taken"
        assert [one.text for one in post.entries(ticket.id)] == ["Let me in"]
    else:
        assert (row.state, row.reason) == ("held", "not_yours")
        assert post.entries(ticket.id) == []


@pytest.mark.parametrize("kind", ["internal", "public"])
def test_a_worker_who_answers_our_mail_about_an_internal_word_stays_among_workers(
    post: Post, kind: str
) -> None:
    world = post.estate.world
    ticket = opened(post)
    with post.database.writing() as session:
        assign(session, world.admin, ticket.id, world.agent.person_id, None, utc_now())
        entry = add_entry(session, world.admin, ticket.id, EntryDraft("Hm?", kind), utc_now())
        key = f"entry:{entry.id}"
    with post.database.reading() as session:
        told = select(Notification.id).where(
            Notification.event_key == key, Notification.person_id == world.agent.person_id
        )
        number = session.scalars(told).one()
    sent = f"<notification-{number}.{post.token(ticket.reference)}@localhost>"
    file = ("a.pdf", b"%PDF")
    post.come(letter(address(post, "agent"), "Re: Hm?", "Do not tell", [file], In_Reply_To=sent))
    assert [(one.text, one.kind) for one in post.entries(ticket.id)][-1] == ("Do not tell", kind)
    with post.database.reading() as session:
        assert session.scalars(select(TicketAttachment.kind)).all() == [kind]
    # The same mail proves nothing of the kind for somebody else.
    row = post.come(letter(address(post, "requester"), "Re", "I read along", In_Reply_To=sent))
    assert (row.state, post.entries(ticket.id)[-1].kind) == ("taken", "public")


@pytest.mark.parametrize("proof", ["", ".aaaaaaaaaa"])
def test_a_reference_without_its_proof_is_held(post: Post, proof: str) -> None:
    ticket = opened(post)
    row = post.come(letter(address(post, "requester"), f"Re: {ticket.reference}{proof}"))
    assert (row.state, row.reason, row.note) == ("held", "unproven", ticket.reference)
    assert post.entries(ticket.id) == []


def test_a_reference_counts_where_the_trusted_server_proves_its_participant(post: Post) -> None:
    post.change(trusted_server="mx.example.test")
    ticket = opened(post)
    proven = "mx.example.test; dmarc=pass header.from=example.test"
    mine, subject = address(post, "requester"), f"Re: {ticket.reference}"
    assert post.come(letter(mine, subject)).reason == "unverified"
    forged = letter(mine, subject, Authentication_Results="mx.evil.test; dmarc=pass")
    assert post.come(forged).reason == "unverified"
    assert post.come(letter(mine, subject, Authentication_Results=proven)).state == "taken"
    assert len(post.entries(ticket.id)) == 1


def test_an_answer_follows_a_merged_ticket_and_a_closed_one_gets_a_new_one_linked(
    post: Post,
) -> None:
    first, second = opened(post), opened(post)
    agent = post.estate.world.agent
    with post.database.writing() as session:
        merge_ticket(session, agent, first.id, second.id, utc_now())
    mine = address(post, "requester")
    row = post.come(letter(mine, f"Re: {post.token(first.reference)}", "More of it"))
    assert row.ticket_id == second.id
    with post.database.writing() as session:
        move_ticket(session, agent, second.id, MoveDraft("cancelled", reason="Twice"), utc_now())
    row = post.come(letter(mine, f"Re: {post.token(second.reference)}", "Again"))
    assert row.state == "taken"
    assert row.ticket_id not in {first.id, second.id}
    with post.database.reading() as session:
        link = session.get(TicketLink, (row.ticket_id, "related_to", second.id))
    assert link is not None


def test_what_a_machine_wrote_is_ignored_and_a_bounce_is_told_on_its_ticket(post: Post) -> None:
    mine = address(post, "requester")
    assert post.come(letter(mine, Auto_Submitted="auto-replied")).state == "ignored"
    assert post.come(letter("help@example.test")).note == "own"
    passed_on = post.come(letter(mine, List_Id="<all.example.test>"))
    assert (passed_on.state, passed_on.reason, passed_on.note) == ("held", "automatic", "list")
    ticket = opened(post)
    sent = f"notification-7.{post.token(ticket.reference)}@localhost"
    bounce = (
        "From: MAILER-DAEMON@mx.test\r\nTo: cadastre@localhost\r\nSubject: Undelivered\r\n"
        "Message-ID: <b1@mx.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        "Final-Recipient: rfc822; gone@example.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{sent}>\r\n\r\n--b--\r\n"
    )
    row = post.come(bounce.encode())
    assert (row.state, row.note, row.ticket_id) == ("ignored", "bounce", ticket.id)
    (entry,) = post.entries(ticket.id)
    assert row.entry_id == entry.id
    assert entry.kind == "internal"
    assert "gone@example.test" in entry.text
    assert len(post.tickets()) == 1


def test_strangers_are_held_or_written_down_as_the_mailbox_says(post: Post) -> None:
    row = post.come(letter("New One <new@elsewhere.test>"))
    assert (row.state, row.reason, post.tickets()) == ("held", "stranger", [])
    post.change(strangers="add")
    row = post.come(letter("New One <new@elsewhere.test>", "Second"))
    with post.database.reading() as session:
        person = session.get_one(Person, row.person_id)
        assert (person.display_name, person.email) == ("New One", "new@elsewhere.test")
    (ticket,) = post.tickets()
    assert ticket.requester_id == person.id
    # Once known, their answers land on their own ticket, without any right of their own.
    row = post.come(letter("new@elsewhere.test", f"Re: {post.token(ticket.reference)}"))
    assert row.ticket_id == ticket.id


def test_disabled_and_ambiguous_senders_are_held(post: Post) -> None:
    mine = address(post, "requester")
    particulars = {
        "organisation_id": post.estate.world.root.id,
        "display_name": "Double",
        "email": mine,
    }
    with post.database.writing() as session:
        double = create_person(session, system_actor("test"), particulars, utc_now()).id
    assert post.come(letter(mine)).reason == "ambiguous"
    with post.database.writing() as session:
        session.get_one(Person, double).active = False
    assert post.come(letter(mine)).state == "taken"
    with post.database.writing() as session:
        session.get_one(Person, post.estate.world.requester.person_id).active = False
    assert post.come(letter(mine)).reason == "may_not"
    nobody = b"Subject: Who?\r\nMessage-ID: <n@x>\r\n\r\nGuess\r\n"
    assert post.come(nobody).reason == "unreadable"


def test_people_who_were_sent_a_copy_follow_only_where_the_mailbox_says_so(post: Post) -> None:
    copied = f"{address(post, 'reader')}, nobody@elsewhere.test"
    post.come(letter(address(post, "requester"), Cc=copied))
    post.change(watch_copied=True)
    row = post.come(letter(address(post, "requester"), "Second", Cc=copied))
    with post.database.reading() as session:
        watching = session.execute(select(TicketWatcher.ticket_id, TicketWatcher.person_id)).all()
    assert watching == [(row.ticket_id, post.estate.world.reader.person_id)]


def test_a_sender_opens_so_many_tickets_an_hour_and_the_rest_is_held(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = type(NEW_TICKETS)(NEW_TICKETS.name, 2, NEW_TICKETS.seconds)
    monkeypatch.setattr("server.desk.mail.actions.taking.NEW_TICKETS", few)
    mine = address(post, "requester")
    post.deliver(*(letter(mine, f"Number {number}") for number in range(3)))
    post.look()
    assert [(one.state, one.reason) for one in post.letters()] == [
        ("taken", ""),
        ("taken", ""),
        ("held", "too_many"),
    ]

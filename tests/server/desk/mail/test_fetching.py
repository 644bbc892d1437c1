"""Each letter comes in once: through restarts, renumbered folders and servers that fail."""

import os
from collections.abc import Sequence
from datetime import timedelta
from email.utils import make_msgid

import pytest
from sqlalchemy import select

from server.desk.mail.actions.mailboxes import remove_mailbox
from server.desk.mail.jobs import FORGET, LOOK_ALL
from server.desk.mail.models import Mailbox
from server.desk.tickets.jobs import TIDY_FILES
from server.foundation.clock import utc_now
from server.foundation.imap import LetterHead, OpenMailbox
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.storage import attachments_at
from server.wiring import JOBS
from tests.server.desk.mail.post import Post, letter
from tests.support.imap import ImapServer

RITA = "rita@example.test"


def test_a_letter_is_known_by_its_place_and_again_after_the_folder_was_renumbered(
    post: Post,
) -> None:
    post.deliver(letter(RITA, "One"), letter(RITA, "Two"))
    assert post.look() == {"fetched": 2, "known": 0, "taken": 2}
    assert post.look() == {"fetched": 0, "known": 0}
    post.server.forget_numbers(post.user)
    post.deliver(letter(RITA, "Three"))
    assert post.look() == {"fetched": 1, "known": 2, "taken": 1}
    assert post.look() == {"fetched": 0, "known": 0}
    assert [one.title for one in post.tickets()] == ["One", "Two", "Three"]
    assert post.mailbox().uid_validity == post.server.uid_validity(post.user)


def test_one_letter_delivered_twice_is_one_and_equal_message_ids_alone_are_not(
    post: Post,
) -> None:
    twice = letter(RITA, "Twice")
    scanner = make_msgid(domain="scanner.test")
    first = letter("scan@example.test", "Page 1", Message_ID=scanner)
    second = first.replace(b"Page 1", b"Page 2").replace(b"Date: ", b"Date: Mon, 01 Jun 2026 ")
    post.deliver(twice, twice, first, second)
    assert post.look() == {"fetched": 3, "known": 1, "taken": 1, "held": 2}
    assert [one.subject for one in post.letters()] == ["Twice", "Page 1", "Page 2"]
    nameless = b"From: rita@example.test\r\nSubject: No id\r\n\r\nA\r\n"
    post.deliver(nameless, nameless, nameless.replace(b"A\r\n", b"B\r\n"))
    assert post.look() == {"fetched": 2, "known": 1, "taken": 2}


def test_a_letter_that_its_server_leaves_out_comes_with_the_next_look(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.deliver(*(letter(RITA, title) for title in ("One", "Two", "Three")))
    whole = OpenMailbox.heads

    def without_the_second(box: OpenMailbox, uids: Sequence[int]) -> list[LetterHead]:
        return [head for head in whole(box, uids) if head.uid != 2]

    with monkeypatch.context() as patch:
        patch.setattr(OpenMailbox, "heads", without_the_second)
        assert post.look() == {"fetched": 2, "known": 0, "taken": 2}
    assert post.look() == {"fetched": 1, "known": 1, "taken": 1}
    assert post.look() == {"fetched": 0, "known": 0}
    # One that somebody took away meanwhile is waited for by nobody.
    post.deliver(letter(RITA, "Four"), letter(RITA, "Five"))
    post.server.do(post.user, "STORE", "4", "+FLAGS.SILENT", "(\\Deleted)")
    post.server.do(post.user, "EXPUNGE", "4")
    assert post.look() == {"fetched": 1, "known": 0, "taken": 1}
    assert post.mailbox().last_uid == 5


def test_letters_are_moved_where_the_mailbox_says_so(post: Post) -> None:
    post.change(done_folder="Done")
    post.deliver(letter(RITA, "One"), letter(RITA, "Two"))
    assert post.look() == {"fetched": 2, "known": 0, "taken": 2}
    assert (post.server.letters(post.user), post.server.letters(post.user, "Done")) == (
        0,
        2,
    )


def test_what_came_before_the_mailbox_was_set_up_is_left_alone(post: Post) -> None:
    post.change(since=utc_now() + timedelta(days=3))
    post.deliver(letter(RITA))
    assert post.look() == {"fetched": 0, "known": 0}
    assert post.tickets() == []


def test_a_letter_that_is_too_large_is_held_by_its_headers_and_stays_on_the_server(
    post: Post,
) -> None:
    post.settings = type(post.settings)(home=post.settings.home, max_attachment_megabytes=1)
    post.change(done_folder="Processed")
    row = post.come(letter(RITA, "Video", files=[("video.pdf", bytes(1_100_000))]))
    assert (row.state, row.reason, row.subject) == ("held", "too_large", "Video")
    assert (row.from_address, row.stored_name) == (RITA, "")
    assert "1 MB are taken in" in row.note
    assert post.look() == {"fetched": 0, "known": 0}
    post.server.forget_numbers(post.user)
    assert post.look() == {"fetched": 0, "known": 1}
    assert post.server.letters(post.user) == 1


def test_a_refused_password_is_said_and_after_three_times_asked_once_an_hour(
    post: Post,
) -> None:
    right = post.mailbox().user_name
    post.deliver(letter(RITA))
    post.change(sealed_password="")
    for failures, minutes in ((1, 1), (2, 5), (3, 60), (4, 60)):
        post.wait_over()
        before = utc_now()
        assert post.look() == {"fetched": 0, "known": 0}
        row = post.mailbox()
        assert row.failures == failures
        assert "refused the user name or the password" in row.last_error
        assert row.next_at is not None
        wait = timedelta(minutes=minutes)
        assert before + wait <= row.next_at <= utc_now() + wait
        # Nobody asks before the time is over.
        post.change(next_at=utc_now() + timedelta(hours=1))
        assert post.look() == {}
        assert post.mailbox().failures == failures
    assert post.mailbox().failing_since is not None
    assert (post.mailbox().user_name, post.tickets()) == (right, [])


def test_a_server_that_is_gone_is_said_and_what_waited_comes_when_it_is_back(
    post: Post,
) -> None:
    port = post.mailbox().port
    post.deliver(letter(RITA))
    post.change(port=1)
    post.look()
    assert "cannot be reached" in post.mailbox().last_error
    post.change(port=port)
    post.wait_over()
    assert post.look() == {"fetched": 1, "known": 0, "taken": 1}
    row = post.mailbox()
    assert (row.failing_since, row.last_error, row.failures, row.next_at) == (None, "", 0, None)
    assert row.fetched_at is not None


def test_a_secret_that_does_not_open_is_said_at_the_mailbox(post: Post) -> None:
    post.settings.key_file.unlink()
    post.look()
    assert "is not in" in post.mailbox().last_error


def test_each_mailbox_that_is_due_is_asked_for_once(post: Post, imap_server: ImapServer) -> None:
    other = Post.set_up(
        imap_server, post.database, post.estate, post.settings.home, address="b@example.test"
    )
    third = Post.set_up(
        imap_server, post.database, post.estate, post.settings.home, address="c@example.test"
    )
    third.change(is_active=False)
    other.change(next_at=utc_now() + timedelta(hours=1))
    context = JobContext(post.database, post.settings, {})
    for _ in range(2):
        assert JOBS[LOOK_ALL].run(context) == {"mailboxes": 1}
    with post.database.reading() as session:
        asked = session.scalars(select(Job.payload).where(Job.kind == "mail.look")).all()
    assert asked == [{"mailbox_id": post.mailbox_id}]
    # A mailbox that is switched off is not opened.
    third.deliver(letter(RITA))
    assert third.look() == {}


def waits_again(post: Post, number: int, **values: object) -> str:
    """Let a letter wait again, and return under which name it is kept."""
    with post.database.writing() as session:
        row = session.merge(post.letters()[number])
        for name, value in {"state": "waiting", **values}.items():
            setattr(row, name, value)
        return row.stored_name


def test_a_letter_that_ended_its_process_three_times_is_held_and_holds_up_nobody(
    post: Post,
) -> None:
    post.deliver(letter(RITA, "Broken"), letter(RITA, "Fine"))
    post.look()
    waits_again(post, 0, attempts=3, note="")
    waits_again(post, 1, attempts=0)
    assert post.look() == {"fetched": 0, "known": 0, "held": 1, "taken": 1}
    assert (post.letters()[0].reason, post.letters()[0].attempts) == ("failed", 3)


def test_a_letter_whose_bytes_are_lost_is_held_and_says_so(post: Post) -> None:
    post.come(letter(RITA))
    attachments_at(post.settings.home).remove(waits_again(post, 0, attempts=0))
    assert post.look() == {"fetched": 0, "known": 0, "held": 1}
    assert "does not exist" in post.letters()[0].note


def test_bytes_are_forgotten_when_their_time_is_over_and_tidying_leaves_the_others(
    post: Post,
) -> None:
    post.deliver(letter(RITA, "Old"), letter(RITA, "New"), letter("who@elsewhere.test", "Held"))
    post.look()
    storage = attachments_at(post.settings.home)
    names = [one.stored_name for one in post.letters()]
    with post.database.writing() as session:
        for row in post.letters():
            merged = session.merge(row)
            if merged.subject != "New":
                merged.decided_at = utc_now() - timedelta(days=91) if merged.decided_at else None
    context = JobContext(post.database, post.settings, {})
    assert JOBS[FORGET].run(context) == {"letters": 1}
    assert [bool(one.stored_name) for one in post.letters()] == [False, True, True]
    assert sorted(storage.names()) == sorted(names[1:])
    for name in storage.names():
        os.utime(storage.folder / storage.relative(name), (0, 0))
    assert JOBS[TIDY_FILES].run(context) == {"removed": 0}


def test_letters_stay_when_their_mailbox_goes(post: Post) -> None:
    post.deliver(letter(RITA), letter(RITA, "Second"))
    post.look()
    waits_again(post, 1)
    with post.database.writing() as session:
        mailbox = session.get_one(Mailbox, post.mailbox_id)
        remove_mailbox(session, post.estate.world.admin, mailbox)
    first, second = post.letters()
    assert (first.state, first.mailbox_id) == ("taken", None)
    assert (second.state, second.reason, second.mailbox_id) == ("held", "removed", None)

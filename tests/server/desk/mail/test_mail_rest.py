"""Mailboxes and letters over REST: who may, what is told of passwords, and what people decide."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from cmdb.records.parties import Person
from server.desk.mail.models import Mailbox
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.models import Ticket
from server.foundation.audit import AuditEntry
from server.foundation.clock import utc_now
from server.foundation.jobs.models import Job
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.mail.post import Post, letter
from tests.support.token_server import TokenServer

API = "/api/v1"
STRANGER = "Ines New <ines@elsewhere.test>"


def document(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    found = answer.get_json()
    assert isinstance(found, dict)
    return found


def faults(answer: TestResponse) -> dict[str, str]:
    return {one["field"]: one["message"] for one in document(answer, 422)["errors"]}


@pytest.fixture
def admin(as_: As, estate: Estate) -> FlaskClient:
    return as_(estate.world.admin)


@pytest.fixture
def agent(as_: As, estate: Estate) -> FlaskClient:
    return as_(estate.world.agent)


def body(post: Post, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Facilities",
        "organisation_id": post.estate.world.root.id,
        "address": "facilities@example.test",
        "host": post.server.host,
        "port": post.server.tls_port,
        "authority": post.server.authority,
        "user_name": post.server.new_user(),
        "password": post.server.password,
    } | changes


def test_a_mailbox_is_set_up_tried_and_looked_at_and_its_password_never_told(
    admin: FlaskClient, post: Post
) -> None:
    given = body(post)
    post.server.deliver(given["user_name"], letter("rita@example.test"))
    made = document(admin.post(f"{API}/mailboxes", json=given), 201)
    assert (made["has_password"], made["security"], made["strangers"]) == (True, "tls", "hold")
    assert post.server.password not in str(made)
    one = f"{API}/mailboxes/{made['id']}"
    tried = document(admin.post(f"{one}/test"))
    assert (tried["ok"], tried["letters"]) == (True, 1)
    assert "INBOX" in tried["folders"]
    assert post.letters() == []
    assert document(admin.post(f"{one}/check"), 202)["job_id"]
    with post.database.reading() as session:
        asked = session.scalars(select(Job.payload).where(Job.kind == "mail.look")).all()
    assert asked == [{"mailbox_id": made["id"]}]
    assert admin.delete(one).status_code == 204
    assert admin.get(one).status_code == 404


def test_another_server_blanks_the_password_and_a_change_heeds_the_version(
    admin: FlaskClient, post: Post
) -> None:
    one = f"{API}/mailboxes/{post.mailbox_id}"
    tag = admin.get(one).headers["ETag"]
    renamed = document(admin.patch(one, json={"name": "Renamed"}, headers={"If-Match": tag}))
    assert renamed["has_password"]
    assert admin.patch(one, json={"name": "Late"}, headers={"If-Match": tag}).status_code == 412
    assert not document(admin.patch(one, json={"host": "localhost"}))["has_password"]
    tried = document(admin.post(f"{one}/test"))
    assert not tried["ok"]
    assert "refused the user name or the password" in tried["detail"]
    again = {"host": post.server.host, "password": post.server.password}
    assert document(admin.patch(one, json=again))["has_password"]
    assert document(admin.post(f"{one}/test"))["ok"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "Help <help@example.test>", "must be one e-mail address"),
        ("host", "imaps://mail.example.test", "must be the name"),
        ("authority", "no certificate", "must be certificates"),
        ("done_folder", "INBOX", "must be another folder"),
        ("kind", "nonsense", "must be one of"),
        ("category", "nonsense", "must be one of"),
        ("group_id", 4711, "there is no active group"),
        ("organisation_id", 4711, "there is no such organisation"),
        ("security", "none", "Must be one of"),
        ("port", 0, "Must be greater"),
        ("password", "a\nb", "control characters"),
        ("sign_in", "kerberos", "Must be one of"),
        ("token_grant", "password", "Must be one of"),
        ("token_url", "http://login.example.test/token", "must be an https:// address"),
        ("token_url", "https://a:b@login.example.test/token", "must be an https:// address"),
        ("token_url", "ftp://login.example.test/", "must be an https:// address"),
        ("client_secret", "secret", "is not used by this way to sign in"),
        ("refresh_token", "token", "is not used by this way to sign in"),
        ("client_id", "a\x00b", "control characters"),
        ("scope", "x" * 1001, "between 0 and 1000"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    admin: FlaskClient, post: Post, field: str, value: object, said: str
) -> None:
    given = body(post, folder="INBOX") | {field: value}
    told = faults(admin.post(f"{API}/mailboxes", json=given))
    assert said in told[field]


def test_oauth_2_needs_to_know_where_and_who_and_takes_no_password(
    admin: FlaskClient, post: Post
) -> None:
    wanted = body(post, sign_in="oauth", refresh_token="early")
    told = faults(admin.post(f"{API}/mailboxes", json=wanted))
    assert told == {
        "token_url": "is needed to sign in by OAuth 2",
        "client_id": "is needed to sign in by OAuth 2",
        "password": "is not used by this way to sign in",
        "refresh_token": "is not used by this way to sign in",
    }


def test_a_mailbox_of_oauth_2_is_set_up_and_tried_and_its_secrets_never_told(
    admin: FlaskClient, post: Post, token_server: TokenServer
) -> None:
    secret, refresh = "s3cret & kept", "1//refresh kept"
    wanted = body(post, sign_in="oauth", password="", client_secret=secret, client_id="cadastre")
    wanted |= {"token_url": token_server.url, "token_grant": "refresh_token"}
    made = document(admin.post(f"{API}/mailboxes", json=wanted | {"refresh_token": refresh}), 201)
    held = ("has_password", "has_client_secret", "has_refresh_token")
    assert [made[name] for name in held] == [False, True, True]
    one = f"{API}/mailboxes/{made['id']}"
    for answer in (made, document(admin.get(one)), document(admin.get(f"{API}/mailboxes"))):
        assert secret not in str(answer)
        assert refresh not in str(answer)
    tried = document(admin.post(f"{one}/test"))
    # Loopback is no place for a token server until the settings say so.
    assert (tried["ok"], tried["step"], tried["letters"]) == (False, "token", None)
    assert token_server.asked == []
    with post.database.reading() as session:
        row = session.get_one(Mailbox, made["id"])
        assert secret not in row.sealed_client_secret
        acts = session.scalars(select(AuditEntry.detail)).all()
    assert secret not in str(acts)
    assert refresh not in str(acts)


def test_a_name_is_given_once(admin: FlaskClient, post: Post) -> None:
    made = document(admin.post(f"{API}/mailboxes", json=body(post)), 201)
    again = admin.post(f"{API}/mailboxes", json=body(post, name="FACILITIES"))
    assert again.status_code == 409
    other = admin.patch(f"{API}/mailboxes/{post.mailbox_id}", json={"name": made["name"]})
    assert other.status_code == 409


def test_letters_are_for_those_who_work_where_they_came_in(
    as_: As, estate: Estate, post: Post
) -> None:
    post.come(letter(STRANGER))
    agent = as_(estate.world.agent)
    assert len(document(agent.get(f"{API}/letters?state=held"))["rows"]) == 1
    assert agent.get(f"{API}/mailboxes").status_code == 403
    # A support agent of another organisation sees none of it, and who opens tickets even less.
    outside = as_(estate.world.outsider)
    assert document(outside.get(f"{API}/letters"))["rows"] == []
    (row,) = post.letters()
    assert outside.get(f"{API}/letters/{row.id}").status_code == 404
    assert outside.get(f"{API}/letters/{row.id}/raw").status_code == 404
    assert as_(estate.world.requester).get(f"{API}/letters").status_code == 403


def test_a_letter_is_read_whole_and_saved_as_it_came(agent: FlaskClient, post: Post) -> None:
    raw = letter(STRANGER, "Broken", "See it.\n\n> old", [("a.pdf", b"%PDF")])
    post.deliver(raw)
    post.look()
    (row,) = post.letters()
    told = document(agent.get(f"{API}/letters/{row.id}"))
    assert (told["state"], told["reason"], told["kept"]) == ("held", "stranger", True)
    assert (told["from_address"], told["subject"]) == ("ines@elsewhere.test", "Broken")
    assert told["files"] == [{"file_name": "a.pdf", "media_type": "application/pdf", "size": 4}]
    assert told["text"].startswith("See it.")
    saved = agent.get(f"{API}/letters/{row.id}/raw")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert saved.data.replace(b"\r\n", b"\n") == raw.replace(b"\r\n", b"\n")


def test_a_held_letter_is_taken_in_as_somebody_once(agent: FlaskClient, post: Post) -> None:
    row = post.come(letter(STRANGER, "Broken", files=[("a.pdf", b"%PDF")]))
    one = f"{API}/letters/{row.id}/take"
    assert "person_id" in faults(agent.post(one, json={}))
    assert "person_id" in faults(agent.post(one, json={"person_id": 4711}))
    # Writing somebody down needs the right to.
    assert agent.post(one, json={"display_name": "Ines"}).status_code == 403
    rita = post.estate.world.requester.person_id
    taken = document(agent.post(one, json={"person_id": rita}), 201)
    (ticket,) = post.tickets()
    assert taken == {"ticket": ticket.reference, "entry_id": None}
    assert (ticket.requester_id, ticket.title) == (rita, "Broken")
    assert post.files(ticket.id) == {"a.pdf": b"%PDF"}
    (row,) = post.letters()
    assert (row.state, row.decided_by_id) == ("taken", post.estate.world.agent.person_id)
    assert agent.post(one, json={"person_id": rita}).status_code == 409
    assert len(post.tickets()) == 1


def test_a_held_letter_is_taken_in_as_somebody_new(admin: FlaskClient, post: Post) -> None:
    row = post.come(letter(STRANGER))
    given = {"display_name": "Ines Nueva"}
    document(admin.post(f"{API}/letters/{row.id}/take", json=given), 201)
    (ticket,) = post.tickets()
    with post.database.reading() as session:
        person = session.get_one(Person, ticket.requester_id)
    assert (person.display_name, person.email) == ("Ines Nueva", "ines@elsewhere.test")


@pytest.mark.parametrize("known", [True, False])
def test_a_held_letter_is_joined_to_a_ticket_as_its_senders_word(
    agent: FlaskClient, post: Post, known: bool
) -> None:
    world = post.estate.world
    with post.database.writing() as session:
        draft = TicketDraft("Broken", requester_id=world.requester.person_id)
        ticket: Ticket = open_ticket(session, world.agent, draft, utc_now())
    if known:
        row = post.come(letter("rob@example.test", f"Re: {ticket.reference}", "Same here"))
        assert row.reason == "unproven"
    else:
        row = post.come(letter(STRANGER, text="Same here"))
    one = f"{API}/letters/{row.id}/join"
    assert "reference" in faults(agent.post(one, json={"reference": "INC-4711"}))
    joined = document(agent.post(one, json={"reference": ticket.reference.lower()}), 201)
    (entry,) = post.entries(ticket.id)
    assert joined == {"ticket": ticket.reference, "entry_id": entry.id}
    if known:
        assert (entry.text, entry.author_id) == ("Same here", world.reader.person_id)
    else:
        assert entry.text == "Ines New <ines@elsewhere.test>:\n\nSame here"
        assert entry.author_id == world.agent.person_id
    assert agent.post(one, json={"reference": ticket.reference}).status_code == 409


def test_a_held_letter_is_dropped_with_a_reason(agent: FlaskClient, post: Post) -> None:
    row = post.come(letter(STRANGER))
    one = f"{API}/letters/{row.id}/drop"
    assert "note" in faults(agent.post(one, json={"note": ""}))
    dropped = document(agent.post(one, json={"note": "An advertisement"}))
    assert (dropped["state"], dropped["note"]) == ("dropped", "An advertisement")
    assert agent.post(one, json={"note": "Again"}).status_code == 409
    assert document(agent.get(f"{API}/letters?state=held"))["rows"] == []

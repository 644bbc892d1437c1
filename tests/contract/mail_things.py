"""A mailbox of the endpoint kit's world, and a letter that is held."""

import io

from sqlalchemy.orm import Session

from server.desk.mail.actions.mailboxes import add_mailbox
from server.desk.mail.models import ReceivedLetter
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at
from tests.support.people import BEGINNING

_RAW = b"""From: Somebody <somebody@elsewhere.test>
To: help@example.test
Subject: Held
Message-ID: <held@elsewhere.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=part

--part

Nobody knows me.
--part
Content-Disposition: attachment; filename=log.txt

It hums.
--part--
"""


def mail_things(
    session: Session, admin: Actor, place_id: int, settings: Settings
) -> dict[str, int | str]:
    """Add a mailbox on a server that is not there, and a letter of a stranger."""
    particulars = {
        "name": f"Help desk {place_id}",
        "organisation_id": place_id,
        "address": f"help{place_id}@example.test",
        "host": "127.0.0.1",
        "port": 1,
        "security": "tls",
        "user_name": "help",
        "password": "never told",
    }
    secrets = SecretBox(settings.key_file)
    mailbox = add_mailbox(session, admin, particulars, secrets, BEGINNING)
    stored = attachments_at(settings.home).keep(io.BytesIO(_RAW))
    letter = ReceivedLetter(
        organisation_id=place_id,
        mailbox_id=mailbox.id,
        uid_validity=1,
        uid=1,
        digest=f"held {place_id}",
        message_id="held@elsewhere.test",
        from_address="somebody@elsewhere.test",
        from_name="Somebody",
        subject="Held",
        received_at=BEGINNING,
        size=stored.size,
        sha256=stored.sha256,
        stored_name=stored.name,
        state="held",
        reason="stranger",
    )
    session.add(letter)
    session.flush()
    return {"mailbox": mailbox.id, "letter": letter.id}

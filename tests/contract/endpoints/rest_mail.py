"""REST over mailboxes and letters."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_V1 = "/api/v1"
_RULES, _WORK = Permission.ADMIN_RULES, Permission.TICKET_WORK
_MAILBOX = f"{_V1}/mailboxes/<int:mailbox_id>"
_LETTER = f"{_V1}/letters/<int:letter_id>"

REST_MAIL: tuple[Endpoint, ...] = (
    Endpoint("GET", f"{_V1}/mailboxes", _RULES),
    Endpoint(
        "POST",
        f"{_V1}/mailboxes",
        _RULES,
        json={
            "name": "Facilities",
            "organisation_id": Named("organisation"),
            "address": "facilities@example.test",
            "host": "mail.example.test",
            "user_name": "facilities",
            "password": "not told either",
            "group_id": Named("group"),
        },
        status=201,
    ),
    Endpoint("GET", _MAILBOX, _RULES),
    Endpoint("PATCH", _MAILBOX, _RULES, json={"name": "Renamed"}),
    Endpoint("DELETE", _MAILBOX, _RULES, status=204),
    Endpoint("POST", f"{_MAILBOX}/test", _RULES),
    Endpoint("POST", f"{_MAILBOX}/check", _RULES, status=202),
    Endpoint("GET", f"{_V1}/letters", _WORK),
    Endpoint("GET", _LETTER, _WORK),
    Endpoint("GET", f"{_LETTER}/raw", _WORK),
    Endpoint("POST", f"{_LETTER}/take", _WORK, json={"person_id": Named("person")}, status=201),
    Endpoint("POST", f"{_LETTER}/join", _WORK, json={"reference": Named("ticket")}, status=201),
    Endpoint("POST", f"{_LETTER}/drop", _WORK, json={"note": "Not for us"}),
)

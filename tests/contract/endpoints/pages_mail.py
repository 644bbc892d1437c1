"""Pages of mailboxes and letters."""

from server.foundation.permissions import Permission
from tests.contract.endpoints.entry import Endpoint, Named

_RULES, _WORK = Permission.ADMIN_RULES, Permission.TICKET_WORK
_MAILBOXES = "/administration/mailboxes"
_MAILBOX = f"{_MAILBOXES}/<int:mailbox_id>"
_LETTER = "/letters/<int:letter_id>"
_NEW = {
    "name": "Facilities",
    "organisation_id": Named("organisation"),
    "address": "facilities@example.test",
    "host": "mail.example.test",
    "port": "993",
    "security": "tls",
    "user_name": "facilities",
    "password": "not told either",
    "folder": "INBOX",
    "kind": "incident",
    "strangers": "hold",
    "keep_days": "90",
    "group_id": Named("group"),
}

PAGES_MAIL: tuple[Endpoint, ...] = (
    Endpoint("GET", _MAILBOXES, _RULES),
    Endpoint("GET", f"{_MAILBOXES}/new", _RULES),
    Endpoint("POST", f"{_MAILBOXES}/new", _RULES, form=_NEW, status=303),
    Endpoint("GET", _MAILBOX, _RULES),
    Endpoint("GET", f"{_MAILBOX}/edit", _RULES),
    Endpoint(
        "POST",
        f"{_MAILBOX}/edit",
        _RULES,
        form={"version": "1", "name": "Renamed", "group_id": Named("group")},
        status=303,
    ),
    # Nobody listens there, and that is what it says.
    Endpoint("POST", f"{_MAILBOX}/try", _RULES, form={}),
    Endpoint("POST", f"{_MAILBOX}/switch", _RULES, form={"on": ""}, status=303),
    Endpoint("POST", f"{_MAILBOX}/look", _RULES, form={}, status=303),
    Endpoint("POST", f"{_MAILBOX}/remove", _RULES, form={}, status=303),
    Endpoint("GET", "/letters", _WORK),
    Endpoint("GET", "/letters/tickets", _WORK, query={"q": "page"}),
    Endpoint(
        "POST",
        "/letters/drop",
        _WORK,
        form={"selected": Named("letter"), "note": "Not for us"},
        status=303,
    ),
    Endpoint("GET", _LETTER, _WORK),
    Endpoint("GET", f"{_LETTER}/original", _WORK),
    Endpoint("GET", f"{_LETTER}/files/<int:number>", _WORK, at={"number": "1"}),
    Endpoint(
        "POST",
        f"{_LETTER}/join",
        _WORK,
        form={"reference": Named("ticket"), "kind": "public"},
        status=303,
    ),
    Endpoint("POST", f"{_LETTER}/take", _WORK, form={"person_id": Named("person")}, status=303),
    Endpoint("POST", f"{_LETTER}/drop", _WORK, form={"note": "Not for us"}, status=303),
)

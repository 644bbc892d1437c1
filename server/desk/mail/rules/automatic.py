"""Whether a machine wrote a letter, so that no machine of ours answers it (RFC 3834)."""

from collections.abc import Collection

from server.desk.mail.rules.headers import Header
from server.desk.mail.rules.letters import AUTOMATIC

#: How the Message-IDs of our own mail begin; see ``server.notify.jobs``.
OWN = "notification-"
_MACHINES = ("mailer-daemon", "postmaster", "mail-daemon")
_SUPPRESSED = frozenset(("all", "autoreply", "oof"))


def why_automatic(
    header: Header, media_type: str, message_id: str, sender: str, own_hosts: Collection[str]
) -> str:
    """Return one of ``AUTOMATIC``, the surest; empty for a letter of a person.

    ``own_hosts`` are the names after the @ of our own Message-IDs, in lower case.
    """
    reasons = {
        "own": message_id.startswith(OWN) and _host(message_id) in own_hosts,
        "bounce": _is_bounce(header, media_type, sender),
        "auto-submitted": _says_so(header),
        "list": bool(header.first("list-id") or header.first("list-unsubscribe")),
        "precedence": header.first("precedence").lower() in ("bulk", "junk", "list", "auto_reply"),
        "suppressed": bool(_SUPPRESSED & _words(header.first("x-auto-response-suppress"))),
    }
    return next((reason for reason in AUTOMATIC if reasons[reason]), "")


def _host(message_id: str) -> str:
    return message_id.rpartition("@")[2].lower()


def _is_bounce(header: Header, media_type: str, sender: str) -> bool:
    return (
        media_type == "multipart/report"
        or header.first("return-path").replace(" ", "") == "<>"
        or bool(header.first("x-failed-recipients"))
        or sender.partition("@")[0].lower() in _MACHINES
    )


def _says_so(header: Header) -> bool:
    said = header.first("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    marks = ("x-autoreply", "x-autorespond", "x-loop")
    return (said not in ("", "no")) or any(header.first(mark) for mark in marks)


def _words(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(",")}

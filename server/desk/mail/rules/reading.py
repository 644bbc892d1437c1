"""One letter from its bytes: whatever they are, there is an answer, in bounded time and memory."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from server.desk.mail.rules.addresses import addresses_in
from server.desk.mail.rules.automatic import why_automatic
from server.desk.mail.rules.bounces import message_ids, undelivered_of
from server.desk.mail.rules.contents import files_of, text_in
from server.desk.mail.rules.cutting import said_in
from server.desk.mail.rules.headers import Header, decoded
from server.desk.mail.rules.letters import FAULTS, Letter, LetterFile
from server.desk.mail.rules.parts import read_parts
from server.desk.mail.rules.proving import findings_of

_LONGEST_SUBJECT = 500
_MOST_REFERENCES = 100


def read_letter(
    raw: bytes, *, trusted_server: str = "", own_hosts: Collection[str] = frozenset()
) -> Letter:
    r"""Return what a letter says. Never raises; what could not be read stands in ``faults``.

    ``trusted_server`` is the name that the mail server of the mailbox writes into
    Authentication-Results; ``own_hosts`` are the hosts in the Message-IDs of our own mail, in lower
    case. Time and memory grow with the length of the bytes alone, at most as if each were looked at
    ``parts.DEEPEST`` times.

    >>> letter = read_letter(b"From: Ana <ana@x.org>\nSubject: =?utf-8?Q?Pa=C3=B1o?=\n\nHello")
    >>> letter.from_address, letter.subject, letter.said
    ('ana@x.org', 'Paño', 'Hello')
    """
    faults: set[str] = set()
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    top = read_parts(raw, faults)
    header = top.header
    name, sender = _sender(header, faults)
    files = files_of(raw, top, faults)
    names = {one.content_id: one.file_name for one in files if one.content_id}
    text = text_in(raw, top, names, faults)
    subject = decoded(header.first("subject"))[:_LONGEST_SUBJECT]
    message_id = next(iter(message_ids(header.first("message-id"))), "")
    undelivered, failed = undelivered_of(raw, top)
    if not header.lines:
        faults.add("unreadable")
    return Letter(
        message_id=message_id,
        references=_references(header),
        from_address=sender,
        from_name=name,
        to=_named(header.lines.get("to", ())),
        cc=_named(header.lines.get("cc", ())),
        subject=subject,
        sent_at=_moment(header.first("date")),
        text=text,
        said=said_in(text, subject),
        files=tuple(_numbered(files)),
        automatic=why_automatic(header, top.media_type, message_id, sender, own_hosts),
        authentication=findings_of(
            header.lines.get("authentication-results", ()), trusted_server, sender
        ),
        faults=tuple(one for one in FAULTS if one in faults),
        undelivered=undelivered,
        failed_recipients=failed,
    )


def _sender(header: Header, faults: set[str]) -> tuple[str, str]:
    """Return name and address of the one sender. Two lines are two: programs show either."""
    found = [one for line in header.lines.get("from", ()) for one in addresses_in(line)]
    if len(found) == 1:
        return found[0]
    faults.add("several_senders" if found else "no_sender")
    return "", ""


def _named(lines: Sequence[str]) -> tuple[str, ...]:
    found = (address for line in lines for _, address in addresses_in(line))
    return tuple(dict.fromkeys(found))


def _references(header: Header) -> tuple[str, ...]:
    nearest = message_ids(header.first("in-reply-to"))
    others = reversed(message_ids(header.first("references")))
    return tuple(dict.fromkeys([*nearest, *others]))[:_MOST_REFERENCES]


def _moment(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value[:100])
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _numbered(files: Sequence[LetterFile]) -> list[LetterFile]:
    """Give files of one name names of their own."""
    seen: dict[str, int] = {}
    out: list[LetterFile] = []
    for one in files:
        seen[one.file_name] = number = seen.get(one.file_name, 0) + 1
        name = one.file_name
        if number > 1:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem}-{number}.{ending}" if dot else f"{name}-{number}"
        out.append(LetterFile(name, one.media_type, one.content, one.content_id, one.inline))
    return out

"""A letter as it was read: plain values, whatever the bytes were."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file of a letter, decoded.

    ``file_name`` has no folder and no control character; ``media_type`` is what the sender says,
    in lower case. ``inline`` files are shown in the text, which names them by ``content_id``.
    """

    file_name: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    r"""What a letter says. Texts hold no NUL, no lone surrogate and only ``\n`` as line break.

    Message-IDs stand without their angle brackets. Addresses are as they were written; who
    compares them folds case. ``from_address`` is empty where there is none, or several.
    """

    message_id: str = ""
    #: Of In-Reply-To and References, the nearest first, each once.
    references: tuple[str, ...] = ()
    from_address: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    #: What the sender's clock said, in UTC.
    sent_at: datetime | None = None
    #: The whole text, plain.
    text: str = ""
    #: What is new in it: without quotation and signature. Never empty where ``text`` is not.
    said: str = ""
    files: tuple[LetterFile, ...] = ()
    #: Why it was written by a machine: one of ``AUTOMATIC``; empty for a letter of a person.
    automatic: str = ""
    #: Method → result as the one trusted server found: {"spf": "pass", "dkim": "none"}.
    authentication: Mapping[str, str] = field(default_factory=dict)
    #: Codes of ``FAULTS``: what could not be read, was left out, or proves nothing.
    faults: tuple[str, ...] = ()
    #: Of a bounce: Message-IDs of what was not delivered, and to whom it was not.
    undelivered: tuple[str, ...] = ()
    failed_recipients: tuple[str, ...] = ()


#: Why a letter is automatic, the surest first.
AUTOMATIC = ("own", "bounce", "auto-submitted", "list", "precedence", "suppressed")

#: What can be wrong with a letter.
FAULTS = (
    "unreadable",  # no part of it could be read
    "too_deep",  # parts within parts were no longer looked into
    "too_many_parts",  # parts were left out
    "too_many_headers",  # header lines were left out
    "text_cut",  # the text was longer than is kept
    "charset",  # some text is not of the character set it claims
    "encoding",  # some content is not in the encoding it claims
    "encrypted",  # it is encrypted: what it says stands in a file nobody here can open
    "signed",  # it is signed; the signature was not checked
    "tnef",  # Outlook packed files into winmail.dat
    "no_sender",  # it names no sender
    "several_senders",  # it names several senders
)

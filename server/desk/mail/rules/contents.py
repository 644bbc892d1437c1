"""What the parts of a letter hold: its text, and its files."""

import binascii
import re
from collections.abc import Iterator

from server.desk.mail.rules.decoding import cleaned, one_line, text_of
from server.desk.mail.rules.flowed import unflowed
from server.desk.mail.rules.headers import decoded, from_base64
from server.desk.mail.rules.html_text import html_text
from server.desk.mail.rules.letters import LetterFile
from server.desk.mail.rules.parts import DEEPEST, Part

#: A text longer than ten novels is a file somebody pasted; the letter itself is kept whole.
MOST_TEXT = 1_000_000
_LONGEST_NAME = 150
_NO_NAME = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069<>:\"|?*]")
_ENDINGS = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/vcard": ".vcf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/ms-tnef": ".dat",
}
#: A part by whose type something is said of the letter.
_SAYS = {
    "application/ms-tnef": "tnef",
    "application/vnd.ms-tnef": "tnef",
    "application/pkcs7-mime": "encrypted",
    "application/x-pkcs7-mime": "encrypted",
    "application/pgp-encrypted": "encrypted",
    "application/pkcs7-signature": "signed",
    "application/x-pkcs7-signature": "signed",
    "application/pgp-signature": "signed",
}
_ARMOUR = "-----BEGIN PGP MESSAGE-----"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"


def is_text(part: Part) -> bool:
    """Say whether a part is text that people read in the letter itself."""
    if part.media_type.startswith("multipart/"):
        # Nothing says where its parts begin: there are none. Too deep ones were not looked into.
        return part.depth < DEEPEST
    shown = part.disposition != "attachment" and not part.file_name
    return shown and part.media_type in ("text/plain", "text/html")


def files_of(raw: bytes, top: Part, faults: set[str]) -> list[LetterFile]:
    """Return every part that is no text of the letter, decoded."""
    found: list[LetterFile] = []
    for part in top.leaves():
        fault = _SAYS.get(part.media_type, "")
        if part.parameters.get("smime-type", "").lower() == "signed-data":
            fault = "signed"
        if fault:
            faults.add(fault)
        if not is_text(part):
            found.append(_file(raw, part, len(found) + 1, faults))
    return found


def text_in(raw: bytes, top: Part, names: dict[str, str], faults: set[str]) -> str:
    """Return the text of a letter: of alternatives the plain one, unless it is empty."""
    texts = [one for one in _texts(raw, top, names, faults) if one.strip()]
    text = "\n\n".join(one.strip("\n") for one in texts)
    if len(text) > MOST_TEXT:
        faults.add("text_cut")
        text = text[:MOST_TEXT]
    if _ARMOUR in text:
        faults.add("encrypted")
    if _SIGNED in text:
        faults.add("signed")
    return text.strip("\n")


def _texts(raw: bytes, part: Part, names: dict[str, str], faults: set[str]) -> Iterator[str]:
    """Yield the texts within a part; parts are no deeper than ``parts.DEEPEST``."""
    if part.media_type == "multipart/alternative" and part.children:
        ways = [(one, list(_texts(raw, one, names, faults))) for one in part.children]
        said = [(one, texts) for one, texts in ways if any(text.strip() for text in texts)]
        plain = [texts for one, texts in said if one.media_type == "text/plain"]
        yield from (plain or [texts for _, texts in said[-1:]] or [[]])[0]
    elif part.children:
        for one in part.children:
            yield from _texts(raw, one, names, faults)
    elif is_text(part):
        yield _text(raw, part, names, faults)


def _text(raw: bytes, part: Part, names: dict[str, str], faults: set[str]) -> str:
    content = _decoded(raw, part, faults)
    if len(content) > MOST_TEXT * 4:
        faults.add("text_cut")
        content = content[: MOST_TEXT * 4]
    text, honest = text_of(content, part.parameters.get("charset", ""))
    if not honest:
        faults.add("charset")
    if part.media_type == "text/html":
        return html_text(text, names)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _file(raw: bytes, part: Part, number: int, faults: set[str]) -> LetterFile:
    content_id = part.content_id
    # Gmail gives every file a Content-ID; in these parts the text shows them.
    shown = bool(content_id) and part.within == "multipart/related"
    inline = part.disposition == "inline" or shown
    content = _decoded(raw, part, faults)
    name = part.file_name or _subject_within(part, content)
    return LetterFile(
        _safe_name(name, part.media_type, number), part.media_type, content, content_id, inline
    )


def _subject_within(part: Part, content: bytes) -> str:
    """Return the subject of a letter that was forwarded as a file."""
    if part.media_type != "message/rfc822":
        return ""
    found = re.search(rb"(?im)^subject:[ \t]*([^\r\n]{1,500})", content[:20_000])
    return decoded(text_of(found[1])[0]) + ".eml" if found else ""


def _safe_name(name: str, media_type: str, number: int) -> str:
    """Return a name without folders and without what shells and screens take amiss."""
    last = cleaned(name).replace("\\", "/").rpartition("/")[2]
    last = one_line(_NO_NAME.sub("_", last), 4 * _LONGEST_NAME).strip(". ")
    ending = _ENDINGS.get(media_type, ".bin")
    if not last:
        return f"part-{number}{ending}"
    stem, dot, suffix = last.rpartition(".")
    if dot and len(suffix) <= 10:
        return f"{stem[: _LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    return last[: _LONGEST_NAME - len(ending)]


def _decoded(raw: bytes, part: Part, faults: set[str]) -> bytes:
    content = raw[part.start : part.end]
    encoding = part.header.first("content-transfer-encoding").partition(";")[0].strip().lower()
    if encoding == "base64":
        content, whole = from_base64(content)
        if not whole:
            faults.add("encoding")
    elif encoding == "quoted-printable":
        content = binascii.a2b_qp(content)
    elif encoding not in ("", "7bit", "8bit", "binary"):
        faults.add("encoding")
    return content

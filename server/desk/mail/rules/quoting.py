"""Where a quotation begins: the lines that mail programs write over it, by language."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: A line that names who wrote may be wrapped this often, and is no longer than this.
_WRAPPED = 4
_LONGEST = 500
#: A copied header: how many lines are looked at, and the longest label.
_BLOCK = 8
_LABEL = 24
_TIME = re.compile(r"[0-9]{1,2}[:.][0-9]{2}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DAY_FIRST = re.compile(r".{0,20}?[0-9]")
_NAMED = re.compile(r"<[^<>\s]{3,254}@[^<>\s]{3,254}>:\Z")


@dataclass(frozen=True, slots=True)
class Words:
    """What the mail programs of one language write; all in lower case."""

    sender: frozenset[str]
    moment: frozenset[str]
    other: frozenset[str]
    verbs: tuple[str, ...]
    original: frozenset[str]
    forwarded: frozenset[str]
    subjects: frozenset[str]
    devices: tuple[str, ...]


@cache
def languages() -> tuple[Words, ...]:
    """Return the words of every language in ``quoting.toml``."""
    text = files("server.desk.mail.rules").joinpath("quoting.toml").read_text("utf-8")
    return tuple(_words(one) for one in tomllib.loads(text).values())


def _words(given: Mapping[str, Sequence[str]]) -> Words:
    return Words(
        frozenset(given["sender"]),
        frozenset(given["moment"]),
        frozenset(given["other"]),
        tuple(given["verbs"]),
        frozenset(given["original"]),
        frozenset(given["forwarded"]),
        frozenset(given["subjects"]),
        tuple(given["devices"]),
    )


def names_writer(lines: Sequence[str], at: int) -> int:
    """Return the line after one that names who wrote when, which may be wrapped; 0 if it does not.

    >>> names_writer(["On Mon, Nov 23, 2026 at 10:15 AM Ana Ruiz", "<ana@x.org> wrote:"], 0)
    2
    """
    if not any(digit.isdigit() for digit in lines[at][:_LONGEST]):
        return 0
    joined = ""
    for number, line in enumerate(lines[at : at + _WRAPPED], start=at + 1):
        bare = line.strip()
        joined = f"{joined} {bare}".strip()
        if not bare or len(joined) > _LONGEST:
            return 0
        if bare.endswith(":"):
            return number if _is_writer(joined.casefold()) else 0
    return 0


def _is_writer(line: str) -> bool:
    moment = _TIME.search(line), _YEAR.search(line)
    for words in languages():
        if any(moment) and line.endswith(words.verbs):
            return True
        # In German the verb may stand before the name, and before the moment.
        inner = tuple(f" {verb.rstrip(': ')} " for verb in words.verbs)
        if all(moment) and "@" in line and any(one in line for one in inner):
            return True
    # Gmail in Russian, Mail.ru and Yandex write a date and a name, and no verb.
    return all(moment) and bool(_DAY_FIRST.match(line)) and bool(_NAMED.search(line))


def is_original(line: str) -> bool:
    """Say whether a line stands over the letter that is answered: "-----Original Message-----"."""
    core = _core(line)
    return line.lstrip().startswith("---") and any(core in one.original for one in languages())


def is_forwarded(line: str) -> bool:
    """Say whether a line stands over a letter that is passed on."""
    core = _core(line)
    return bool(core) and any(
        core in one.forwarded and (line.lstrip().startswith("---") or core.endswith(":"))
        for one in languages()
    )


def is_passed_on(subject: str) -> bool:
    """Say whether a subject is of a letter that was passed on: "Fwd: printer"."""
    head, colon, _ = subject.partition(":")
    word = head.strip().casefold()
    return bool(colon) and any(word in one.subjects for one in languages())


def is_copied_header(lines: Sequence[str], at: int) -> bool:
    """Say whether a header begins here as Outlook copies it: sender, moment and one more line."""
    first = _label(lines[at])
    if not first or not any(first in one.sender for one in languages()):
        return False
    labels = {_label(line) for line in lines[at : at + _BLOCK]}
    return any(
        first in one.sender and labels & one.moment and labels & one.other for one in languages()
    )


def is_copied_line(line: str) -> bool:
    """Say whether a line is of a copied header, and names neither sender nor moment."""
    label = _label(line)
    return bool(label) and any(label in one.other for one in languages())


def names_device(line: str) -> bool:
    """Say whether a program added the line: "Sent from my iPhone"."""
    bare = line.strip().casefold()
    return len(bare) <= 120 and any(bare.startswith(one.devices) for one in languages())


def _core(line: str) -> str:
    return line.strip()[:120].strip("-_=* >").casefold()


def _label(line: str) -> str:
    label, colon, _ = line.strip()[: _LABEL + 8].partition(":")
    return label.strip(" *\t|").casefold() if colon else ""

"""Letters that came by mail, in the reader's words: what became of them, why, and what to do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.presenters.reader import Reader

#: What a list of letters can be about, in the order of its tabs.
STATES = ("held", "taken", "ignored", "dropped", "waiting")

_TONES = {"held": "warn", "taken": "good", "waiting": "accent"}


@dataclass(frozen=True)
class Why:
    """Why a letter was not taken in by itself, and what helps; both "" where there is nothing."""

    reason: str
    advice: str = ""


def state_texts(reader: Reader) -> dict[str, str]:
    """Return the words for what became of a letter, by its state."""
    return {
        "held": reader.gettext("held back"),
        "taken": reader.gettext("taken in"),
        "ignored": reader.gettext("not taken in"),
        "dropped": reader.gettext("dropped"),
        "waiting": reader.gettext("about to be read"),
    }


def state_tone(state: str) -> str:
    """Return the tone of the pill that shows what became of a letter."""
    return _TONES.get(state, "neutral")


def why_text(reason: str, reader: Reader) -> Why:
    """Return in words why a letter is held or ignored; a reason nobody knows stands for itself."""
    told = _held(reader) | _automatic(reader)
    return told.get(reason, Why(reason))


def _held(reader: Reader) -> dict[str, Why]:
    return {
        "stranger": Why(
            reader.gettext("nobody here has this address"),
            reader.gettext("Say who wrote it, or write them down as a new person."),
        ),
        "ambiguous": Why(
            reader.gettext("several people have this address"),
            reader.gettext("Say which of them wrote it."),
        ),
        "may_not": Why(
            reader.gettext("the sender may not open tickets here, or is no longer active"),
            reader.gettext("Take it in for somebody else, or drop it."),
        ),
        "unverified": Why(
            reader.gettext("the mail server does not vouch for the sender"),
            reader.gettext(
                "Anybody could have written this address. Ask the sender by another way before "
                "you take it in."
            ),
        ),
        "not_yours": Why(
            reader.gettext("it answers a ticket that the sender has no part in"),
            reader.gettext(
                "Perhaps a colleague was asked. Join it to the ticket, where the requester reads "
                "it, or open a ticket of its own."
            ),
        ),
        "unproven": Why(
            reader.gettext("it names a ticket without the proof that stands in our mails about it"),
            reader.gettext(
                "Perhaps the sender typed the reference. Ask them, then join it to the ticket."
            ),
        ),
        "too_many": Why(
            reader.gettext("the sender wrote too many letters in an hour"),
            reader.gettext("Perhaps a program writes. Take in what counts, and drop the rest."),
        ),
        "too_large": Why(
            reader.gettext("it is larger than we take"),
            reader.gettext("It lies in the mailbox still. Read it there."),
        ),
        "unreadable": Why(
            reader.gettext("nobody can say who sent it"),
            reader.gettext("Save the original and open it with a mail program."),
        ),
        "refused": Why(
            reader.gettext("the desk refused what it says, or a file of it"),
            reader.gettext("Save what is needed, and open a ticket by hand."),
        ),
        "failed": Why(
            reader.gettext("taking it in failed three times"),
            reader.gettext("Try again by hand; the sentence you then see says what is wrong."),
        ),
        "removed": Why(
            reader.gettext("its mailbox was removed before it was read"),
            reader.gettext("Take it in as what it is, or drop it."),
        ),
    }


def _automatic(reader: Reader) -> dict[str, Why]:
    return {
        "automatic": Why(
            reader.gettext("a program seems to have written it"),
            reader.gettext(
                "A person may have written over a mailing list. Read it, and take it in or drop it."
            ),
        ),
    }


def automatic_text(automatic: str, reader: Reader) -> str:
    """Return in words by what a letter is known as a program's; "" for a person's letter."""
    words = {
        "own": reader.gettext("we wrote it ourselves"),
        "bounce": reader.gettext("a mail of ours could not be delivered"),
        "auto-submitted": reader.gettext("a program answered, as with a note of absence"),
        "list": reader.gettext("it came over a mailing list"),
        "precedence": reader.gettext("it went to many at once"),
        "suppressed": reader.gettext("its sender wants no answers"),
    }
    return words.get(automatic, automatic)


def fault_texts(faults: Sequence[str], reader: Reader) -> list[str]:
    """Return in words what of a letter could not be read; a code nobody knows stands for itself."""
    words = {
        "unreadable": reader.gettext("No part of it could be read."),
        "too_deep": reader.gettext("Parts that lie too deep within others were left out."),
        "too_many_parts": reader.gettext("It has too many parts; the last were left out."),
        "too_many_headers": reader.gettext("Its head is too long; the last lines were left out."),
        "text_cut": reader.gettext("Its text was longer than is kept; the end was left out."),
        "charset": reader.gettext("Some signs could not be read."),
        "encoding": reader.gettext("Some parts are damaged."),
        "encrypted": reader.gettext("It is encrypted: nobody here can read what it says."),
        "signed": reader.gettext("It is signed; nobody looked whether the signature holds."),
        "tnef": reader.gettext("Outlook packed its files into winmail.dat."),
        "no_sender": reader.gettext("It names no sender."),
        "several_senders": reader.gettext("It names several senders."),
    }
    return [words.get(one, one) for one in faults]


def proof_lines(authentication: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (method, result) of what the mail server found out about a letter's sender.

    >>> proof_lines({"dkim": "pass", "dkim.domain": "example.org", "spf": "none"})
    [('DKIM', 'pass, example.org'), ('SPF', 'none')]
    """
    return [
        (method.upper(), ", ".join(filter(None, (result, authentication.get(f"{method}.domain")))))
        for method, result in authentication.items()
        if "." not in method
    ]


def security_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the ways in which a connection to a mailbox is guarded."""
    return [
        ("tls", reader.gettext("TLS from the first byte (port 993)")),
        ("starttls", reader.gettext("STARTTLS (port 143)")),
        ("plain", reader.gettext("nothing: password and letters go readable over the network")),
    ]


def sign_in_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the ways in which a mailbox signs in."""
    return [("password", reader.gettext("a password")), ("oauth", "OAuth 2")]


def grant_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of who asks for an access token."""
    return [
        ("client_credentials", reader.gettext("the application for itself")),
        ("refresh_token", reader.gettext("somebody who allowed it")),
    ]


def step_texts(reader: Reader) -> dict[str, str]:
    """Return the words for what failed as a mailbox was tried out."""
    return {
        "secret": reader.gettext("What failed: opening the secret that is kept here."),
        "token": reader.gettext("What failed: getting an access token."),
        "connect": reader.gettext("What failed: speaking with the mail server."),
        "sign_in": reader.gettext("What failed: signing in."),
        "folder": reader.gettext("What failed: opening the folder."),
    }


def stranger_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of what is done with a letter of somebody nobody knows."""
    return [
        ("hold", reader.gettext("hold it until somebody decides")),
        ("add", reader.gettext("write the sender down as a person, without a log-in")),
    ]


def trouble_text(told: str, reader: Reader) -> str:
    """Return in words why a mailbox could not be read; what nobody knows stands for itself."""
    for pattern, sentence in _troubles(reader):
        match = re.fullmatch(pattern, told, re.DOTALL)
        if match is not None:
            return sentence % match.groupdict()
    return told


def _troubles(reader: Reader) -> list[tuple[str, str]]:
    server = r"the mail server (?P<server>\S+)"
    return [
        *_token_troubles(reader, server),
        (
            rf"{server} is not among directory_networks",
            reader.gettext("%(server)s lies outside the networks of directory_networks."),
        ),
        (
            rf"the certificate of {server} is not trusted: (?P<why>.*)",
            reader.gettext("The certificate of %(server)s is not trusted: %(why)s"),
        ),
        (
            rf"{server} refused the user name or the password: (?P<why>.*)",
            reader.gettext("%(server)s refused the user name or the password: %(why)s"),
        ),
        (
            rf"{server} takes no other letters than ASCII in names and passwords",
            reader.gettext("%(server)s takes only Latin letters without accents as a password."),
        ),
        (
            rf"{server} has no folder (?P<folder>.+) that can be opened: (?P<why>.*)",
            reader.gettext("%(server)s has no folder “%(folder)s” that can be opened: %(why)s"),
        ),
        (
            rf"{server} cannot be reached: (?P<why>.*)",
            reader.gettext("%(server)s cannot be reached: %(why)s"),
        ),
        (
            rf"{server} broke off: (?P<why>.*)",
            reader.gettext("%(server)s broke off: %(why)s"),
        ),
        (
            rf"{server} does not answer as it should: (?P<why>.*)",
            reader.gettext("%(server)s does not answer as it should: %(why)s"),
        ),
    ]


def _token_troubles(reader: Reader, server: str) -> list[tuple[str, str]]:
    """Return the same for access tokens. What a server said stays in its own words."""
    gives = r"the token server (?P<server>\S+)"
    return [
        (
            rf"{server} takes no access token: it offers no XOAUTH2",
            reader.gettext("%(server)s takes no access tokens: it does not offer XOAUTH2."),
        ),
        (
            rf"{server} refused the access token: (?P<why>.*)",
            reader.gettext("%(server)s refused the access token: %(why)s"),
        ),
        (
            rf"{gives} refused: (?P<why>.*)",
            reader.gettext("The token server %(server)s refused: %(why)s"),
        ),
        (
            rf"{gives} answers (?P<status>\d+) without a usable token",
            reader.gettext("The token server %(server)s answers %(status)s, without a token."),
        ),
        (
            r"the token server cannot be asked: (?P<host>.*) leads to where .*",
            reader.gettext("The token server cannot be asked: %(host)s lies in a closed network."),
        ),
        (
            r"the token server cannot be asked: (?P<why>.*)",
            reader.gettext("The token server cannot be asked: %(why)s"),
        ),
        (
            r"no password is kept for this mailbox",
            reader.gettext("No password is kept. Edit the mailbox and type it in."),
        ),
        (
            r"no client secret is kept for this mailbox",
            reader.gettext("No client secret is kept. Edit the mailbox and type it in."),
        ),
        (
            r"no refresh token is kept for this mailbox",
            reader.gettext("No refresh token is kept. Edit the mailbox and type it in."),
        ),
    ]

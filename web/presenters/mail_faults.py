"""What is refused about mailboxes and letters, in the reader's language.

``web.presenters.faults`` asks these tables.
"""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return the reader's words for whole sentences."""
    return {
        "must be one e-mail address": reader.gettext("Type one e-mail address."),
        "must be the name or the address of a server, without a port": reader.gettext(
            "Type the name of the server alone; the port has a field of its own."
        ),
        "is needed to sign in by OAuth 2": reader.gettext("OAuth 2 needs this."),
        "is not used by this way to sign in": reader.gettext(
            "This way to sign in does not use it; leave it empty."
        ),
        "the letter holds neither words nor files": reader.gettext(
            "The letter holds neither words nor files."
        ),
        "must be certificates as PEM text": reader.gettext(
            "Paste certificates as PEM text: it begins with -----BEGIN CERTIFICATE-----."
        ),
        "must be another folder than the one that is looked at": reader.gettext(
            "Choose another folder than the one that is looked at."
        ),
        "asks when it happened, which no letter says": reader.gettext(
            "This category asks when it happened, which no letter says. Choose another one."
        ),
        "the mailbox is switched off": reader.gettext("The mailbox is switched off."),
        "give a person, or the name of somebody new": reader.gettext(
            "Choose who wrote it, or say how the new person is called."
        ),
        "tick the letters first": reader.gettext("Tick the letters first."),
        "the letter itself is not here: it was too large, or is gone": reader.gettext(
            "The letter itself is not here: it was too large, or is gone."
        ),
    }


def patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return (pattern, words) for sentences that hold values."""
    return (
        (
            r"there are (?P<number>\d+) mailboxes already",
            reader.gettext("There are %(number)s mailboxes already; more cannot be connected."),
        ),
        (
            (
                r"Must be greater than or equal to (?P<low>\d+)"
                r" and less than or equal to (?P<high>\d+)\."
            ),
            reader.gettext("This takes a number from %(low)s to %(high)s."),
        ),
        (
            r"the letter is \w+ already",
            reader.gettext("Somebody has decided about this letter already."),
        ),
    )

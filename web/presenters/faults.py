"""What is wrong with a field, in the reader's language.

The desk says it in English, for programs too; a form shows the same sentence in the reader's words.
A sentence that is not known here is shown as it came.
"""

import re

from web.presenters import (
    catalogue_faults,
    change_faults,
    desk_faults,
    mail_faults,
    people_faults,
    refusals,
    register_faults,
)
from web.presenters.reader import Reader

_OF_A_LIST = re.compile(r"value (\d+) of the list: (.*)", re.DOTALL)


def fault_text(fault: str, reader: Reader) -> str:
    """Return a fault in the reader's language.

    >>> from datetime import UTC, datetime
    >>> told = Reader("en", UTC, datetime.now(UTC), str.upper, lambda one, many, n: many)
    >>> fault_text("must not be empty", told)
    'PLEASE FILL THIS IN.'
    """
    whole = _sentences(reader).get(fault)
    if whole is not None:
        return whole
    if listed := _OF_A_LIST.fullmatch(fault):
        told = reader.gettext("Value %(number)s of the list: %(fault)s")
        return told % {"number": listed[1], "fault": fault_text(listed[2], reader)}
    for pattern, sentence in (
        *_patterns(reader),
        *change_faults.patterns(reader),
        *desk_faults.patterns(reader),
        *mail_faults.patterns(reader),
        *catalogue_faults.patterns(reader),
        *refusals.patterns(reader),
    ):
        match = re.fullmatch(pattern, fault, re.DOTALL)
        if match is not None:
            return sentence % match.groupdict()
    return fault


def _sentences(reader: Reader) -> dict[str, str]:
    return {
        **refusals.sentences(reader),
        **register_faults.sentences(reader),
        **change_faults.sentences(reader),
        **desk_faults.sentences(reader),
        **mail_faults.sentences(reader),
        **catalogue_faults.sentences(reader),
        **people_faults.sentences(reader),
        "must not be empty": reader.gettext("Please fill this in."),
        "must not be null": reader.gettext("Please fill this in."),
        "must not lie in the future": reader.gettext("This must not lie in the future."),
        "must not lie in the past": reader.gettext("This must not lie in the past."),
        "must be one of the affected items": reader.gettext("Choose one of the affected items."),
        "say why": reader.gettext("Say why, so that the author knows what to mend."),
        "say why the graph's suggestion does not fit": reader.gettext(
            "Say why the suggestion of the graph does not fit."
        ),
        "say which organisation it belongs to": reader.gettext("Choose an organisation."),
        "is needed for approval": reader.gettext("This is needed before approval is asked for."),
        "has passed": reader.gettext("This time has passed already."),
        "name the items that are touched": reader.gettext("Name the items that are touched."),
        "a window has a start and an end": reader.gettext("A window has a start and an end."),
        "must be later than window_start": reader.gettext("The end must be later than the start."),
        **_conflicts(reader),
        **_foreign_agents(reader),
    }


def _foreign_agents(reader: Reader) -> dict[str, str]:
    return {
        "an agent of this name is known already; revoke that one first": reader.gettext(
            "An agent of this name is known already; revoke that one first."
        ),
        "must be 2 to 63 small letters, digits and hyphens": reader.gettext(
            "Use 2 to 63 small letters, digits and hyphens."
        ),
        "only who proves itself can be admitted unseen": reader.gettext(
            "Only who proves itself can be admitted unseen."
        ),
    }


def _conflicts(reader: Reader) -> dict[str, str]:
    return {
        "it was changed after you opened the form": reader.gettext(
            "What you wrote is kept below, and beside it what the other person saved."
        ),
        "the change was edited after you read it; read it again": reader.gettext(
            "The change was edited while you read it. Read it again before you decide."
        ),
        "the author of a change cannot approve it": reader.gettext(
            "You planned this change, so it is for somebody else to approve it."
        ),
        "who carries out a change cannot approve it": reader.gettext(
            "You carry this change out, so it is for somebody else to approve it."
        ),
        "nobody but its author and implementer could approve this change": reader.gettext(
            "Only its author and implementer could approve it. Give an item an owner, or another"
            " person the role of a change manager."
        ),
        **_identity(reader),
        "this has been decided already": reader.gettext("This has been decided already."),
        "you were not asked; name the approval you decide in somebody's place": reader.gettext(
            "You were not asked. Choose in whose place you decide."
        ),
        "the approved window is not open; edit the window and ask again": reader.gettext(
            "The approved window is not open now. Move the window and ask for approval again."
        ),
        "a change without a window cannot start": reader.gettext(
            "A change without a window cannot start."
        ),
    }


def _identity(reader: Reader) -> dict[str, str]:
    return {
        "somebody has decided this already": reader.gettext("This has been decided already."),
        "an item cannot be merged with itself": reader.gettext("Choose another item."),
        "choose an item": reader.gettext("Choose another item."),
        "one of them has been merged already": reader.gettext(
            "One of the two has been merged already."
        ),
        "one of them stands inside the other": reader.gettext(
            "One of the two stands inside the other."
        ),
        "the other item was changed after you read it; look at it again": reader.gettext(
            "The other item was changed meanwhile. Look at it again."
        ),
        "name at least one source that speaks of another item": reader.gettext(
            "Tick at least one source."
        ),
        "at least one source must stay": reader.gettext("At least one source must stay."),
        "is no value of this kind, or identifies nobody already": reader.gettext(
            "This is no value of this kind, or it identifies nobody already."
        ),
        "must be a MAC address, or its first three bytes at least": reader.gettext(
            "Give a MAC address, or at least its first three bytes."
        ),
    }


def _patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    return (
        (r"must be one of (?P<list>.+)", reader.gettext("Choose one of the list.")),
        (r"is needed to become \w+", reader.gettext("This step needs it.")),
        (
            r"must not be longer than (?P<length>\d+)",
            reader.gettext("At most %(length)s characters fit."),
        ),
        (
            r"must not name more than (?P<number>\d+) items",
            reader.gettext("At most %(number)s items fit."),
        ),
        (
            r"a ticket names at most (?P<number>\d+) items",
            reader.gettext("At most %(number)s items fit."),
        ),
        (
            r"you may not write on item \d+",
            reader.gettext("You may read this item, and not write on it."),
        ),
        (
            r"there is no (?:model|supplier|contract) \d+",
            reader.gettext("This does not exist any more, or you may not see it."),
        ),
        (
            r"there is no (?:active )?(?:person|group|item|organisation) \d+(?: that .+)?",
            reader.gettext("This does not exist any more, or you may not see it."),
        ),
        (r"there are only (?P<number>\d+)", reader.gettext("Only %(number)s are there.")),
        (
            r"the graph has changed: (?P<number>\d+) services would suffer more.+",
            reader.gettext(
                "More would suffer now than was approved (services: %(number)s)."
                " Take the change back to assessment."
            ),
        ),
        (
            r"the ticket is \w+; reopen it first",
            reader.gettext("The ticket is no longer open. Reopen it first."),
        ),
        (
            r"a change that is '\w+' cannot be edited",
            reader.gettext("In this state the plan of a change can no longer be edited."),
        ),
        (
            r"an? \w+ that is '\w+' cannot become '\w+'",
            reader.gettext("Somebody may have moved it meanwhile."),
        ),
        (
            r"this needs the permission (?P<permission>\S+)",
            reader.gettext("This needs the right “%(permission)s”."),
        ),
    )

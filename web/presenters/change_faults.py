"""What stands against a step of a change, in the reader's language."""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return the sentences of the desk that stand for themselves."""
    return {
        "this link has been used": reader.gettext("This link has been used."),
        "this is no longer yours to decide": reader.gettext("This is no longer yours to decide."),
        "this link has expired": reader.gettext("This link has expired."),
        "what this link was made for has been edited or decided since": reader.gettext(
            "What this link was made for has been edited or decided since."
        ),
        "this has been decided already": reader.gettext("This has been decided already."),
        "you have answered here already, and each head counts once": reader.gettext(
            "You have answered here already, and each head counts once. Somebody else must agree."
        ),
        "must be later than starts_at": reader.gettext("The end must be later than the start."),
        "the approved window is not open; edit the window and ask again": reader.gettext(
            "The approved window is not open. Edit the window and ask again."
        ),
        "the window is not over yet": reader.gettext("The window is not over yet."),
        "nothing is planned for the register": reader.gettext(
            "Nothing is planned for the register."
        ),
        "a task before this one is not done yet": reader.gettext(
            "A task before this one is not done yet."
        ),
        "name a person or a group, and not both": reader.gettext(
            "Name a person or a group, and not both."
        ),
        "a change that was not carried out has nothing to verify": reader.gettext(
            "A change that was not carried out has nothing to verify."
        ),
        "what was planned is in the register already": reader.gettext(
            "What was planned is in the register already."
        ),
        "you may not change this item, and nobody who may has agreed to it": reader.gettext(
            "You may not change this item, and nobody who may has agreed to it. Hand it over."
        ),
        "may not write this into the register either": reader.gettext(
            "This person could not write it either. Choose somebody else."
        ),
        "this holds no longer already": reader.gettext("This holds no longer already."),
        **_rules(reader),
    }


def _rules(reader: Reader) -> dict[str, str]:
    return {
        "is needed: changes are approved by it": reader.gettext(
            "This is needed: changes are approved by it."
        ),
        "the author of a template cannot approve it": reader.gettext(
            "You wrote this template, so it is for somebody else to approve it."
        ),
        "name an item or a class, and not both": reader.gettext(
            "Name an item or a class, and not both."
        ),
        "a quorum is one of a group": reader.gettext("Choose a group: a quorum is one of a group."),
        **_releases(reader),
        "there is no colleague with this address": reader.gettext(
            "There is no colleague with this address."
        ),
        "must be somebody else": reader.gettext("Choose somebody else."),
        "this was decided at the meeting": reader.gettext("This was decided at the meeting."),
        "the minutes of this meeting are closed": reader.gettext(
            "The minutes of this meeting are closed."
        ),
    }


def _releases(reader: Reader) -> dict[str, str]:
    return {
        "a release with changes in it stays": reader.gettext(
            "A release with changes in it stays. Take them out first."
        ),
        "this change belongs to another release already": reader.gettext(
            "This change belongs to another release already."
        ),
        "a change that is over joins no release": reader.gettext(
            "A change that is over joins no release."
        ),
        "this change is not in the release": reader.gettext("This change is not in the release."),
        "a change that is over stays in its release": reader.gettext(
            "A change that is over stays in its release."
        ),
        "name the software, or choose an attribute": reader.gettext(
            "Name the software, or choose an attribute."
        ),
    }


def patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return (pattern, sentence) of those that hold a number or a name."""
    return (
        (r"a freeze forbids it: (?P<names>.+)", reader.gettext("A freeze forbids it: %(names)s.")),
        (
            r"it would collide with: (?P<names>.+)",
            reader.gettext("It would collide with %(names)s."),
        ),
        (
            r"(?P<number>\d+) changes collide; .+",
            reader.gettext("It collides with other changes (%(number)s)."),
        ),
        (
            r"there is no attribute .+ that is a version",
            reader.gettext("There is no such attribute that holds a version."),
        ),
        (
            r"differs? from the template; make it a normal change",
            reader.gettext("This differs from the template. Make it a normal change."),
        ),
        (
            r"(?P<who>.+) asks (?P<needed>\d+) to agree, but only (?P<number>\d+) .+ may",
            reader.gettext("%(who)s asks %(needed)s to agree, but only %(number)s may."),
        ),
    )

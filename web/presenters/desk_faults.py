"""What the desk refuses about tickets and what belongs to them, in the reader's language.

``web.presenters.faults`` asks these tables.
"""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return the reader's words for whole sentences."""
    return {
        "the item has no address that could be asked": reader.gettext(
            "This item has no known address that could be asked."
        ),
        "discovery keeps no credential for it": reader.gettext(
            "Discovery keeps no SNMP credential for its address: no range holds it that is swept"
            " from there, and nothing fitted it before."
        ),
        "must be an address of the item": reader.gettext("Choose one of the item's own addresses."),
        "too many checks wait already; try again in a minute": reader.gettext(
            "Too many checks wait already. Try again in a minute."
        ),
        "no agent that takes orders reports this item": reader.gettext(
            "No agent that takes orders reports this item."
        ),
        "must be another ticket": reader.gettext("Choose another ticket."),
        "it has another parent already; take that link back first": reader.gettext(
            "It is part of another ticket already. Take that link back first."
        ),
        "would make the ticket its own ancestor": reader.gettext(
            "That would make the ticket a part of itself."
        ),
        "a step that was done stays as a record": reader.gettext(
            "A step that was done stays as a record."
        ),
        "the rule matches this case, and should not": reader.gettext(
            "The rule matches this case, and should not."
        ),
        "the rule does not match this case, and should": reader.gettext(
            "The rule does not match this case, and should."
        ),
        "say what the rule gives: a group, a person, a priority or skills": reader.gettext(
            "Say what the rule gives: a group, a person, a priority or skills."
        ),
        "the group has no shifts yet": reader.gettext("The group has no shifts yet."),
        "must be numbers with commas between them": reader.gettext(
            "Type numbers with commas between them."
        ),
        "must be a member of the group": reader.gettext("Choose a member of the group."),
        "must not be earlier than first_day": reader.gettext(
            "This day must not be earlier than the first."
        ),
        "somebody stands in on one of these days already": reader.gettext(
            "Somebody stands in on one of these days already."
        ),
        "must be *, or numbers with commas between them": reader.gettext(
            "Type *, or numbers with commas between them."
        ),
        "must be lower-case letters, digits and _, a letter first": reader.gettext(
            "Type lower-case letters, digits and _, a letter first."
        ),
        "is the code of another skill": reader.gettext("Another skill has this code."),
        "is the name of another skill": reader.gettext("Another skill has this name."),
        "a group still wants this skill": reader.gettext("A group still wants this skill."),
        "a rule still wants this skill": reader.gettext("A rule still wants this skill."),
        'must be a list of spans as "09:00-17:00"': reader.gettext(
            "Hours are written 09:00-17:00."
        ),
        "spans must follow each other": reader.gettext("Hours must follow each other."),
        "must hold working hours on some day": reader.gettext("Give hours on some day at least."),
        "must be the name of a time zone, as Europe/Madrid": reader.gettext(
            "Type the name of a time zone, such as Europe/Madrid."
        ),
        "must hold letters or digits": reader.gettext("This must hold letters or digits."),
        "must name every rule once": reader.gettext("Every rule must be named once."),
        "say what it is about, or tell everybody": reader.gettext(
            "Say what it is about, or tell everybody."
        ),
        "what is over is not written anew": reader.gettext("It is over and stays as it was told."),
        "only what is published and not over is told more of": reader.gettext(
            "Only what is published and not over is told more of."
        ),
        "say what the macro does": reader.gettext("Say what the macro does."),
        "must lie within ten years": reader.gettext("This must lie within ten years."),
        "name an item or a class, not both": reader.gettext("Name an item or a class, not both."),
        "say who is away": reader.gettext("Say who is away."),
        "has it already; choose another group": reader.gettext(
            "This group has it already. Choose another one."
        ),
        "say under which number the supplier keeps it": reader.gettext(
            "Say under which number the supplier keeps it."
        ),
        "must be whole numbers": reader.gettext("Type whole numbers."),
        "is for what a supplier said": reader.gettext("This is for what a supplier said."),
        "no supplier has the ticket now": reader.gettext("No supplier has the ticket now."),
        "no supplier had the ticket then": reader.gettext(
            "No supplier had the ticket at that time."
        ),
        "it was not handed over, or somebody has accepted it already": reader.gettext(
            "It was not handed over, or somebody has accepted it already."
        ),
        "a ticket that waits for a group is open": reader.gettext(
            "A ticket that waits for a group is open."
        ),
        "must be a list of words": reader.gettext("This must be a list of words."),
        "say what shows it": reader.gettext("Say what shows it."),
        "the problem and its tickets name no such item": reader.gettext(
            "The problem and its tickets name no such item."
        ),
        "say how to live with it before others are told": reader.gettext(
            "Say how to live with it before others are told."
        ),
        "name a ticket or an item, not both": reader.gettext(
            "Name a ticket or an item, and not both."
        ),
        "say what is to be done to them": reader.gettext("Say what is to be done to them."),
        "has no steps": reader.gettext("It has no steps."),
        "the ticket is still open; it can be rated once it is solved": reader.gettext(
            "It can be rated once it is solved."
        ),
        "the promise is not missed": reader.gettext("The promise is not missed."),
        "it must end after it began": reader.gettext("It must end after it began."),
        "give percent, longest_minutes or both": reader.gettext(
            "Give percent, longest_minutes or both."
        ),
        "must be no kind that stands for a failure": reader.gettext(
            "Choose a kind that stands for no failure: its ticket would keep the service down."
        ),
        "must be a time of day": reader.gettext("A time of day is written 08:00."),
        "quiet hours have a beginning and an end": reader.gettext(
            "Quiet hours have a beginning and an end."
        ),
        "is empty": reader.gettext("The file is empty."),
        "choose a file first": reader.gettext("Choose a file first."),
        "must be minutes, or hours and minutes as 1:30": reader.gettext(
            "Type minutes, or hours and minutes as 1:30."
        ),
        "must be a number": reader.gettext("This must be a number."),
        "must be one line": reader.gettext("This must be one line."),
        "cannot be prepared": reader.gettext("A template cannot hold this."),
        "there are tickets in it": reader.gettext("There are tickets in this state."),
        "there are tickets of it": reader.gettext("There are tickets of this kind."),
        "cannot change while tickets are in it": reader.gettext(
            "This cannot change while tickets are in this state."
        ),
    }


def patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return (regular expression, the reader's words with its named groups)."""
    return (
        (
            r"there is no template .*",
            reader.gettext("Choose a template."),
        ),
        (
            r"there is no ticket (?P<reference>.+)",
            reader.gettext("There is no ticket %(reference)s, or you may not see it."),
        ),
        (
            r"(?P<reference>\S+) is \S+; only open tickets are handed over",
            reader.gettext("%(reference)s is not open any more."),
        ),
        (
            r"name 1 to (?P<number>\d+) tickets",
            reader.gettext("Select 1 to %(number)s tickets."),
        ),
        (
            r"a ticket carries at most (?P<number>\d+) files",
            reader.gettext("A ticket carries at most %(number)s files."),
        ),
        (
            r"at most (?P<number>\d+) answers lead to a root",
            reader.gettext("At most %(number)s answers fit."),
        ),
        (
            r"(?P<reference>\S+) is not open any more",
            reader.gettext("%(reference)s is not open any more."),
        ),
        (
            r"there are (?P<number>\d+) rules already",
            reader.gettext("There are %(number)s rules already."),
        ),
        (
            r"there are (?P<number>\d+) stand-ins already",
            reader.gettext("There are %(number)s stand-ins already."),
        ),
        (
            r"there is no skill (?P<skill>.+)",
            reader.gettext("There is no skill %(skill)s."),
        ),
        (
            r"a level must be from (?P<least>\d+) to (?P<most>\d+)",
            reader.gettext("Levels go from %(least)s to %(most)s."),
        ),
        (
            r"(?P<span>\S+) is no span within one day",
            reader.gettext("%(span)s is no span of hours within one day."),
        ),
        (
            r"must be a list of at most (?P<number>\d+)",
            reader.gettext("At most %(number)s fit."),
        ),
        (
            r"must not be larger than (?P<size>\d+) MB",
            reader.gettext("At most %(size)s MB fit."),
        ),
        (
            r"must have 1 to (?P<length>\d+) characters",
            reader.gettext("This takes 1 to %(length)s characters."),
        ),
        (
            r"must not lie more than (?P<days>\d+) days back",
            reader.gettext("This lies too far back."),
        ),
        (
            r"a ticket has at most (?P<number>\d+) steps",
            reader.gettext("A ticket has at most %(number)s steps."),
        ),
        (
            r"(?P<reference>\S+) is \w+; only open tickets are merged",
            reader.gettext("%(reference)s is not open; only open tickets are merged."),
        ),
        (r"must be a moment, as .*", reader.gettext("Give a date and a time.")),
        (r"must be a date, as .*", reader.gettext("A date is written 2025-01-31.")),
        (
            r"the category .* does not ask for it",
            reader.gettext("The category does not ask for this."),
        ),
    )

"""What is wrong with a query of the item list, in the reader's words."""

import re
from typing import Any

from web.presenters.reader import Reader


def query_fault_text(fault: Any, reader: Reader) -> str:
    """Return a fault (cmdb QueryFault) as a sentence that names the word and where it stands."""
    why = _told(fault.why, reader)
    if not fault.word:
        return why
    named = {"word": fault.word[:60], "place": fault.at + 1, "why": why}
    return reader.gettext("“%(word)s” (character %(place)s): %(why)s") % named


def _told(why: str, reader: Reader) -> str:
    main, _, near = why.partition("; did you mean ")
    said = _sentence(main, reader)
    if near:
        said += " " + reader.gettext("Did you mean %(word)s?") % {"word": near.rstrip("?")}
    return said


def _sentence(why: str, reader: Reader) -> str:
    for pattern, sentence in _patterns(reader):
        if found := re.fullmatch(pattern, why, re.DOTALL):
            return sentence % found.groupdict()
    return why


def _patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    gettext = reader.gettext
    return (
        (
            r"(?P<field>\S+) has no past to ask a list for",
            gettext("Nobody knows how %(field)s was then; leave it out."),
        ),
        (
            r"a word alone has no past: .*",
            gettext("Say what this is: write name: or serial: before it."),
        ),
        (
            r"(?P<field>\S+) came and went too often, or too much at once, on (?P<items>\d+) .*",
            gettext(
                "%(field)s changed so often, or so much at once, around then that not all of it was"
                " written down for %(items)s items: ask for another moment, or narrow the list."
            ),
        ),
        (
            r"more than (?P<most>\d+) differences were recorded since then; .*",
            gettext(
                "More than %(most)s differences were recorded since then: narrow the list by class,"
                " stage, tier, organisation or name, or ask for a later moment."
            ),
        ),
        (r"there is no such relation", gettext("There is no such relation.")),
        (r"there is no such class", gettext("There is no such class.")),
        (r"nothing is called that", gettext("Nothing is called that.")),
        (r"this attribute cannot be searched", gettext("This attribute cannot be searched.")),
        (r"a value was expected after it", gettext("A value is missing after it.")),
        (
            r"the query ends where a condition was expected",
            gettext("The query ends where a condition was expected."),
        ),
        (r"a condition was expected here", gettext("A condition was expected here.")),
        (r"its closing parenthesis is missing", gettext("Its closing parenthesis is missing.")),
        (
            r"there is no opening parenthesis for it",
            gettext("There is no opening parenthesis for it."),
        ),
        (r"the closing quote is missing", gettext("The closing quote is missing.")),
        (r"this sign has no meaning here", gettext("This sign has no meaning here.")),
        (
            r"expected a whole number from (?P<low>\S+) to (?P<high>\S+)",
            gettext("Expected a whole number from %(low)s to %(high)s."),
        ),
        (
            r"expected an age such as .*",
            gettext("Expected an age such as 7d, 12h or 3mo, or a date such as 2026-01-31."),
        ),
        (r"expected one of (?P<words>[^;]+)(; got .*)?", gettext("Expected one of %(words)s.")),
        (
            r"(?P<field>\S+) cannot be asked with (?P<sign>\S+); it takes (?P<signs>.+)",
            gettext("%(field)s cannot be asked with %(sign)s; it takes %(signs)s"),
        ),
        (r"parentheses and not are nested too deep", gettext("This is nested too deep.")),
        (r"there are more than \d+ conditions", gettext("These are too many conditions.")),
        (r"the query has more than \d+ characters", gettext("The query is too long.")),
    )

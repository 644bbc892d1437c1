"""What is wrong with a rule of derivation, in the reader's language.

``cmdb.engine.derivation`` says it in English, with the line first where the rule came as text.
"""

import re
from collections.abc import Callable

from web.presenters.reader import Reader

_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)


def rule_fault_text(fault: str, reader: Reader) -> str:
    """Return a fault in the reader's words; one that nobody has words for as it is."""
    line = _LINE.fullmatch(fault)
    said = _told(line[2] if line else fault, reader)
    return (
        reader.gettext("line %(line)s: %(fault)s") % {"line": line[1], "fault": said}
        if line
        else said
    )


def _told(fault: str, reader: Reader) -> str:
    for pattern, sentence in _sentences(reader.gettext):
        if found := re.fullmatch(pattern, fault):
            return sentence % found.groupdict()
    return fault


def _sentences(gettext: Callable[[str], str]) -> list[tuple[str, str]]:
    return [*_values(gettext), *_names(gettext), *_rules(gettext)]


def _values(gettext: Callable[[str], str]) -> list[tuple[str, str]]:
    return [
        (r"must not be empty|is required", gettext("this is missing")),
        (r"is not a known field", gettext("this field is not known")),
        (r"must be one of (?P<words>.+)", gettext("this must be one of %(words)s")),
        (
            r"must be a text of at most (?P<most>\d+) characters",
            gettext("this must be a text of at most %(most)s characters"),
        ),
        (
            r"must be a whole number from (?P<low>\S+) to (?P<high>\S+)",
            gettext("this must be a whole number from %(low)s to %(high)s"),
        ),
        (
            r"must be a number from (?P<low>\S+) to (?P<high>\S+)",
            gettext("this must be a number from %(low)s to %(high)s"),
        ),
        (r"must be true or false", gettext("this must be true or false")),
        (r"must be a list of at most \d+ texts", gettext("this must be a list of texts")),
        (r"must hold texts of .+", gettext("this must hold texts of 1 to 255 characters")),
        (r"must be a table.*", gettext("this must be a table")),
    ]


def _names(gettext: Callable[[str], str]) -> list[tuple[str, str]]:
    return [
        (r"there is no class '(?P<code>.*)'", gettext("there is no class %(code)s")),
        (
            r"there is no relationship type '?(?P<code>.*?)'?",
            gettext("there is no relationship type %(code)s"),
        ),
        (r"there is no attribute '(?P<code>.*)'", gettext("there is no attribute %(code)s")),
        (
            r"must be 2 to 63 lower-case .*",
            gettext("this takes 2 to 63 lower-case letters, digits and underscores"),
        ),
    ]


def _rules(gettext: Callable[[str], str]) -> list[tuple[str, str]]:
    return [
        (r"must give at least the English name", gettext("the English name is missing")),
        (
            r"(?P<evidence>\w+) knows no such option",
            gettext("this is no option of the evidence %(evidence)s"),
        ),
        (r"needs a group", gettext("this needs a group")),
        (
            r"(?P<type>\w+) has no impact, so it cannot join a group",
            gettext("%(type)s has no impact, so it cannot join a group"),
        ),
        (
            r"(?P<type>\w+) joins none of these classes",
            gettext("%(type)s joins none of these classes"),
        ),
        (
            r"must hold exactly one rule, not (?P<number>\d+)",
            gettext("write exactly one rule here; these are %(number)s"),
        ),
        (
            r"the rule must stay \[(?P<code>.*)\]; .*",
            gettext("the rule keeps its code %(code)s; write another one as a new rule"),
        ),
    ]

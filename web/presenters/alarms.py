"""Rules of alarms and alarms in the reader's words."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.desk.alarms.rules.values import AlarmRule
from web.presenters.reader import Reader


def signal_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the sorts of trouble, as people choose among them."""
    return [
        ("silent_agent", reader.gettext("An agent is silent (hours)")),
        ("unreachable", reader.gettext("A device does not answer (sweeps in a row)")),
        ("trap", reader.gettext("A device announces something (times)")),
        ("port_down", reader.gettext("A port is down (minutes)")),
        ("disk", reader.gettext("A disk is gone, or a file system can only be read")),
        ("certificate", reader.gettext("A certificate expires (days left)")),
        ("filesystem", reader.gettext("A file system is full (percent)")),
        ("service_level", reader.gettext("A promise about a service runs out (percent used up)")),
    ]


def rule_name(rule: AlarmRule, reader: Reader) -> str:
    """Return a rule's name; a shipped one that kept its name has it in the reader's language."""
    return rule.labels.get(reader.language, rule.name)


def when_text(rule: AlarmRule, classes: Mapping[str, str], reader: Reader) -> str:
    """Return what a rule is about, in a few words."""
    told = {"number": f"{rule.threshold:g}"}
    said = {
        "silent_agent": reader.gettext("silent for %(number)s hours"),
        "unreachable": reader.gettext("missed by %(number)s sweeps in a row"),
        "trap": reader.gettext("announced %(number)s times"),
        "port_down": reader.gettext("down for %(number)s minutes"),
        "disk": reader.gettext("gone, or read-only"),
        "certificate": reader.gettext("%(number)s days left"),
        "filesystem": reader.gettext("%(number)s %% full"),
        "service_level": reader.gettext("%(number)s %% used up"),
    }
    parts = [said[rule.signal] % told]
    parts.append(", ".join(classes.get(code, code) for code in rule.class_codes))
    if rule.worst_tier is not None:
        parts.append(reader.gettext("tier %(tier)s or better") % {"tier": rule.worst_tier})
    parts.append(", ".join(rule.words))
    if rule.not_words:
        parts.append(reader.gettext("not %(words)s") % {"words": ", ".join(rule.not_words)})
    return " · ".join(part for part in parts if part)


def part_text(signal: str, subject: str, measure: float, reader: Reader) -> str:
    """Return a part of an item with how bad it is."""
    told = {"number": f"{measure:g}"}
    said = {
        "silent_agent": reader.gettext("%(number)s hours"),
        "unreachable": reader.gettext("%(number)s sweeps"),
        "trap": reader.gettext("%(number)s times"),
        "port_down": reader.gettext("%(number)s minutes"),
        "certificate": reader.gettext("%(number)s days left"),
        "filesystem": reader.gettext("%(number)s %% full"),
        "service_level": reader.gettext("%(number)s %% used up"),
    }.get(signal, "")
    return ": ".join(part for part in (subject, said % told if said else "") if part)


def parts_text(signal: str, parts: Sequence[Any], reader: Reader, most: int = 3) -> str:
    """Return the first parts of an alarm in words, and how many there are besides."""
    told = [part_text(signal, str(subject), measure, reader) for subject, measure in parts[:most]]
    more = len(parts) - most
    return ", ".join(told) + (f" … +{more}" if more > 0 else "")


def typed_words(text: str) -> list[str]:
    """Return the words of an input into which several are typed, with commas between them.

    >>> typed_words("/var, /home,,/var")
    ['/var', '/home']
    """
    return list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))

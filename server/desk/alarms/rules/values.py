"""What a rule of alarms is, what it looks at, and what trouble is, as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """A sort of trouble, and what its measure means for a rule's ``threshold``.

    ``below``: the smaller the measure, the worse (days that are left); otherwise the larger.
    """

    code: str
    threshold: float
    lowest: float
    highest: float
    below: bool = False


#: measure: announcements within the quiet hours · minutes a port is down · sweeps in a row without
#: an answer · hours of silence · none · days until the end · percent of the space in use · percent
#: of what is allowed to a service in a month.
SIGNALS: Mapping[str, Signal] = {
    one.code: one
    for one in (
        Signal("trap", 1, 1, 10_000),
        Signal("port_down", 5, 0, 100_000),
        Signal("unreachable", 2, 1, 50),
        Signal("silent_agent", 48, 1, 100_000),
        Signal("disk", 0, 0, 0),
        Signal("certificate", 21, 0, 3650, below=True),
        Signal("filesystem", 95, 1, 100),
        Signal("service_level", 75, 1, 1_000),
    )
}


@dataclass(frozen=True, slots=True)
class Example:
    """A case kept with a rule: whether the rule fits it is checked whenever it is saved."""

    name: str
    class_code: str = ""
    tier: int | None = None
    subject: str = ""
    measure: float = 0
    fits: bool = True


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """Which trouble becomes which ticket.

    ``words`` and ``not_words`` are what the subject (a mount point, a port, the name of a
    certificate) must or must not hold. ``worst_tier``: items of this criticality or a more
    critical one. ``most_open``: so many tickets of this rule are open at once, at most.
    """

    code: str
    name: str
    signal: str
    threshold: float
    enabled: bool = False
    class_codes: tuple[str, ...] = ()
    organisation_id: int | None = None
    worst_tier: int | None = None
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    kind: str = "incident"
    category: str = ""
    urgency: str = "medium"
    priority: int | None = None
    group_id: int | None = None
    resolves: bool = True
    reopen_hours: int = 24
    quiet_hours: int = 4
    most_open: int = 50
    examples: tuple[Example, ...] = ()
    #: The name in other languages, of a shipped rule.
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_history(self) -> bool:
        """Say whether what it looks at is told by events, rather than by how things stand."""
        return self.signal in ("trap", "port_down", "disk", "unreachable")


@dataclass(frozen=True, slots=True)
class Facts:
    """Of an item in trouble: its class with those above it, its organisation likewise, its tier."""

    class_codes: frozenset[str] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """How long something was wrong with a part of an item; ``ends_at`` None: it still is.

    ``moments``: when that was told, each a repetition that counts.
    """

    item_id: int
    subject: str
    begins_at: datetime
    ends_at: datetime | None = None
    measure: float = 0
    moments: tuple[datetime, ...] = ()


def fits(rule: AlarmRule, facts: Facts, subject: str, measure: float) -> bool:
    """Say whether trouble is what a rule is about.

    >>> full = AlarmRule("full", "Full", "filesystem", 95, not_words=("/boot",))
    >>> fits(full, Facts(), "/var", 97), fits(full, Facts(), "/boot", 99)
    (True, False)
    """
    if not bad_enough(rule, measure):
        return False
    if rule.class_codes and facts.class_codes.isdisjoint(rule.class_codes):
        return False
    if rule.organisation_id is not None and rule.organisation_id not in facts.organisation_ids:
        return False
    if rule.worst_tier is not None and (facts.tier is None or facts.tier > rule.worst_tier):
        return False
    told = subject.casefold()
    if rule.words and not any(word.casefold() in told for word in rule.words):
        return False
    return not any(word.casefold() in told for word in rule.not_words)


def bad_enough(rule: AlarmRule, measure: float) -> bool:
    """Say whether a measure has reached the rule's threshold."""
    if SIGNALS[rule.signal].below:
        return measure <= rule.threshold
    return measure >= rule.threshold


def broken_examples(
    rule: AlarmRule, ancestry: Callable[[str], frozenset[str]]
) -> list[tuple[int, bool]]:
    """Return (number, whether the rule fits) of examples that do not come out as they say.

    ``ancestry`` gives a class with those above it. An example speaks of an item of the rule's own
    organisation.
    """
    own = frozenset() if rule.organisation_id is None else frozenset({rule.organisation_id})
    found = []
    for number, example in enumerate(rule.examples):
        facts = Facts(ancestry(example.class_code), own, example.tier)
        outcome = fits(rule, facts, example.subject, example.measure)
        if outcome != example.fits:
            found.append((number, outcome))
    return found

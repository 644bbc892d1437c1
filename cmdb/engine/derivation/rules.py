"""What a derivation rule is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cmdb.errors import InvalidValue
from cmdb.vocabulary import RelationTypeCode

Keeping = Literal["at_least", "all_but", "majority", "percent"]
Direction = Literal["forward", "reverse"]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing an evidence lets a rule say; ``kind`` is how it is written."""

    kind: Literal["texts", "attribute", "relation_type", "classes"]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One way of having seen two items together.

    ``live``: looked at in the transaction of each report; the others when the rules are run over
    the whole register. ``options`` are what a rule may say about it.
    """

    code: str
    live: bool = False
    options: Mapping[str, Option] = field(default_factory=dict)


#: Every evidence there is. The first item of a sighting is the one named first here.
EVIDENCE: Mapping[str, Evidence] = {
    entry.code: entry
    for entry in (
        # A process of one item talks to an address of another.
        Evidence(
            "connections",
            live=True,
            options={
                "client_processes": Option("texts"),
                "server_processes": Option("texts"),
                "ports": Option("texts"),
            },
        ),
        # A virtual machine's network card is plugged into an interface of its host: libvirt gives
        # the host's end the guest's address with 0xFE as its first byte.
        Evidence("guest_interfaces", live=True),
        # A machine lists the guests that are defined on it, with the UUID or the addresses by which
        # each knows itself.
        Evidence("guest_lists"),
        # Two agents report one boot of one kernel: a container, and the machine that carries it.
        Evidence("same_boot", live=True),
        # LLDP, CDP or a cable that discovery found; the one farther from the way out comes first.
        Evidence(
            "neighbours",
            options={"roots": Option("classes"), "carriers": Option("classes")},
        ),
        # A network of addresses, and the router by which it is left.
        Evidence("gateways"),
        # A network of addresses, and an item with an address in it; of nested ones the smallest.
        Evidence("addresses"),
        # An attribute of one item names the other.
        Evidence("reference", options={"attribute": Option("attribute", required=True)}),
        # Both stand in the same place, of one of these classes.
        Evidence("same_place", options={"places": Option("classes")}),
        # Another source related them already; the rule adds what that source did not know.
        Evidence("relations", options={"relation": Option("relation_type", required=True)}),
        # An attribute of one has the value of an attribute of the other.
        Evidence(
            "same_value",
            options={
                "attribute": Option("attribute", required=True),
                "other_attribute": Option("attribute", required=True),
            },
        ),
    )
}


class InvalidRule(InvalidValue):
    """A rule cannot be used. ``lines`` gives the line of a field where the rule came as text."""

    def __init__(
        self, fields: Mapping[str, str], lines: Mapping[str, int] | None = None, where: str = ""
    ) -> None:
        self.lines = dict(lines or {})
        super().__init__(
            {
                name: f"line {self.lines[name]}: {why}" if name in self.lines else why
                for name, why in fields.items()
            }
        )
        if where:
            self.args = (f"{where}: {self}",)


@dataclass(frozen=True, slots=True)
class Keep:
    """Which providers of one dependant stand in for each other, and how many must stay.

    ``by``: "" for all that the rule finds, "port" for those that are talked to at one port and
    answer with one program there.
    ``least`` is how many it takes to be a group at all.
    """

    name: str
    rule: Keeping = "at_least"
    amount: float = 1
    by: Literal["", "port"] = ""
    least: int = 2

    def terms(self, members: int) -> tuple[str, float]:
        """Return (rule, threshold) as a redundancy group stores them, for so many members.

        >>> Keep("hosts", "all_but", 1).terms(4), Keep("nodes", "majority").terms(5)
        (('at_least', 3.0), ('at_least', 3.0))
        """
        if self.rule == "percent":
            return "percent", float(self.amount)
        if self.rule == "majority":
            return "at_least", float(members // 2 + 1)
        if self.rule == "all_but":
            return "at_least", float(max(1, members - int(self.amount)))
        return "at_least", float(min(int(self.amount), members))


@dataclass(frozen=True, slots=True)
class DerivationRule:
    """What follows from having seen two items together.

    ``starts`` and ``ends`` name the classes (with their descendants) that may stand at the ends of
    the relation; empty: any that the relationship type allows. ``direction`` "forward" makes the
    first item of a sighting the start. ``only_groups``: without enough providers for a group
    nothing follows. ``fades_after_days`` is how long a relation outlives its last sighting; at 0 it
    ends when it is looked for and not found.
    """

    code: str
    evidence: str
    type: RelationTypeCode
    labels: Mapping[str, str]
    version: int = 1
    enabled: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    direction: Direction = "forward"
    weight: float = 1.0
    confidence: float = 1.0
    group: Keep | None = None
    only_groups: bool = False
    fades_after_days: int = 7
    notes: str = ""

    @property
    def live(self) -> bool:
        """Say whether the rule is looked at with each report."""
        return EVIDENCE[self.evidence].live

"""What is this device? Findings and knowledge give maker, model, kind, system and serial number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cmdb.vocabulary import (
    NETWORK_DEVICE,
    ROUTER,
    SWITCH,
    ClassCode,
)
from discovery.assembly.chassis import chassis_of, plausible, plausible_serial
from discovery.findings import AccessPointFinding, DeviceFindings, EntityFinding
from discovery.knowledge.rules import Knowledge, Match
from discovery.knowledge.tables import Oid

_BRIDGES, _ROUTES = 2, 4  # sysServices: layer 2, layer 3
_ETHERNET = 6
_PERIPHERAL = ClassCode("peripheral")


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """What a device is; empty text where nothing is known. ``serial`` is never an engine id."""

    class_code: ClassCode
    vendor: str = ""
    model: str = ""
    serial: str = ""
    os_name: str = ""
    os_version: str = ""


def identify(findings: DeviceFindings, knowledge: Knowledge) -> DeviceIdentity:
    """Decide what the findings say, by the rules that hold for the device."""
    return _Decision(findings, knowledge).identity()


class _Decision:
    def __init__(self, findings: DeviceFindings, knowledge: Knowledge) -> None:
        self._findings = findings
        self._object_id = object_id(findings.system.object_id)
        self._matches = knowledge.matches(self._object_id, findings.system.description)
        self._enterprise = knowledge.enterprise(self._object_id)
        self._chassis = chassis_of(findings.entities) or EntityFinding(index=0, kind="")
        self._own_point = own_access_point(findings)
        self._distrusted = {field for match in self._matches for field in match.rule.distrusted}

    def identity(self) -> DeviceIdentity:
        vendor = self._vendor()
        return DeviceIdentity(
            class_code=ClassCode(
                _first((*self._asked("class"), *self._told("class"))) or guess_class(self._findings)
            ),
            vendor=vendor,
            model=_without_vendor(self._hardware("model", self._chassis.model, plausible), vendor),
            serial=self._hardware("serial", self._chassis.serial, plausible_serial),
            os_name=_first((*self._asked("os"), *self._told("os"))),
            os_version=self._version(),
        )

    def _vendor(self) -> str:
        fallbacks = (self._enterprise, self._entity("vendor", plausible(self._chassis.vendor)))
        return _first((*self._asked("vendor"), *self._told("vendor"), *fallbacks))

    def _hardware(self, field: str, chassis: str, usable: Callable[[str], str]) -> str:
        """Model or serial number: what was asked for, then the chassis, then the description.

        An access point that looks after others finds itself in its own table.
        """
        point = self._own_point
        return _first(
            (
                *map(usable, self._asked(field)),
                self._entity(field, usable(chassis)),
                usable(getattr(point, field)) if point is not None else "",
                *map(usable, self._told(field)),
            )
        )

    def _version(self) -> str:
        """Return what was asked for, else what the description or the chassis says."""
        chassis = (self._chassis.software_revision, self._chassis.firmware_revision)
        return _first(
            (
                *map(plausible, self._asked("version")),
                *map(plausible, self._told("version")),
                *(self._entity("version", plausible(revision)) for revision in chassis),
            )
        )

    def _asked(self, field: str) -> Iterator[str]:
        for match in self._matches:
            for question in match.rule.questions.get(field, ()):
                yield question.read(self._findings.particulars, self._object_id)

    def _told(self, field: str) -> Iterator[str]:
        return (_said(match, field) for match in self._matches)

    def _entity(self, field: str, value: str) -> str:
        return "" if field in self._distrusted else value


def _said(match: Match, field: str) -> str:
    return match.groups.get(field, "") or match.rule.constants.get(field, "")


def _first(values: Sequence[str]) -> str:
    return next((value for value in values if value), "")


def _without_vendor(model: str, vendor: str) -> str:
    """Return a model without the maker's name before it: ``Eaton 9PX`` of Eaton is a ``9PX``."""
    head, _, rest = model.partition(" ")
    return rest.strip() if rest and vendor and head.casefold() == vendor.casefold() else model


def own_access_point(findings: DeviceFindings) -> AccessPointFinding | None:
    """Return the access point that the device itself is, by its addresses; None for no certain one.

    Each one of a cluster tells the table of all: the first row may be anybody.
    """
    macs = {one.mac for one in findings.interfaces if one.mac}
    addresses = {one.address for one in findings.addresses} | {findings.address}
    by_mac = [one for one in findings.access_points if one.mac in macs]
    own = by_mac or [one for one in findings.access_points if one.address in addresses]
    return own[0] if len(own) == 1 else None


def object_id(dotted: str) -> Oid:
    """Return a sysObjectID as numbers, empty for none."""
    return tuple(map(int, dotted.split("."))) if dotted else ()


def guess_class(findings: DeviceFindings) -> ClassCode:
    """Guess the kind of a device that no rule knows, by what it does.

    The capabilities it announces to its neighbours are not read back to itself, so what is left is
    sysServices, a bridge that learnt addresses or takes part in a spanning tree, and the number of
    its ports.
    """
    services = findings.system.services or 0
    ports = _ports_of(findings)
    if ports >= 5 and (findings.system.bridge_mac or services & _BRIDGES):
        return SWITCH
    if ports >= 2 and (findings.learnt or findings.spanning_ports) and not services & _ROUTES:
        return SWITCH
    if ports >= 2 and services & _ROUTES and not services & _BRIDGES:
        return ROUTER
    return NETWORK_DEVICE if ports >= 2 else _PERIPHERAL


def _ports_of(findings: DeviceFindings) -> int:
    """Count ports; a bridge without a table of interfaces still has bridge ports."""
    ethernet = sum(1 for interface in findings.interfaces if interface.type == _ETHERNET)
    learnt = {row.bridge_port for row in findings.learnt if row.bridge_port and not row.own}
    return max(ethernet, len(findings.bridge_ports), len(learnt))

"""The physical component that stands for the device itself."""

from collections.abc import Sequence

from discovery.findings import EntityFinding

#: Words that stand where a serial number or a model should, in lower case.
_JUNK = {
    *("", "n/a", "na", "none", "null", "(null)", "unknown", "unspecified", "not specified"),
    *("not available", "not applicable", "empty", "default", "default string", "serial", "no"),
    *("to be filled by o.e.m.", "system serial number", "chassis serial number", "123456789"),
    *("chassis", "board", "module"),
    *("0123456789", "1234567890", "-", "--", "---", "<private>"),
}


def plausible(value: str) -> str:
    """Return a serial number or model that says something, else empty text.

    >>> plausible(" FOC1234X0AB ")
    'FOC1234X0AB'
    >>> plausible("00000000")
    ''
    """
    value = value.strip().strip('"').strip()
    if value.lower() in _JUNK or value.startswith("0x"):
        return ""
    return "" if len(set(value.replace("-", "").replace(" ", ""))) <= 1 else value


def plausible_serial(value: str) -> str:
    """Return a serial number worth keeping; a MAC address in its place is none.

    >>> plausible_serial("System MAC: 00-50-c2-0d-e1-55")
    ''
    """
    value = plausible(value)
    if "mac" in value.lower().split() or value.lower().startswith("system mac"):
        return ""
    return value if len(value) >= 3 else ""


def chassis_of(entities: Sequence[EntityFinding]) -> EntityFinding | None:
    """Return the component that stands for the device.

    The first chassis with a serial number, in the order of the table (of a stack that is the first
    member); else the first with a model; else the outermost component with
    either; else the first of these.
    """
    chassis = [entity for entity in entities if entity.kind == "chassis"]
    outermost = [e for e in entities if e.parent == 0 and e.kind != "chassis"]
    modules = [e for e in entities if e.kind in {"stack", "module"} and e not in outermost]
    for candidates in (chassis, outermost, modules):
        for said in (_serial, _model):
            found = next((entity for entity in candidates if said(entity)), None)
            if found is not None:
                return found
    return next(iter((*chassis, *outermost)), None)


def _serial(entity: EntityFinding) -> str:
    return plausible_serial(entity.serial)


def _model(entity: EntityFinding) -> str:
    return plausible(entity.model)

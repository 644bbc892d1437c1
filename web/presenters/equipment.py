"""What a device told of its own equipment: supplies, battery, power over Ethernet, optics."""

from collections.abc import Iterator

from discovery.findings import (
    BatteryFinding,
    DeviceFindings,
    PoeFinding,
    SupplyFinding,
    TransceiverFinding,
)
from web.presenters.reader import Reader
from web.presenters.sizes import number


def equipment_rows(found: DeviceFindings | None, reader: Reader) -> list[tuple[str, str]]:
    """Return what there is to say as label and words; empty for most devices."""
    if found is None:
        return []
    rows = [(one.name, _left(one, reader)) for one in found.supplies]
    for battery in found.batteries:
        rows += _battery(battery, reader)
    return rows + [_poe(one, reader, several=len(found.poe) > 1) for one in found.poe]


def _left(supply: SupplyFinding, reader: Reader) -> str:
    if supply.percent is not None:
        return f"{number(supply.percent, reader)} %"
    if supply.some is None:
        return reader.gettext("not known")
    return reader.gettext("some left") if supply.some else reader.gettext("empty")


def _battery(battery: BatteryFinding, reader: Reader) -> Iterator[tuple[str, str]]:
    status = {
        "normal": reader.gettext("charged"),
        "low": reader.gettext("low"),
        "depleted": reader.gettext("empty"),
    }
    source = {
        "none": reader.gettext("nothing"),
        "normal": reader.gettext("mains"),
        "bypass": reader.gettext("bypass"),
        "battery": reader.gettext("battery"),
        "booster": reader.gettext("mains, raised"),
        "reducer": reader.gettext("mains, lowered"),
    }
    said = (
        (reader.gettext("Battery"), status.get(battery.status)),
        (reader.gettext("Lives on"), source.get(battery.source)),
        (reader.gettext("Charge"), _with(battery.charge_percent, "%", reader)),
        (reader.gettext("Lasts for"), _with(battery.minutes_left, reader.gettext("min"), reader)),
        (reader.gettext("Load"), _with(battery.load_percent, "%", reader)),
        (reader.gettext("Temperature"), _with(battery.temperature_c, "°C", reader)),
    )
    return ((label, value) for label, value in said if value)


def _with(amount: int | None, unit: str, reader: Reader) -> str:
    return "" if amount is None else f"{number(amount, reader)} {unit}"


def _poe(group: PoeFinding, reader: Reader, *, several: bool) -> tuple[str, str]:
    label = reader.gettext("Power over Ethernet")
    said = []
    if group.watts and group.drawn_watts is not None:
        watts = {"drawn": number(group.drawn_watts, reader), "all": number(group.watts, reader)}
        said.append(reader.gettext("%(drawn)s of %(all)s W") % watts)
    if group.ports:
        counts = {"some": number(group.delivering, reader), "all": number(group.ports, reader)}
        said.append(reader.gettext("%(some)s of %(all)s ports draw power") % counts)
    if group.faulty:
        faulty = {"number": number(group.faulty, reader)}
        said.append(reader.gettext("%(number)s faulty") % faulty)
    return (f"{label} {group.group}" if several else label), ", ".join(said)


def optic_text(optic: TransceiverFinding) -> str:
    """Return what an optic is: maker, model, serial number; its kind where it tells no more."""
    told = " ".join(filter(None, (optic.vendor, optic.model or optic.kind)))
    return ", ".join(filter(None, (told, optic.serial)))


def optic_readings(optic: TransceiverFinding, reader: Reader) -> str:
    """Return what an optic measures: the light that comes in and goes out, and how warm it is."""
    said = []
    if optic.received_dbm is not None:
        power = {"power": _signed(optic.received_dbm, reader)}
        said.append(reader.gettext("receives %(power)s dBm") % power)
    if optic.sent_dbm is not None:
        said.append(
            reader.gettext("sends %(power)s dBm") % {"power": _signed(optic.sent_dbm, reader)}
        )
    if optic.temperature_c is not None:
        said.append(f"{number(round(optic.temperature_c), reader)}\N{NO-BREAK SPACE}°C")
    return ", ".join(said)


def _signed(amount: float, reader: Reader) -> str:
    return number(round(amount, 1), reader)

"""The order of identity rules that GLPI 11 ships, as a baseline: first match, in this order.

Rules 10 to 22 for computers, with those left out that are off by default; the blacklists as they
ship ("Default string" is not on them). Of several assets that match the first is taken.
"""

from collections import defaultdict

from tests.benchmarks.register.machines import Sighting

_BLACKLISTED = {"", "to be filled by o.e.m.", "0123456789", "system serial number", "none"}


class RuleOrder:
    """Assets by serial, UUID and name; ``take`` answers as GLPI would."""

    def __init__(self) -> None:
        self._serial: dict[str, list[int]] = defaultdict(list)
        self._uuid: dict[str, list[int]] = defaultdict(list)
        self._name: dict[str, list[int]] = defaultdict(list)
        self._assets: list[tuple[str, str, str]] = []

    def take(self, seen: Sighting) -> tuple[int, bool] | None:
        """Return (asset, whether it was made now); None when the report is refused."""
        told = {kind: value for kind, value, _ in reversed(seen.claims)}
        name = told.get("name", "")
        serial = told.get("serial", "")
        serial = "" if serial.casefold() in _BLACKLISTED else serial
        uuid = told.get("uuid", "").lower()
        if not name:
            return None
        asset = self._find(serial, uuid, name)
        made = asset is None
        if asset is None:
            asset = len(self._assets)
            self._assets.append(("", "", ""))
        self._store(asset, serial, uuid, name)
        return asset, made

    def _find(self, serial: str, uuid: str, name: str) -> int | None:
        by_serial = self._serial.get(serial, []) if serial else []
        forms = _forms(uuid) if uuid else set()
        by_uuid = {asset for form in forms for asset in self._uuid.get(form, ())}
        both = sorted(set(by_serial) & by_uuid)
        if both:
            return both[0]
        without = [asset for asset in by_serial if not self._assets[asset][1]]
        if without:
            return without[0]
        if serial and uuid:
            return None
        if by_serial:
            return by_serial[0]
        named = self._name.get(name, [])
        return named[0] if named else None

    def _store(self, asset: int, serial: str, uuid: str, name: str) -> None:
        for index, old, new in zip(
            (self._serial, self._uuid, self._name),
            self._assets[asset],
            (serial, uuid, name),
            strict=True,
        ):
            if old == new or not new:
                continue
            if old:
                index[old].remove(asset)
            index[new].append(asset)
        known = self._assets[asset]
        self._assets[asset] = (serial or known[0], uuid or known[1], name)


def _forms(uuid: str) -> set[str]:
    """Return the UUID as it is, with its first block turned, and with its first three turned."""
    first, second, third, *rest = uuid.split("-")
    turned = [bytes.fromhex(block)[::-1].hex() for block in (first, second, third)]
    return {
        uuid,
        "-".join([turned[0], second, third, *rest]),
        "-".join([*turned, *rest]),
    }

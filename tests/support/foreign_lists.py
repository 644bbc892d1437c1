"""Exports in the forms of NetBox, GLPI, iTop and Snipe-IT, of any length, with faults in them.

Each line comes with what must become of it, so that an import can be checked line by line. The same
form, length and seed make the same lines again. Nothing here knows how an import works.
"""

import csv
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: One line in so many is broken, each in one of these ways.
_FAULTY = 0.03
_FAULTS = ("nameless", "twice", "wide", "garbled", "status", "formula")
_MAKERS = ("Dell Inc.", "HPE", "Cisco Systems", "Büro & Söhne", "Lenovo")
_MODELS = ("R740", "DL380 Gen10", "C9300-48P", "Größe 7", "T14")


@dataclass(frozen=True, slots=True)
class Told:
    """What must become of the line at ``number``: ``problem`` names the column that is wrong."""

    number: int
    outcome: str
    problem: str = ""
    name: str = ""
    serial: str = ""
    vendor: str = ""
    class_code: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a tool writes its export. ``words`` are {our word: their column}."""

    label: str
    headers: Sequence[str]
    words: Mapping[str, str]
    classes: Sequence[tuple[str, str]]
    stages: Sequence[tuple[str, str]]
    rest: Callable[[int], Mapping[str, str]]
    separator: str = ","
    encoding: str = "utf-8"


FORMS: Mapping[str, Form] = {
    "netbox": Form(
        "NetBox: devices",
        [
            *("Name", "Status", "Tenant", "Site", "Location", "Rack", "Role", "Manufacturer"),
            *("Type", "Serial number", "Asset tag", "IP Address", "ID"),
        ],
        {"class": "Role", "vendor": "Manufacturer", "model": "Type", "serial": "Serial number"},
        [
            *(("Access Switch", "switch"), ("Router", "router"), ("Server", "server")),
            *(("PDU", "pdu"), ("Patch Panel", "peripheral")),
        ],
        [
            *(("Active", "in_use"), ("Planned", "planned"), ("Offline", "maintenance")),
            *(("Inventory", "in_stock"), ("Decommissioning", "retired")),
        ],
        lambda n: {
            "Tenant": "Dunder-Mifflin, Inc.",
            "Site": f"DM-{n % 50}",
            "Rack": f"R{n % 400}",
            "Asset tag": f"NB{n:08}",
            "IP Address": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
        },
    ),
    "glpi": Form(
        "GLPI: computers",
        [
            *("Name", "Entity", "Status", "Manufacturers", "Serial number", "Types", "Model"),
            *("Operating System - Name", "Location", "Last update", "ID", "Comments"),
        ],
        {"class": "Types", "vendor": "Manufacturers", "model": "Model", "serial": "Serial number"},
        [
            *(("Laptop", "laptop"), ("Tower", "desktop"), ("Rack Mount Chassis", "server")),
            *(("VMware", "virtual_machine"), ("Convertible", "desktop")),
        ],
        [("Production", "in_use"), ("In stock", "in_stock"), ("Scrapped", "retired")],
        lambda n: {
            "Entity": "Racine > Siège",
            "Operating System - Name": "Debian GNU/Linux",
            "Comments": 'Two lines;\nof which one has a quote: 5"' if n % 7 == 0 else "",
        },
        ";",
        "utf-16",
    ),
    "itop": Form(
        "iTop: servers and computers",
        [
            *("Id", "Name", "Organization->Name", "Status", "Business criticity", "Brand->Name"),
            *("Model->Name", "Serial number", "Asset number", "Management IP"),
            *("OS family->Name", "OS version->Name", "CI Sub-class"),
        ],
        {
            "key": "Id",
            "class": "CI Sub-class",
            "vendor": "Brand->Name",
            "model": "Model->Name",
            "serial": "Serial number",
        },
        [
            *(("Server", "server"), ("PC", "desktop"), ("Hypervisor", "hypervisor")),
            *(("Virtual Machine", "virtual_machine"), ("Printer", "printer")),
        ],
        [("production", "in_use"), ("implementation", "planned"), ("obsolete", "retired")],
        lambda n: {
            "Organization->Name": "Demo",
            "Business criticity": ("high", "medium", "low")[n % 3],
            "Asset number": f"IT{n:08}",
            "Management IP": f"2001:db8::{n >> 16:x}:{n & 65535:x}",
            "OS family->Name": "Linux",
            "OS version->Name": "12.5",
        },
        encoding="cp1252",
    ),
    "snipe-it": Form(
        "Snipe-IT: assets",
        [
            *("ID", "Asset Tag", "Asset Name", "Model", "Category", "Manufacturer", "Serial"),
            *("Status", "Assigned To", "Warranty Expires", "Notes"),
        ],
        {
            "name": "Asset Name",
            "class": "Category",
            "vendor": "Manufacturer",
            "model": "Model",
            "serial": "Serial",
        },
        [
            *(("Laptops", "laptop"), ("Desktops", "desktop"), ("Tablets", "mobile_device")),
            *(("Displays", "monitor"), ("Badge Readers", "peripheral")),
        ],
        [
            *(("Ready to Deploy", "in_stock"), ("Deployed", "in_use"), ("Pending", "planned")),
            *(("Out for Repair", "maintenance"), ("Archived", "retired")),
        ],
        lambda n: {
            "Asset Tag": f"SI{n:08}",
            "Assigned To": "Ana Ruiz",
            "Warranty Expires": f"20{n % 20 + 20}-0{n % 9 + 1}-15",
        },
        encoding="utf-8-sig",
    ),
}


def told_lines(tool: str, count: int, seed: int = 1) -> Iterator[tuple[list[str], Told]]:
    """Yield ``count`` lines of an export, each with what must become of it."""
    form, draw = FORMS[tool], random.Random(seed)  # the same each time
    good = bytearray(count)
    number = 1
    for n in range(count):
        cells, told = _right(form, tool, n)
        fault = draw.choice(_FAULTS) if draw.random() < _FAULTY else ""
        other = _earlier(good, n, draw) if fault == "twice" else None
        if fault and (fault != "twice" or other is not None):
            cells, told = _broken(form, fault, cells, told, other)
        good[n] = told.outcome == "created"
        number += 1 + sum(cell.count("\n") for cell in cells)
        yield cells, _at(told, number)


def write_list(path: Path, tool: str, count: int, renamed: Mapping[str, str] | None = None) -> None:
    """Write an export; ``renamed`` are columns that somebody called otherwise."""
    form = FORMS[tool]
    # A lone surrogate stands for a byte that no encoding explains.
    how = "surrogatepass" if form.encoding == "utf-16" else "surrogateescape"
    with path.open("w", encoding=form.encoding, errors=how, newline="") as file:
        writer = csv.writer(file, delimiter=form.separator)
        writer.writerow([(renamed or {}).get(header, header) for header in form.headers])
        for cells, _ in told_lines(tool, count):
            writer.writerow(cells)


def _column(form: Form, word: str) -> int:
    usual = {"key": "ID", "name": "Name", "stage": "Status"}
    return form.headers.index(form.words.get(word) or usual[word])


def _right(form: Form, tool: str, n: int) -> tuple[list[str], Told]:
    kind, class_code = form.classes[n % len(form.classes)]
    status, stage = form.stages[n % len(form.stages)]
    maker = _MAKERS[n % len(_MAKERS)]
    own = {
        "key": f"{n + 1}",
        "name": f"{tool}-{n:07}",
        "class": kind,
        "stage": status,
        "vendor": maker,
        "model": _MODELS[n % len(_MODELS)],
        "serial": f"{tool[:2].upper()}{n:07}X",
    }
    cells = [form.rest(n).get(header, "") for header in form.headers]
    for word, cell in own.items():
        cells[_column(form, word)] = cell
    told = Told(0, "created", "", own["name"], own["serial"], maker, class_code, stage)
    return cells, told


def _earlier(good: bytearray, n: int, draw: random.Random) -> int | None:
    """Return a good line before, from anywhere in the file."""
    if good.find(1, 0, n) < 0:
        return None
    while True:
        found = draw.randrange(n)
        if good[found]:
            return found


def _broken(
    form: Form, fault: str, cells: list[str], told: Told, other: int | None
) -> tuple[list[str], Told]:
    if fault == "nameless":
        for word in ("key", "name", "serial"):
            cells[_column(form, word)] = ""
        return cells, Told(0, "refused", "name")
    if fault == "twice":
        cells[_column(form, "key")] = f"{(other or 0) + 1}"
        return cells, Told(0, "refused", "line")
    if fault == "wide":
        return [*cells, "one too many"], Told(0, "refused", "line")
    if fault == "garbled":
        if form.encoding == "cp1252":  # every byte means something there, but for five
            cells[_column(form, "vendor")] = "Acm\udc81"
        else:
            cells[_column(form, "vendor")] = "Acm\udcff"
        return cells, Told(0, "refused", form.headers[_column(form, "vendor")])
    if fault == "status":
        cells[_column(form, "stage")] = "whatever"
        return cells, _with(told, problem="stage", stage="in_use")
    cells[_column(form, "name")] = name = "=HYPERLINK(1)"
    return cells, _with(told, name=name)


def _with(told: Told, **what: str) -> Told:
    known = {name: getattr(told, name) for name in Told.__slots__}
    return Told(**(known | what))


def _at(told: Told, number: int) -> Told:
    known = {name: getattr(told, name) for name in Told.__slots__}
    return Told(**(known | {"number": number}))

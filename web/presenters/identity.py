"""Why something is taken for an item, in the reader's words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cmdb.model import Model
from cmdb.vocabulary import ClassCode
from web.presenters.reader import Reader
from web.presenters.sections import identifier_text
from web.presenters.values import Shown, show_value

_SHARED = re.compile(r"(\d+) items have the same")


@dataclass(frozen=True)
class Comparison:
    """One attribute of several items side by side; ``differs`` where they do not agree."""

    label: str
    cells: tuple[Shown, ...]
    differs: bool


def line_kind(kind: str, reader: Reader) -> str:
    """Return the name of what a line of evidence is about."""
    names = {
        "known_as": reader.gettext("the source's own name for it"),
        "hardware": reader.gettext("hardware"),
    }
    return names.get(kind) or identifier_text(kind, reader)


def reason_text(why: str, reader: Reader) -> str:
    """Return why evidence counts, or why something was decided; unknown words stand as they are."""
    shared = _SHARED.fullmatch(why)
    if shared:
        many = int(shared[1])
        text = reader.ngettext("%(num)d item has the same", "%(num)d items have the same", many)
        return text % {"num": many}
    return {**_lines(reader), **_decisions(reader)}.get(why, why)


def _lines(reader: Reader) -> dict[str, str]:
    crowd = reader.gettext("so many items have the same that it identifies nobody")
    return {
        "it has the same": reader.gettext("it has the same"),
        "it has another": reader.gettext("it has another"),
        "more than 20 items have the same: it identifies nobody": crowd,
        "the address of a dock or adapter, which moves about": reader.gettext(
            "the address of a dock or adapter, which moves about"
        ),
        "it has the same number, of a maker not known": reader.gettext(
            "it has the same number, of a maker not known"
        ),
        "the account of a computer has this name, and nobody else": reader.gettext(
            "the account of a computer has this name, and nobody else"
        ),
        "this source called it so before": reader.gettext("this source called it so before"),
        "all of the hardware is other: restored, moved, or cloned": reader.gettext(
            "all of the hardware is other: restored, moved, or cloned"
        ),
        "all network cards are other: new ones, or a copy": reader.gettext(
            "all network cards are other: new ones, or a copy"
        ),
        "nothing but the installation is the same: it may be a copy": reader.gettext(
            "nothing but the installation is the same: it may be a copy"
        ),
    }


def _decisions(reader: Reader) -> dict[str, str]:
    return {
        "no known item carries any of this evidence": reader.gettext(
            "no known item carries any of this evidence"
        ),
        "what is shared is too weak, or it is other hardware": reader.gettext(
            "what is shared is too weak, or it is other hardware"
        ),
        "more speaks against the candidates than for them": reader.gettext(
            "more speaks against the candidates than for them"
        ),
        "strong evidence is contradicted": reader.gettext("strong evidence is contradicted"),
        "several items fit as well": reader.gettext("several items fit as well"),
        "the item that fits belongs to another organisation": reader.gettext(
            "the item that fits belongs to another organisation"
        ),
        "its full name is that of an account in a directory, and of nobody else": reader.gettext(
            "its full name is that of an account in a directory, and of nobody else"
        ),
        "nothing proves it, but a name and an address made up in software are the same": (
            reader.gettext(
                "nothing proves it, but a name and an address made up in software are the same"
            )
        ),
        "evidence is enough": reader.gettext("evidence is enough"),
        "a person decided so": reader.gettext("a person decided so"),
        "a person decided to ignore it": reader.gettext("a person decided to ignore it"),
    }


def worth_text(why: str, carriers: int, reader: Reader) -> str:
    """Return why an identifier weighs what it does."""
    if why == "shared":
        text = reader.ngettext("%(num)d item has the same", "%(num)d items have the same", carriers)
        return text % {"num": carriers}
    names = {
        "alone": reader.gettext("this item alone has it"),
        "crowd": reader.gettext("so many items have the same that it identifies nobody"),
        "dock": reader.gettext("the address of a dock or adapter, which moves about"),
        "asks": reader.gettext("with the same name it is asked about, never decided"),
        "junk": reader.gettext("declared to identify nobody"),
        "ignored": reader.gettext("does not count for this class"),
    }
    return names.get(why, why)


def comparisons(
    model: Model, class_code: str, rows: Mapping[str, Iterable[Any]], reader: Reader
) -> list[Comparison]:
    """Return attributes side by side, in the model's order; those that differ come first."""
    order = [str(attribute.code) for attribute in model.attributes_of(ClassCode(class_code))]
    found = []
    for name in sorted(rows, key=lambda n: (order.index(n) if n in order else len(order), n)):
        attribute = model.find_attribute(name, class_code)
        label = model.label(attribute, reader.language) if attribute else name
        values = list(rows[name])
        said = {repr(value) for value in values if value not in (None, "", [])}
        cells = tuple(show_value(attribute, value, reader) for value in values)
        found.append(Comparison(label, cells, len(said) > 1))
    return sorted(found, key=lambda row: not row.differs)


def table_text(name: str, reader: Reader) -> str:
    """Return what rows of a table are, of those that hang on items."""
    names = {
        **_on_the_desk(reader),
        "agent": reader.gettext("agents"),
        "attestation": reader.gettext("confirmations asked of owners"),
        "custody": reader.gettext("times somebody had it"),
        "derivation_verdict": reader.gettext("answers to derived relations"),
        "device_facts": reader.gettext("what the last visit brought"),
        "item_contract": reader.gettext("contracts"),
        "item_document": reader.gettext("documents"),
        "item_follower": reader.gettext("people who follow it"),
        "item_of_model": reader.gettext("product models"),
        "item_party": reader.gettext("people and groups"),
        "item_past": reader.gettext("earlier states"),
        "item_purchase": reader.gettext("purchases"),
        "network_half_link": reader.gettext("neighbours that nobody knows"),
        "network_link": reader.gettext("cables and routes"),
        "probe": reader.gettext("scans"),
        "scan_outcome": reader.gettext("answers to sweeps"),
        "stock_article": reader.gettext("consumables"),
        "word_expiry": reader.gettext("ends of overrides"),
    }
    table = name.partition(".")[0]
    return names.get(table, table.replace("_", " "))


def _on_the_desk(reader: Reader) -> dict[str, str]:
    return {
        "affected_item": reader.gettext("tickets"),
        "affected_service": reader.gettext("tickets that reach it"),
        "alarm": reader.gettext("alarms"),
        "announcement_item": reader.gettext("announcements"),
        "availability_told": reader.gettext("messages about promises"),
        "change_finding": reader.gettext("findings of changes"),
        "change_item": reader.gettext("changes"),
        "change_service": reader.gettext("changes that reach it"),
        "change_watch": reader.gettext("watches on changes"),
        "order_approval": reader.gettext("approvals asked of its owners"),
        "order_task": reader.gettext("tasks of orders that hand it over"),
        "planned_difference": reader.gettext("planned differences"),
        "problem_item": reader.gettext("problems"),
        "problem_verdict": reader.gettext("words on causes"),
        "service_outage": reader.gettext("outages"),
        "service_rejection": reader.gettext("proposals turned down"),
        "ticket_schedule": reader.gettext("tickets that open themselves"),
        "unauthorized_change": reader.gettext("unauthorized changes"),
    }


def answer_text(resolution: str, reader: Reader) -> str:
    """Return what a person answered to a question of identity."""
    names = {
        "same": reader.gettext("the same as this item"),
        "new": reader.gettext("a new item"),
        "ignored": reader.gettext("ignored"),
    }
    return names.get(resolution, resolution)


def junk_list_text(name: str, reader: Reader) -> str:
    """Return the name of a shipped list of values that identify nobody."""
    names = {
        "text": reader.gettext("Texts that stand for no serial"),
        "uuid": reader.gettext("UUIDs burnt into many boards"),
        "mac": reader.gettext("MAC addresses of groups and tunnels"),
        "dock": reader.gettext("MAC addresses of docks and adapters: little weight"),
    }
    return names.get(name, name)

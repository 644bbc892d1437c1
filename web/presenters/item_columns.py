"""The columns an item list may have, and which of them a reader has chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cmdb.model import Attribute, Model, ValueType
from cmdb.vocabulary import ClassCode
from web.presenters.lists import Column
from web.presenters.reader import Reader
from web.presenters.values import Shown, show_value

#: What a list shows until its reader chooses.
SHIPPED = ("class", "vendor_model", "environment", "criticality", "last_seen")
#: Attributes of classes that may be columns, besides those of every item.
ATTRIBUTES = ("fqdn", "os_name", "os_version", "cpu_cores", "memory_bytes", "asset_tag")


@dataclass(frozen=True)
class ItemColumn:
    """One column that may be chosen."""

    key: str
    label: str
    column: Column


def offered(model: Model, reader: Reader, class_code: str | None = "") -> list[ItemColumn]:
    """Return the columns that may be chosen; the name always stands first and is not offered.

    A class brings its own attributes along; None stands for every class there is.
    """
    own = {
        "class": Column(reader.gettext("Class"), "class"),
        "vendor_model": Column(reader.gettext("Vendor and model"), narrow_screen=False),
        "environment": Column(reader.gettext("Environment"), narrow_screen=False),
        "criticality": Column(reader.gettext("Tier"), numeric=True, narrow_screen=False),
        "stage": Column(reader.gettext("Stage"), narrow_screen=False),
        "serial": Column(reader.gettext("Serial number"), narrow_screen=False),
        "first_seen": Column(reader.gettext("First seen"), narrow_screen=False),
        "last_seen": Column(reader.gettext("Last seen"), "last_seen"),
    }
    for attribute in _attributes(model, class_code):
        own.setdefault(
            str(attribute.code),
            Column(
                model.label(attribute, reader.language),
                str(attribute.code) if attribute.searchable else None,
                narrow_screen=False,
            ),
        )
    return [ItemColumn(key, column.label, column) for key, column in own.items()]


def _attributes(model: Model, class_code: str | None) -> list[Attribute]:
    """Return the attributes that a list may show: those most asked for, then the class's own."""
    if class_code is None:
        found = [one for one in model.attributes if one.class_code != "item"]
    else:
        found = [one for code in ATTRIBUTES for one in model.attributes_named(code)[:1]]
        if class_code and model.find_class(class_code) is not None:
            inside = model.attributes_of(ClassCode(class_code))
            found += [one for one in inside if one.class_code != "item"]
    return [one for one in found if one.type is not ValueType.JSON]


def chosen(columns: Sequence[ItemColumn], wish: Sequence[str]) -> list[ItemColumn]:
    """Return the columns of a wish in its order; what is unknown by now is left out."""
    by_key = {column.key: column for column in columns}
    return [by_key[key] for key in wish or SHIPPED if key in by_key]


def attribute_cell(model: Model, item: Any, code: str, reader: Reader) -> Shown:
    """Return an attribute's value for a cell of the list."""
    attribute = model.find_attribute(code, ClassCode(item.class_code))
    return show_value(attribute, item.attributes.get(code), reader)

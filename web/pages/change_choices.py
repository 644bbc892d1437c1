"""What one may choose from when planning what a change makes of the register."""

from collections.abc import Iterable

from cmdb.model import standing_model
from cmdb.model.values import ValueType, label_of
from cmdb.records.items import Item
from cmdb.vocabulary import ITEM
from web.pages.frame import reader


def attribute_choices(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Return (code, label) of the attributes that any of the items has, by label."""
    model, language = standing_model(), reader().language
    found = {
        str(attribute.code): label_of(attribute.labels, language)
        for class_code in {item.class_code for item in items}
        for attribute in model.attributes_of(class_code)
        if attribute.type is not ValueType.JSON
    }
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


def environment_choices() -> list[tuple[str, str]]:
    """Return (code, label) of the environments, in the order of the model."""
    model, language = standing_model(), reader().language
    kind = next(one for one in model.attributes_of(ITEM) if str(one.code) == "environment")
    return [(one.code, label_of(one.labels, language)) for one in kind.choices]


def relation_choices() -> list[tuple[str, str]]:
    """Return (code, label) of the types of relations, by label."""
    language = reader().language
    found = [
        (str(kind.code), label_of(kind.labels, language))
        for kind in standing_model().relation_types
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())

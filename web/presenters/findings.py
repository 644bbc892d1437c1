"""What was found on an item, in words: the name of what differs, and its values."""

from typing import Any

from cmdb.model import Model
from cmdb.vocabulary import ClassCode
from web.presenters.reader import Reader
from web.presenters.section_names import section_label
from web.presenters.values import show_value


def subject_text(model: Model, class_code: str, subject: str, reader: Reader) -> str:
    """Return the name of an attribute, a type of relation or a section of facts."""
    attribute = model.find_attribute(subject, ClassCode(class_code))
    kind = model.find_relation_type(subject)
    named = attribute or kind
    return model.label(named, reader.language) if named else section_label(subject, reader)


def found_value(model: Model, class_code: str, subject: str, value: Any, reader: Reader) -> str:
    """Return a value as it was planned or found; "" for none."""
    attribute = model.find_attribute(subject, ClassCode(class_code))
    return show_value(attribute, value, reader).text

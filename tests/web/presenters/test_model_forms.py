"""Faults of a definition stand at the field that they are about."""

from tests.web.presenters.readers import reader
from web.presenters.model_forms import field_errors


def test_missing_choices_are_told_where_choices_are_written() -> None:
    faults = {
        "lock": "attributes of type choice, and no others, have choices",
        "lock.unit": "must be a number",
    }
    told = field_errors(faults, "lock", reader())
    assert told.keys() == {"choices", "unit"}
    assert told["choices"].startswith("An attribute of the type choice needs choices")

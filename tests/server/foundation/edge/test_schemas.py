"""A schema is put together once, and keeps nothing of what it has read or written."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from marshmallow import ValidationError, fields

from server.foundation.edge.schemas import StrictSchema, schema_of


class _Part(StrictSchema):
    size = fields.Integer(required=True)


class _Body(StrictSchema):
    name = fields.String(required=True)
    words = fields.List(fields.String(), load_default=list)
    parts = fields.List(fields.Nested(_Part), load_default=list)


def test_it_is_the_same_for_everybody() -> None:
    assert schema_of(_Body) is schema_of(_Body)
    assert schema_of(_Body) is not schema_of(_Part)


def test_a_refused_body_leaves_nothing_behind() -> None:
    with pytest.raises(ValidationError, match="Missing data"):
        schema_of(_Body).load({"words": ["left"], "parts": [{"size": "1"}]})
    whole = schema_of(_Body).load({"name": "next"})
    assert whole == {"name": "next", "words": [], "parts": []}
    whole["words"].append("mine")
    assert schema_of(_Body).load({"name": "another"})["words"] == []


def test_threads_that_read_at_once_get_their_own() -> None:
    bodies = [
        {"name": f"{n}", "words": [f"w{n}"] * (n % 5), "parts": [{"size": n}] * (n % 7)}
        for n in range(400)
    ]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(schema_of(_Body).load, bodies)) == bodies
        assert list(threads.map(schema_of(_Body).dump, bodies)) == bodies

"""Words shared by the impact commands: naming items, naming a moment, drawing a tree."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.model.text import clean, text_key
from cmdb.records.items import Item
from server.commands.console import complain
from server.foundation.permissions import Actor
from server.items.impacts.graphs import AsOf
from server.items.impacts.schemas.answers import AsOfField
from server.items.queries import get_item
from server.items.scope import visible_items

#: So many items of one name are told apart before it is "and more".
_SHOWN = 5

Command = Callable[..., Any]


class _Moment(click.ParamType[AsOf]):
    """A moment or a change sequence, as the REST interface takes it."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> AsOf:
        """Return the moment in UTC, or the number."""
        try:
            told: AsOf = AsOfField().deserialize(value)
        except ValidationError as error:
            self.fail(str(error.messages[0]), param, ctx)
        return told


MOMENT = _Moment()

as_of_option = click.option(
    "--as-of",
    type=MOMENT,
    help="The graph as it was recorded then: 2026-11-01T12:00, or a change sequence.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write the answer as JSON.")
limit_option = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, help="At most so many rows; 50."
)


def item_ids(session: Session, actor: Actor, words: Iterable[str]) -> list[int]:
    """Return the item that each word means: its number, or its whole name.

    Raises ``ItemNotFound``, and ``InvalidValue`` for a name that several items have.
    """
    return [_item_id(session, actor, word) for word in dict.fromkeys(words)]


def _item_id(session: Session, actor: Actor, word: str) -> int:
    number = word.removeprefix("#")
    if number.isascii() and number.isdigit():
        return get_item(session, actor, int(number)).id
    query = (
        select(Item)
        .where(Item.name_key == text_key(clean(word)), Item.stage != "retired")
        .where(visible_items(actor))
        .order_by(Item.id)
        .limit(_SHOWN + 1)
    )
    found = session.scalars(query).all()
    if not found:
        raise ItemNotFound(word)
    if len(found) > 1:
        told = ", ".join(f"#{item.id} ({item.class_code})" for item in found[:_SHOWN])
        more = " and more" if len(found) > _SHOWN else ""
        raise InvalidValue({"item": f"{word!r} names several: {told}{more}; say the number"})
    return found[0].id


def called(item: Mapping[str, Any] | None) -> str:
    """Return an item's name; one that cannot be seen has none."""
    return str(item["name"]) if item else "(hidden)"


def say_outside(outside: Sequence[int]) -> None:
    """Complain of items that take no part in impact."""
    for item_id in outside:
        complain(f"item {item_id} takes no part in impact: it is not in use")


def tree_lines(rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Yield the ways of a failure as an indented tree; each row has a ``path`` of hops."""
    root: dict[Any, Any] = {}
    for row in rows:
        branch = root
        for hop in row["path"]:
            key = hop["item"]["id"] if hop["item"] else f"hidden below {id(branch)}"
            _, branch = branch.setdefault(key, (hop, {}))
    yield from _branches(root, "")


def _branches(branch: Mapping[Any, Any], indent: str) -> Iterable[str]:
    last = len(branch) - 1
    for place, (hop, below) in enumerate(branch.values()):
        top = hop["kind"] == "failed"
        mark = "" if top else ("└─ " if place == last else "├─ ")
        how = {"soft": " (soft)", "member": f" (group {hop['group']})"}.get(hop["kind"], "")
        yield f"{indent}{mark}{called(hop['item'])}: {hop['state'].replace('_', ' ')}{how}"
        yield from _branches(below, indent + ("" if top else "   " if place == last else "│  "))

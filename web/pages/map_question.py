"""The address of a map: what it is asked, and how one looks at it. It holds all there is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from flask import request

from server.items.maps import MapQuestion, Way
from web.pages.frame import reader, url_for, whole
from web.presenters.bundles import OPENING, read_opened, write_opened
from web.presenters.map_view import MapView
from web.presenters.states import AT_RISK, DEGRADED, DOWN
from web.presenters.urls import with_query

#: States to which the drawing may be narrowed.
STATES = ("affected", DOWN, DEGRADED, AT_RISK)
#: Steps to which the drawing may be trimmed.
DEPTHS = (1, 2, 3, 5, 8)
#: More items than anybody lets fail by hand.
_MOST = 200


@dataclass(frozen=True, slots=True)
class MapAddress:
    """A question, a view of the answer, and the addresses of other views of it."""

    question: MapQuestion
    view: MapView

    @property
    def asks(self) -> bool:
        """Say whether there is a question at all; without one the page offers some."""
        asked = self.question
        return bool(asked.about or asked.failed or asked.site is not None)

    def to(self, **changes: object) -> str:
        """Return the address of this map with changed parameters."""
        given = request.args.to_dict(flat=False)
        return with_query(
            url_for("estate.show"), given, {"add": None, "at": self.moment, **changes}
        )

    def failing(self, item_ids: Iterable[int]) -> str:
        """Return the address of this map when exactly these items fail."""
        return self.to(fail=",".join(map(str, item_ids)))

    def toggled(self, item_id: int) -> str:
        """Return the address when this item fails too, or no longer."""
        failed = self.question.failed
        if item_id in failed:
            return self.failing(one for one in failed if one != item_id)
        return self.failing((*failed, item_id))

    def choosing(self, item_id: int) -> str:
        """Return the address with this item chosen, or none when it already is."""
        return self.to(choose=None if item_id == self.view.chosen else item_id)

    def opening(self, key: str) -> str:
        """Return the address with more members of a bundle on their own."""
        opened = dict(self.view.opened)
        opened[key] = opened.get(key, 0) + OPENING
        return self.to(open=write_opened(opened))

    @property
    def moment(self) -> str:
        """Return the moment of the map as the address has it; "" for now."""
        return "" if self.question.as_of is None else moment_text(self.question.as_of)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return what a form on the page must send again for the same view."""
        return [(name, value) for name, value in request.args.items(multi=True) if value]

    def around(self, item_id: int) -> str:
        """Return the address of a map around one item, with the same failures."""
        return self.to(about=item_id, towards=None, site=None, way=None, open=None)

    def everything_affected(self) -> str:
        """Return the address of a map of all that the failures reach."""
        return self.to(about=None, towards=None, site=None, way=None, open=None)

    def regrouped(self) -> str:
        """Return the address with bundles wherever there can be some, or only where needed."""
        return self.to(group=None if self.view.grouped else "yes", open=None)

    def at(self, moment: datetime | None) -> str:
        """Return the address of this map as it was at a moment; None is now."""
        return self.to(at=None if moment is None else moment_text(moment), add=None)

    def closed(self) -> str:
        """Return the address with every bundle closed."""
        return self.to(open=None)


def moment_text(moment: datetime) -> str:
    """Return a moment for an address, on the next full second: what happened then has happened."""
    whole_second = moment.replace(microsecond=0)
    later = whole_second if whole_second == moment else whole_second + timedelta(seconds=1)
    return later.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_address() -> MapAddress:
    """Read the address of the present request; what makes no sense asks for nothing."""
    given = request.args
    added = whole(given.get("add"))
    failed = [*_ids(given.getlist("fail")), *([added] if added is not None else [])]
    question = MapQuestion(
        about=_ids(given.getlist("about"))[:_MOST],
        way=_way(given.get("way", "")),
        towards=whole(given.get("towards")),
        site=whole(given.get("site")),
        depth=whole(given.get("depth")) or None,
        failed=tuple(dict.fromkeys(failed))[:_MOST],
        as_of=_moment(given.get("at", "")),
    )
    state = given.get("state", "")
    view = MapView(
        asked=frozenset({*question.about, *_given(question.towards), *_given(question.site)}),
        failed=frozenset(question.failed),
        chosen=whole(given.get("choose")),
        opened=read_opened(given.getlist("open")),
        grouped=given.get("group") == "yes",
        class_code=given.get("class", ""),
        state=state if state in STATES else "",
    )
    return MapAddress(question, view)


def _ids(values: Iterable[str]) -> tuple[int, ...]:
    """Return the ids in parameters, each of which may hold several with commas between."""
    parts = (whole(part.strip()) for value in values for part in value.split(","))
    return tuple(dict.fromkeys(part for part in parts if part is not None))


def _moment(text: str) -> datetime | None:
    """Read a moment: with its zone as links write it, else in the reader's own as a form does."""
    try:
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=reader().zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _way(text: str) -> Way:
    return next((way for way in get_args(Way) if way == text), "both")


def _given(value: int | None) -> tuple[int, ...]:
    return () if value is None else (value,)

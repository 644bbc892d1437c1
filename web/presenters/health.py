"""The register's health in words: what each figure means, and how bad it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from web.presenters.reader import Reader
from web.presenters.sizes import percentage

#: Shares that are better the larger they are; the others are better the smaller they are.
_GOOD = frozenset({"required", "recommended", "fresh", "accurate"})
#: Where a share becomes good, and where it becomes bad, seen from its good end.
_GOOD_FROM, _BAD_BELOW = 0.9, 0.7
#: The measure whose rows stand behind a share.
ROWS: Mapping[str, str] = {
    "required": "required",
    "recommended": "recommended",
    "fresh": "stale",
    "accurate": "unconfirmed",
    "contradicted": "contradicted",
    "orphans": "orphans",
    "ownerless": "ownerless",
    "duplicates": "duplicates",
    "stale_relations": "relations",
}


@dataclass(frozen=True, slots=True)
class ShareView:
    """One figure: its name, what is shown, how bad it is, and the measure of its rows."""

    key: str
    label: str
    text: str
    tone: str
    measure: str


def share_names(reader: Reader) -> dict[str, str]:
    """Return what each share is called, in the order in which they stand."""
    return {
        "required": reader.gettext("Required values filled"),
        "recommended": reader.gettext("Recommended values filled"),
        "fresh": reader.gettext("Seen in time"),
        "accurate": reader.gettext("Values confirmed"),
        "contradicted": reader.gettext("Values contradicted"),
        "orphans": reader.gettext("Without any relation"),
        "ownerless": reader.gettext("Without an owner"),
        "duplicates": reader.gettext("Perhaps twice"),
        "stale_relations": reader.gettext("Relations not confirmed"),
    }


def share_heads(reader: Reader) -> list[tuple[str, str]]:
    """Return (short name, whole name) of each share, for the heads of narrow columns."""
    short = (
        reader.gettext("Required"),
        reader.gettext("Recommended"),
        reader.gettext("In time"),
        reader.gettext("Confirmed"),
        reader.gettext("Contradicted"),
        reader.gettext("Unrelated"),
        reader.gettext("Unowned"),
        reader.gettext("Twice"),
        reader.gettext("Old relations"),
    )
    return list(zip(short, share_names(reader).values(), strict=True))


def measure_name(measure: str, reader: Reader) -> str:
    """Return what is wrong with the items of a measure."""
    names = {
        "required": reader.gettext("Required values are missing"),
        "recommended": reader.gettext("Recommended values are missing"),
        "stale": reader.gettext("Not seen in time"),
        "unconfirmed": reader.gettext("Some values nobody has confirmed"),
        "contradicted": reader.gettext("Some values are contradicted"),
        "orphans": reader.gettext("Nothing is related to them"),
        "ownerless": reader.gettext("Nobody owns them"),
        "duplicates": reader.gettext("They look like another item"),
        "relations": reader.gettext("Some relations were not confirmed in time"),
    }
    return names.get(measure, measure)


def share_views(shares: Mapping[str, float | None], reader: Reader) -> list[ShareView]:
    """Return the figures of one line, in their order."""
    return [
        ShareView(
            key,
            label,
            "" if (share := shares.get(key)) is None else share_text(share, reader),
            "neutral" if share is None else tone_of(key, share),
            ROWS[key],
        )
        for key, label in share_names(reader).items()
    ]


def share_text(share: float, reader: Reader) -> str:
    """Return a share as a whole percentage that never hides a rest: 99.9 % is not all.

    >>> from datetime import UTC, datetime
    >>> told = Reader("en", UTC, datetime.now(UTC), str, lambda one, many, n: many)
    >>> share_text(0.999, told), share_text(1.0, told), share_text(0.001, told)
    ('99%', '100%', '1%')
    """
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        whole = 1
    return percentage(whole / 100, reader)


def tone_of(key: str, share: float) -> str:
    """Return how bad a figure is: good, warn or bad."""
    right = share if key in _GOOD else 1 - share
    if right >= _GOOD_FROM:
        return "good"
    return "warn" if right >= _BAD_BELOW else "bad"


def answer_text(answer: str, reader: Reader) -> str:
    """Return what an owner said."""
    words = {
        "": reader.gettext("no answer yet"),
        "right": reader.gettext("right"),
        "wrong": reader.gettext("not right"),
    }
    return words.get(answer, answer)

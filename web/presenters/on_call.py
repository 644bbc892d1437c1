"""Who is on call, in the reader's words and as a form asks for it."""

import re
from collections.abc import Mapping, Sequence

from web.presenters.reader import Reader

_DIALLED = re.compile(r"[0-9*#]")
#: What the input of a person on the form of turns is called, before their id.
PLACE = "place-"


def reason_text(reason: str, reader: Reader) -> str:
    """Return why somebody is on call."""
    told = {
        "turn": reader.gettext("in turn"),
        "shift": reader.gettext("by shift"),
        "stand_in": reader.gettext("standing in"),
    }
    return told.get(reason, reason)


def dial_url(phone: str) -> str:
    """Return the address by which a telephone calls a number; "" for what is none.

    >>> dial_url("+34 (91) 555-01 02"), dial_url("ask the porter")
    ('tel:+34915550102', '')
    """
    digits = "".join(_DIALLED.findall(phone[:60]))
    return f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}" if digits else ""


def places_shown(people: Sequence[int]) -> dict[str, str]:
    """Return what the form shows of turns: for each person their places, counted from 1.

    >>> places_shown([7, 9, 7])
    {'place-7': '1, 3', 'place-9': '2'}
    """
    found: dict[str, list[str]] = {}
    for number, person_id in enumerate(people, 1):
        found.setdefault(f"{PLACE}{person_id}", []).append(str(number))
    return {name: ", ".join(places) for name, places in found.items()}


def turns_given(form: Mapping[str, str]) -> tuple[list[int], list[str]]:
    """Return who has turns in which order, and the inputs in which no numbers stand.

    Gaps close, and of two people with the same place the first on the form comes first.

    >>> turns_given({"place-7": "1, 5", "place-9": "2", "place-11": "", "place-12": "last"})
    ([7, 9, 7], ['place-12'])
    """
    places: list[tuple[int, int]] = []
    wrong = []
    for name, text in form.items():
        person = name.removeprefix(PLACE)
        if not name.startswith(PLACE) or not person.isdecimal() or not person.isascii():
            continue
        for part in (one.strip() for one in text.split(",")):
            if part.isascii() and part.isdecimal() and 0 < len(part) < 4:
                places.append((int(part), int(person[:18])))
            elif part:
                wrong.append(name)
    places.sort(key=lambda one: one[0])
    return [person for _, person in places], sorted(set(wrong))

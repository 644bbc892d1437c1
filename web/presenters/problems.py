"""Problems and articles in the reader's words."""

from collections.abc import Sequence
from typing import Any

from web.presenters.reader import Reader

_TONES = {
    "new": "accent",
    "analysis": "accent",
    "known_error": "warn",
    "resolved": "good",
    "published": "good",
}


def state_text(state: str, reader: Reader) -> str:
    """Return the name of a state of a problem."""
    words = {
        "new": reader.gettext("New"),
        "analysis": reader.gettext("In analysis"),
        "known_error": reader.gettext("Known error"),
        "resolved": reader.gettext("Resolved"),
        "closed": reader.gettext("Closed"),
    }
    return words.get(state, state)


def state_tone(state: str) -> str:
    """Return the tone of the pill that shows a state of a problem or an article."""
    return _TONES.get(state, "neutral")


def published_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of who is told of a known error."""
    return [
        ("", reader.gettext("Nobody yet")),
        ("agents", reader.gettext("Support agents")),
        ("everyone", reader.gettext("Everybody, in the portal too")),
    ]


def audience_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of who reads an article."""
    return published_texts(reader)[1:]


def article_labels(reader: Reader) -> dict[str, str]:
    """Return the labels of what somebody types of an article, as its form shows them."""
    return {
        "title": reader.gettext("Title"),
        "body": reader.gettext("What to do"),
        "model": reader.gettext("Model"),
    }


def problem_labels(reader: Reader) -> dict[str, str]:
    """Return the labels of what somebody types of a problem, as its page shows them."""
    return {
        "title": reader.gettext("Title"),
        "description": reader.gettext("Description"),
        "cause": reader.gettext("Root cause"),
        "workaround": reader.gettext("Workaround"),
        "match_model": reader.gettext("On every item of the model"),
        "match_software": reader.gettext("Where this software is installed"),
        "match_below": reader.gettext("below the version"),
        "resolution": reader.gettext("How it was solved"),
    }


def article_states(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the states of an article."""
    return [
        ("draft", reader.gettext("Draft")),
        ("published", reader.gettext("Published")),
        ("retired", reader.gettext("Retired")),
    ]


def known_by(one: Any, reader: Reader) -> str:
    """Say why a known error is told on an item."""
    told = {"item": one.item.name, "model": one.item.model, "version": one.version}
    told["software"] = one.problem.match_software
    words = {
        "item": reader.gettext("is about %(item)s"),
        "model": reader.gettext("%(item)s is a %(model)s"),
        "software": reader.gettext("%(item)s runs %(software)s %(version)s"),
    }
    return words[one.by] % told


def proposed_title(item_name: str, number: int, reader: Reader) -> str:
    """Return the title of a problem that somebody is offered."""
    told = {"item": item_name, "num": number}
    return (
        reader.ngettext(
            "%(item)s: %(num)d incident in common", "%(item)s: %(num)d incidents in common", number
        )
        % told
    )


def given_whys(answers: Sequence[str], evidence: Sequence[str]) -> list[dict[str, str]]:
    """Return the answers that were filled in, each with what shows it.

    >>> given_whys(["The disk was full", ""], ["df", "x"])
    [{'because': 'The disk was full', 'evidence': 'df'}]
    """
    shown = [*evidence, *[""] * len(answers)]
    return [
        {"because": answer.strip(), "evidence": shown[number].strip()}
        for number, answer in enumerate(answers)
        if answer.strip()
    ]

"""Visits to devices, in the reader's words."""

from web.presenters.reader import Reader

TONES = {"queued": "accent", "found": "good", "review": "warn", "unreachable": "warn"}


def visit_text(state: str, outcome: str, reader: Reader) -> str:
    """Return what came of a visit; ``outcome`` is what the register made of what was found."""
    made = {
        "created": reader.gettext("found, new in the register"),
        "updated": reader.gettext("found, with differences"),
        "unchanged": reader.gettext("found, nothing new"),
    }
    names = {
        "queued": reader.gettext("under way"),
        "found": made.get(outcome, reader.gettext("found")),
        "review": reader.gettext("found; who it is must be decided"),
        "unreachable": reader.gettext("no answer"),
        "failed": reader.gettext("failed"),
    }
    return names.get(state, state)


def visit_tone(state: str) -> str:
    """Return the tone of the pill that shows what came of a visit."""
    return TONES.get(state, "bad")

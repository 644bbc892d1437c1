"""Releases in the reader's words: how far they are, what stands in the way, how items stand."""

from web.presenters.reader import Reader


def progress_words(reader: Reader) -> dict[str, tuple[str, str]]:
    """Return (word, tone) of where a release is."""
    return {
        "empty": (reader.gettext("without changes"), "neutral"),
        "preparing": (reader.gettext("in preparation"), "warn"),
        "ready": (reader.gettext("ready"), "good"),
        "under_way": (reader.gettext("under way"), "accent"),
        "carried_out": (reader.gettext("carried out"), "good"),
    }


def standing_words(reader: Reader) -> dict[str, tuple[str, str]]:
    """Return (word, tone) of how an item stands to the version that is aimed at."""
    return {
        "below": (reader.gettext("older"), "bad"),
        "mixed": (reader.gettext("older beside it"), "warn"),
        "absent": (reader.gettext("not found there"), "warn"),
        "silent": (reader.gettext("nothing was heard"), "neutral"),
        "newer": (reader.gettext("newer"), "accent"),
        "reached": (reader.gettext("reached"), "good"),
    }


def blocker_text(code: str, reader: Reader) -> str:
    """Say why a change keeps its release from being ready, or from having gone well."""
    sentences = {
        "draft": reader.gettext("is a draft"),
        "assessment": reader.gettext("is being assessed; nobody has been asked for approval"),
        "approval": reader.gettext("waits for approval"),
        "rejected": reader.gettext("was rejected"),
        "no_window": reader.gettext("has no window yet"),
        "collides": reader.gettext("collides with other changes"),
        "partly": reader.gettext("went only partly as planned"),
        "deviated": reader.gettext("went other than planned"),
        "incidents": reader.gettext("was followed by incidents"),
    }
    return sentences.get(code, code)

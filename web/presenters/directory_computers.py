"""Computers of a directory: what the list shows, and why an account stands for no item."""

from collections.abc import Callable, Mapping

from web.presenters.lists import Tab
from web.presenters.reader import Reader

#: Ways to look at the list, as ``server.items.directory_computers.SHOWN`` names them.
VIEWS = ("unseen", "unmatched", "disabled", "gone", "all")


def computer_tabs(
    counts: Mapping[str, int], address: Callable[[str], str], reader: Reader
) -> list[Tab]:
    """Return the ways to look at the list, with how many each shows."""
    return [Tab(key, _views(reader)[key], address(key), counts[key]) for key in VIEWS]


def _views(reader: Reader) -> dict[str, str]:
    return {
        "unseen": reader.gettext("Never seen by an agent"),
        "unmatched": reader.gettext("Without an item"),
        "disabled": reader.gettext("Disabled"),
        "gone": reader.gettext("Gone"),
        "all": reader.gettext("All"),
    }


def view_text(show: str, reader: Reader) -> str:
    """Return what one way of looking at the list means."""
    return {
        "unseen": reader.gettext(
            "Computers in the directory from which no agent ever reported: a work list."
        ),
        "unmatched": reader.gettext("Computers in the directory that stand for no item."),
        "disabled": reader.gettext("Accounts that are disabled. Their items stay as they are."),
        "gone": reader.gettext(
            "Accounts that are no longer in the directory. Their items stay as they are."
        ),
        "all": reader.gettext("Every computer that is in the directory."),
    }[show]


def unmatched_text(why: str, reader: Reader) -> str:
    """Return why an account stands for no item; "" where nobody said."""
    return {
        "no_match": reader.gettext("no item has this name"),
        "several": reader.gettext("several items have this name"),
        "name_only": reader.gettext("the directory tells no full domain name"),
        "disabled": reader.gettext("disabled, so no item was made"),
        "review": reader.gettext("waits for an answer"),
        "refused": reader.gettext("refused"),
    }.get(why, why)

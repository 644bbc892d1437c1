"""What the frame around every page shows: navigation, menus, and the words its scripts need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NavigationEntry:
    """One entry of the navigation; only what the actor may open is passed in.

    ``icon`` is a name of static/src/icons.json; ``keys`` is a key sequence ("g i") or "".
    """

    label: str
    url: str
    icon: str
    keys: str = ""
    active: bool = False


@dataclass(frozen=True)
class Shell:
    """Everything layout/base.html asks for.

    ``actor_key`` tells apart the drafts of two people at one browser; it is no secret.
    ``languages`` are (code, own name) pairs.
    """

    language: str
    languages: tuple[tuple[str, str], ...]
    actor_name: str
    actor_key: str
    csrf_token: str
    search_url: str
    palette_url: str
    language_url: str
    sign_out_url: str
    profile_url: str
    #: What one says of oneself, and what one may say, as (code, words); none: it is not asked.
    availability: str = ""
    availabilities: tuple[tuple[str, str], ...] = ()
    availability_url: str = ""
    home_url: str = "/"
    navigation: tuple[NavigationEntry, ...] = ()
    creations: tuple[NavigationEntry, ...] = ()
    strings: Mapping[str, str] = field(default_factory=dict)


def availability_texts(gettext: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Return (code, words) of what people say of themselves."""
    return (
        ("available", gettext("Available")),
        ("busy", gettext("Busy")),
        ("away", gettext("Away")),
    )


def client_strings(gettext: Callable[[str], str]) -> dict[str, str]:
    """Return the sentences the scripts show, by the key they ask for."""
    return {
        "cancel": gettext("Cancel"),
        "confirm": gettext("Confirm"),
        "confirmQuestion": gettext("Are you sure?"),
        "copied": gettext("Copied"),
        "copyFailed": gettext("Copying failed: select the text and copy it by hand."),
        "discardDraft": gettext("Discard it"),
        "draftRestored": gettext("Your unsaved text of an earlier visit is back."),
        "edgeHard": gettext("needs it"),
        "edgeSoft": gettext("suffers without it"),
        "forbidden": gettext("You may not do that. An administrator can give you the right."),
        "goTo": gettext("Go to"),
        "justNow": gettext("just now"),
        "mapEmpty": gettext("Nothing depends on this yet, and it depends on nothing."),
        "mapFailed": gettext("The map could not be drawn. The table below holds the same."),
        "mapFileName": gettext("dependency map"),
        "menuClosed": gettext("Open the navigation"),
        "menuOpen": gettext("Close the navigation"),
        "noConnection": gettext("The server cannot be reached. Nothing is lost: try again."),
        "noMatches": gettext("Nothing matches."),
        "notFound": gettext("This does not exist, or you may not see it."),
        "onThisPage": gettext("On this page"),
        "remove": gettext("Remove"),
        "serverError": gettext("The server failed. Try again; if it happens again, tell us when."),
        "tooMany": gettext("Too many requests. Wait a moment and try again."),
    }

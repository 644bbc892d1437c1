"""Words of the editor of offerings: types, who approves, states, and where a fault stands."""

from collections.abc import Mapping

from web.presenters.faults import fault_text
from web.presenters.reader import Reader


def type_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (type of a question, its name), the most usual first."""
    return [
        ("text", reader.gettext("One line of text")),
        ("long_text", reader.gettext("Several lines of text")),
        ("choice", reader.gettext("One of a list")),
        ("choices", reader.gettext("Several of a list")),
        ("boolean", reader.gettext("A box to tick")),
        ("number", reader.gettext("A number")),
        ("date", reader.gettext("A day")),
        ("item", reader.gettext("An item of the register")),
        ("person", reader.gettext("A person")),
        ("file", reader.gettext("A file")),
    ]


def who_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (who approves, its name)."""
    return [
        ("manager", reader.gettext("The manager of whom it is for")),
        ("persons", reader.gettext("People by name")),
        ("groups", reader.gettext("Groups")),
        ("item_owner", reader.gettext("The owner of the item that was picked")),
    ]


def needs_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (how many must agree, its name)."""
    return [
        ("any", reader.gettext("One of them is enough")),
        ("all", reader.gettext("All of them must agree")),
    ]


def state_text(state: str, reader: Reader) -> str:
    """Return the name of an offering's state."""
    words = {
        "draft": reader.gettext("Draft"),
        "published": reader.gettext("Published"),
        "retired": reader.gettext("Retired"),
    }
    return words.get(state, state)


def state_tone(state: str) -> str:
    """Return the tone of the pill that shows an offering's state."""
    return {"published": "good", "draft": "warn"}.get(state, "neutral")


def icon_texts(reader: Reader) -> dict[str, str]:
    """Return the names of the drawings that an offering may have, by code."""
    gettext = reader.gettext
    return {
        "apps": gettext("Programs"),
        "basket": gettext("Basket"),
        "book": gettext("Book"),
        "building": gettext("Building"),
        "calendar": gettext("Calendar"),
        "database": gettext("Database"),
        "device-laptop": gettext("Laptop"),
        "device-mobile": gettext("Telephone"),
        "file-text": gettext("Document"),
        "folder": gettext("Folder"),
        "headset": gettext("Headset"),
        "key": gettext("Key"),
        "keyboard": gettext("Keyboard"),
        "lock": gettext("Lock"),
        "mail": gettext("Letter"),
        "network": gettext("Network"),
        "package": gettext("Parcel"),
        "printer": gettext("Printer"),
        "server-2": gettext("Server"),
        "tool": gettext("Tool"),
        "user": gettext("Person"),
        "user-plus": gettext("New person"),
        "users": gettext("People"),
        "wifi": gettext("Wireless network"),
    }


def fault_lines(errors: Mapping[str, str], reader: Reader) -> list[tuple[str, str, str]]:
    """Return (where, what is wrong, the id of the part of the form) of each fault, once."""
    found: dict[tuple[str, str, str], None] = {}
    for path, fault in errors.items():
        where, part = _place(path, reader)
        found[where, fault_text(fault, reader), part] = None
    return list(found)


def place_text(path: str, reader: Reader) -> str:
    """Return where a path of a document stands in the form."""
    return _place(path, reader)[0]


def _place(path: str, reader: Reader) -> tuple[str, str]:
    name, _, rest = path.partition(".")
    number = rest.partition(".")[0]
    if name in {"fields", "approvals", "tasks"} and number.isdigit():
        words = {
            "fields": reader.gettext("Question %(number)s"),
            "approvals": reader.gettext("Approval %(number)s"),
            "tasks": reader.gettext("Task %(number)s"),
        }
        return words[name] % {"number": int(number) + 1}, f"{name}.{number}"
    words = {
        "names": reader.gettext("Name"),
        "descriptions": reader.gettext("Description"),
        "section": reader.gettext("Section"),
        "icon": reader.gettext("Drawing"),
        "cost": reader.gettext("Cost"),
        "delivery": reader.gettext("Delivery"),
        "audience": reader.gettext("Who may ask for it"),
        "fields": reader.gettext("Questions"),
        "approvals": reader.gettext("Approvals"),
        "tasks": reader.gettext("Tasks"),
        "ticket": reader.gettext("The ticket"),
        "code": reader.gettext("Code"),
    }
    return words.get(name, ""), name

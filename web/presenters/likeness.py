"""Why another ticket is like the one that is read, in the reader's words."""

from typing import Any

from cmdb.model import Model
from web.presenters.reader import Reader
from web.presenters.values import class_label


def likeness_texts(one: Any, category: str, model: Model, reader: Reader) -> list[str]:
    """Return the reasons of a similar ticket (server.desk SimilarTicket), the weightiest first.

    ``category`` is the name of the category where both have the same one.
    """
    told = [
        (reader.gettext("same item: %(names)s"), [item.name for item in one.items]),
        (
            reader.gettext("same model: %(names)s"),
            [f"{item.vendor} {item.model}".strip() for item in one.models],
        ),
        (
            reader.gettext("same class: %(names)s"),
            [class_label(model, item.class_code, reader.language) for item in one.classes],
        ),
        (reader.gettext("same words: %(names)s"), list(one.words)),
        (reader.gettext("same category: %(names)s"), [category] if one.same_category else []),
    ]
    return [text % {"names": ", ".join(names)} for text, names in told if names]

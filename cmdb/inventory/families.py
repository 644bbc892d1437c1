"""Families of classes: a machine may turn out to be another kind of machine, never a service."""

from cmdb.inventory.known import KnownItem
from cmdb.model import Model


def family_of(model: Model, class_code: str) -> str:
    """Return the class just below the root that ``class_code`` belongs to.

    Raises ``UnknownClass``.
    """
    line = (class_code, *model.ancestors(class_code))
    return line[-2] if len(line) > 1 else line[0]


def same_family(model: Model, one: str, other: str) -> bool:
    """Say whether an item of one class may become one of the other."""
    if one == other:
        return True
    if model.find_class(one) is None:
        return False
    root = model.ancestors(other)[-1:] or (other,)
    return other == root[0] or family_of(model, one) == family_of(model, other)


def takes_class(model: Model, item: KnownItem, wanted: str, *, outranks: bool) -> bool:
    """Say whether ``item`` becomes a ``wanted``, as some source says.

    A more exact class is taken from anybody, a vaguer one from nobody; another kind altogether only
    from a source that ``outranks`` all others who have spoken of the item.
    """
    if wanted == item.class_code or model.item_class(wanted).abstract:
        return False
    if model.find_class(item.class_code) is None or model.is_a(wanted, item.class_code):
        return True
    return outranks and not model.is_a(item.class_code, wanted)

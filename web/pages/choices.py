"""What forms offer to choose from."""

from sqlalchemy.orm import Session

from cmdb.model import shipped_model
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.people.queries.organisations import list_organisations


def class_choices(language: str, *, abstract: bool = False) -> list[tuple[str, str]]:
    """Return (code, label) of the classes by name; abstract ones only where they make sense."""
    model = shipped_model()
    found = [
        (str(item_class.code), model.label(item_class, language))
        for item_class in model.classes
        if abstract or not item_class.abstract
    ]
    return sorted(found, key=lambda choice: choice[1].casefold())


def organisation_choices(
    session: Session, actor: Actor, permission: Permission
) -> list[tuple[str, str]]:
    """Return (id, name) of the organisations in which the actor holds ``permission``."""
    page = list_organisations(session, actor, "", PageRequest(limit=500))
    return [(str(o.id), o.name) for o in page.rows if actor.may(permission, o.id)]

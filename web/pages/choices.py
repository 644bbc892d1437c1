"""What forms offer to choose from."""

from sqlalchemy.orm import Session

from cmdb.model import standing_model
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.people.queries.organisations import list_organisations
from server.people.queries.roles import list_roles


def class_choices(language: str, *, abstract: bool = False) -> list[tuple[str, str]]:
    """Return (code, label) of the classes by name; abstract ones only where they make sense."""
    model = standing_model()
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


def organisation_names(session: Session, actor: Actor) -> dict[int, str]:
    """Return the names of the organisations the actor may know of, by name."""
    page = list_organisations(session, actor, "", PageRequest("name", "", 500))
    return {o.id: o.name for o in page.rows}


def role_names(session: Session, actor: Actor) -> dict[str, str]:
    """Return the roles' names in the actor's language, by code; for who may read roles."""
    if not actor.may(Permission.ADMIN_READ):
        return {}
    page = list_roles(session, actor, PageRequest(limit=500))
    return {role.code: role.labels.get(actor.language, role.code) for role in page.rows}

"""Permissions and how far they reach, in the reader's words."""

from collections.abc import Iterable

from server.foundation.permissions import Permission
from web.presenters.reader import Reader


def permission_text(permission: str, reader: Reader) -> str:
    """Return what a permission lets somebody do; one we do not know stands for itself."""
    return {**_register(reader), **_desk(reader), **_administration(reader)}.get(
        permission, permission
    )


def permission_choices(held: Iterable[str], reader: Reader) -> list[tuple[str, str]]:
    """Return (code, text) of the permissions among ``held``, in the order of the vocabulary."""
    known = set(held)
    return [(code.value, permission_text(code, reader)) for code in Permission if code in known]


def reach_text(reach: str, reader: Reader) -> str:
    """Return how far a role reaches inside its organisation."""
    names = {
        "all": reader.gettext("everything there"),
        "team": reader.gettext("what is the team's"),
        "own": reader.gettext("what is their own"),
    }
    return names.get(reach, reach)


def _register(reader: Reader) -> dict[str, str]:
    return {
        Permission.ITEM_READ: reader.gettext("read items"),
        Permission.ITEM_WRITE: reader.gettext("change items"),
        Permission.ITEM_IMPORT: reader.gettext("import items"),
        Permission.IMPACT_COUNT_HIDDEN: reader.gettext("count affected items outside their view"),
        Permission.SERVICE_CREATE: reader.gettext("draw services"),
        Permission.REPORT_SEND: reader.gettext("send reports"),
        Permission.DISCOVERY_READ: reader.gettext("see discovery"),
        Permission.DISCOVERY_RUN: reader.gettext("run discovery"),
        Permission.PERSON_READ: reader.gettext("see people"),
        Permission.PERSON_WRITE: reader.gettext("change people"),
        Permission.GROUP_READ: reader.gettext("see groups"),
        Permission.GROUP_WRITE: reader.gettext("change groups"),
    }


def _desk(reader: Reader) -> dict[str, str]:
    return {
        Permission.TICKET_OPEN: reader.gettext("open tickets"),
        Permission.TICKET_READ: reader.gettext("read tickets"),
        Permission.TICKET_WORK: reader.gettext("work on tickets"),
        Permission.CHANGE_READ: reader.gettext("read changes"),
        Permission.CHANGE_WRITE: reader.gettext("plan changes"),
        Permission.CHANGE_APPROVE: reader.gettext("approve changes"),
    }


def _administration(reader: Reader) -> dict[str, str]:
    return {
        Permission.ADMIN_READ: reader.gettext("look into administration"),
        Permission.ADMIN_USERS: reader.gettext("administer log-ins and roles"),
        Permission.ADMIN_DIRECTORY: reader.gettext("administer directories"),
        Permission.ADMIN_AGENTS: reader.gettext("administer agents"),
        Permission.ADMIN_JOBS: reader.gettext("administer background work"),
        Permission.ADMIN_RULES: reader.gettext("administer rules of derivation and identity"),
    }

"""The roles that every installation has. Data: a grant says where they hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.foundation.permissions import Permission, Reach

ADMINISTRATOR = "administrator"
SUPPORT_AGENT = "support_agent"
CHANGE_MANAGER = "change_manager"
CONFIGURATION_MANAGER = "configuration_manager"
REQUESTER = "requester"
READER = "reader"


@dataclass(frozen=True, slots=True)
class ShippedRole:
    """One role as we ship it. ``reach`` is what a grant of it starts with."""

    code: str
    labels: Mapping[str, str]
    permissions: frozenset[Permission]
    reach: Reach = Reach.ALL


_LOOK = frozenset(
    {
        Permission.ITEM_READ,
        Permission.PERSON_READ,
        Permission.GROUP_READ,
        Permission.TICKET_READ,
        Permission.CHANGE_READ,
        Permission.DISCOVERY_READ,
    }
)

_WORK = _LOOK | {
    Permission.IMPACT_COUNT_HIDDEN,
    Permission.TICKET_OPEN,
    Permission.TICKET_WORK,
    Permission.CHANGE_WRITE,
}

SHIPPED_ROLES: tuple[ShippedRole, ...] = (
    ShippedRole(
        ADMINISTRATOR,
        {"en": "Administrator", "es": "Administrador", "ru": "Администратор"},
        frozenset(Permission),
    ),
    ShippedRole(
        SUPPORT_AGENT,
        {"en": "Support agent", "es": "Agente de soporte", "ru": "Специалист поддержки"},
        frozenset(_WORK),
    ),
    ShippedRole(
        CHANGE_MANAGER,
        {"en": "Change manager", "es": "Gestor de cambios", "ru": "Менеджер изменений"},
        _WORK | {Permission.CHANGE_APPROVE},
    ),
    ShippedRole(
        CONFIGURATION_MANAGER,
        {
            "en": "Configuration manager",
            "es": "Gestor de configuración",
            "ru": "Менеджер конфигураций",
        },
        _LOOK
        | {
            Permission.ITEM_WRITE,
            Permission.ITEM_IMPORT,
            Permission.SERVICE_CREATE,
            Permission.DISCOVERY_RUN,
            Permission.TICKET_OPEN,
            Permission.CHANGE_WRITE,
        },
    ),
    ShippedRole(
        REQUESTER,
        {"en": "Requester", "es": "Solicitante", "ru": "Заявитель"},
        frozenset({Permission.TICKET_OPEN, Permission.TICKET_READ, Permission.ITEM_READ}),
        Reach.OWN,
    ),
    ShippedRole(
        READER,
        {"en": "Reader", "es": "Lector", "ru": "Читатель"},
        _LOOK,
    ),
)

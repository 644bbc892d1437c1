"""Every method of every route of the site, with what the endpoint kit must know of it.

A new route is written down here, in the file of its corner: which permission it asks for, how it
is called, what it answers. ``PUBLIC`` holds the few that anybody may use.
"""

from tests.contract.endpoints.alarms import ALARMS
from tests.contract.endpoints.announcements import ANNOUNCEMENTS
from tests.contract.endpoints.assets import AROUND_ITEMS
from tests.contract.endpoints.desk_around import DESK_AROUND
from tests.contract.endpoints.entry import Endpoint, Named, Public
from tests.contract.endpoints.foreign_agents import FOREIGN_AGENTS
from tests.contract.endpoints.health import ASSETS, HEALTH, PAST
from tests.contract.endpoints.imports import IMPORTS
from tests.contract.endpoints.pages_administration import PAGES_ADMINISTRATION
from tests.contract.endpoints.pages_changes import PAGES_CHANGES
from tests.contract.endpoints.pages_desk import PAGES_DESK
from tests.contract.endpoints.pages_mail import PAGES_MAIL
from tests.contract.endpoints.pages_model import PAGES_MODEL
from tests.contract.endpoints.pages_orders import PAGES_ORDERS
from tests.contract.endpoints.pages_register import PAGES_REGISTER
from tests.contract.endpoints.public import PUBLIC
from tests.contract.endpoints.releases import FOLLOWINGS, RELEASES
from tests.contract.endpoints.rest_calendar import REST_CALENDAR, REST_CHECKING
from tests.contract.endpoints.rest_changes import REST_CHANGES
from tests.contract.endpoints.rest_derivation import REST_DERIVATION
from tests.contract.endpoints.rest_desk import REST_DESK
from tests.contract.endpoints.rest_identity import REST_IDENTITY
from tests.contract.endpoints.rest_mail import REST_MAIL
from tests.contract.endpoints.rest_model import REST_MODEL
from tests.contract.endpoints.rest_orders import REST_ORDERS
from tests.contract.endpoints.rest_people import REST_PEOPLE
from tests.contract.endpoints.rest_register import REST_REGISTER
from tests.contract.endpoints.routines import ROUTINES

__all__ = ["ENDPOINTS", "PUBLIC", "Endpoint", "Named", "Public"]

ENDPOINTS: tuple[Endpoint, ...] = (
    *REST_PEOPLE,
    *REST_REGISTER,
    *REST_DERIVATION,
    *REST_IDENTITY,
    *REST_MODEL,
    *HEALTH,
    *PAST,
    *ASSETS,
    *AROUND_ITEMS,
    *IMPORTS,
    *REST_DESK,
    *DESK_AROUND,
    *ALARMS,
    *ANNOUNCEMENTS,
    *ROUTINES,
    *REST_MAIL,
    *REST_ORDERS,
    *REST_CHANGES,
    *REST_CALENDAR,
    *REST_CHECKING,
    *RELEASES,
    *FOLLOWINGS,
    *PAGES_DESK,
    *PAGES_MAIL,
    *PAGES_ORDERS,
    *PAGES_CHANGES,
    *PAGES_REGISTER,
    *PAGES_MODEL,
    *PAGES_ADMINISTRATION,
    *FOREIGN_AGENTS,
)

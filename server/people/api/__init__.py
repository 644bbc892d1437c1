"""People's part of the REST interface."""

from server.people.api.directories import directories
from server.people.api.emergencies import emergencies
from server.people.api.groups import groups
from server.people.api.organisations import organisations
from server.people.api.people import people
from server.people.api.providers import providers
from server.people.api.roles import roles
from server.people.api.rosters import rosters
from server.people.api.saml_providers import saml_providers
from server.people.api.session import session
from server.people.api.tokens import tokens

__all__ = [
    "directories",
    "emergencies",
    "groups",
    "organisations",
    "people",
    "providers",
    "roles",
    "rosters",
    "saml_providers",
    "session",
    "tokens",
]

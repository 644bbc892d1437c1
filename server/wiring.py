"""All there is, in three tables: BLUEPRINTS, REACTIONS and JOBS.

A feature is not registered by being imported; it is registered by standing here.
"""

from flask_smorest import Blueprint

from server.foundation.events import Reactions
from server.people.authentication import authenticate

__all__ = ["BLUEPRINTS", "REACTIONS", "authenticate"]

BLUEPRINTS: tuple[Blueprint, ...] = ()

REACTIONS: Reactions = {}

"""All there is, in three tables: BLUEPRINTS, REACTIONS and JOBS.

A feature is not registered by being imported; it is registered by standing here.
"""

from flask_smorest import Blueprint

from server.foundation.events import Reactions
from server.foundation.jobs.handler import JobHandler, Jobs
from server.foundation.jobs.housekeeping import forget_old_jobs
from server.people.authentication import authenticate

__all__ = ["BLUEPRINTS", "JOBS", "REACTIONS", "authenticate"]

BLUEPRINTS: tuple[Blueprint, ...] = ()

REACTIONS: Reactions = {}

JOBS: Jobs = {
    "jobs.forget": JobHandler(forget_old_jobs, cron="20 3 * * *"),
}

"""Wrong credentials are counted by address, across processes; whoever tries many is slowed down.

Only what failed is counted and only what failed is held up: a right token gets in at any time, so
that nobody behind a shared address can shut the others out.
"""

from flask import request

from server.foundation.allowances import WRONG_CREDENTIALS, seconds_to_wait, spend
from server.foundation.edge.credentials import client_address
from server.foundation.edge.problems import Problem, problem_of
from server.foundation.edge.requests import installation, request_state
from server.foundation.errors import TooManyAttempts

#: Where the credential stands in the body.
_IN_BODY = ("/agents/enrol",)


def slow_down(problem: Problem) -> Problem:
    """Count a refused credential; over the limit the answer is 429 with Retry-After instead."""
    if problem.status != 401 or not _bears_credential():
        return problem
    try:
        _count()
    except TooManyAttempts as error:
        return problem_of(error)
    return problem


def _bears_credential() -> bool:
    return request.authorization is not None or request.path.endswith(_IN_BODY)


def _count() -> None:
    database, now, party = installation().database, request_state().now, client_address()
    with database.reading() as session:
        wait = seconds_to_wait(session, WRONG_CREDENTIALS, party, now)
    if wait:
        # Nothing is written for those who are over it, however many they send.
        raise TooManyAttempts(wait)
    with database.writing() as session:
        spend(session, WRONG_CREDENTIALS, party, now)

"""A collector with a fault in it, to see that the others do not mind."""

from typing import NoReturn

from agent.machine import Machine


def collect(machine: Machine) -> NoReturn:
    """Fail in a way no collector expects."""
    message = "a question that breaks"
    raise ZeroDivisionError(message)

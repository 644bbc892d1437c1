"""A refused form of the desk, with its faults in the reader's language."""

from collections.abc import Callable

from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, NotFound
from server.foundation.edge.problems import problem_of
from server.foundation.errors import PermissionDenied
from web.pages.frame import done, problem_title, reader, refuse
from web.presenters.faults import fault_text


def refuse_in_words(error: CadastreError) -> tuple[dict[str, str], int]:
    """Undo what an action wrote, and return (field → sentence, status) to show the form again."""
    refuse(error)
    return faults_in_words(error)


def faults_in_words(error: CadastreError) -> tuple[dict[str, str], int]:
    """Return (field → sentence, status) of a view whose own transactions undid everything."""
    problem = problem_of(error)
    told = {name: fault_text(fault, reader()) for name, fault in problem.fields.items() if name}
    if "" in problem.fields or not isinstance(error, InvalidValue):
        detail = fault_text(problem.detail, reader())
        told[""] = f"{problem_title(problem)}. {detail}"
    return told, problem.status


def carried_out(
    write: Callable[[], object],
    again: Callable[[dict[str, str]], str],
    told: str,
    address: str,
) -> ResponseReturnValue:
    """Do what a form asks and lead on; where it is refused, show the page again with its faults.

    What is not there, or forbidden, is told by the page of problems instead.
    """
    try:
        write()
    except (NotFound, PermissionDenied):
        raise
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return again(errors), status
    return done(told, address)


def of_list(errors: dict[str, str], name: str) -> str | None:
    """Return the first fault of a field that takes several values ("items", "items.2")."""
    found = [fault for field, fault in errors.items() if field.split(".")[0] == name]
    return found[0] if found else None

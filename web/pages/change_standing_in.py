"""Naming and dismissing deputies, on the inbox or on the page of who approves."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.translation import gettext
from web.pages import change_deputies
from web.pages.change_inbox import inbox_page
from web.pages.change_policy import policy_page
from web.pages.frame import done, url_for
from web.pages.refusals import refuse_in_words


def name_deputy() -> ResponseReturnValue:
    """Name who approves in one's place."""
    return _act(change_deputies.name_deputy, gettext("The deputy is named."))


def dismiss_deputy(deputy_id: int) -> ResponseReturnValue:
    """Take a deputy's say away."""
    told = gettext("The deputy has no say any more.")
    return _act(lambda: change_deputies.dismiss_deputy(deputy_id), told)


def _act(write: Callable[[], None], told: str) -> ResponseReturnValue:
    here = "policy" if request.form.get("from") == "policy" else "inbox"
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        drawn = policy_page("deputy", errors) if here == "policy" else inbox_page({}, errors)
        return drawn, status
    return done(told, url_for(f"changes.{here}"))

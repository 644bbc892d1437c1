"""The server application: REST, health and errors. ``web.site`` puts the pages on top of it."""

from collections.abc import Callable

from flask import Flask, Response
from flask.typing import ResponseReturnValue

from server.foundation.database import Database
from server.foundation.edge import health
from server.foundation.edge.characters import refuse_unstorable_text
from server.foundation.edge.problems import Problem, problem_of
from server.foundation.edge.requests import (
    Authenticator,
    CadastreFlask,
    Installation,
    install,
    request_state,
)
from server.foundation.edge.rest import (
    BLUEPRINT_PREFIX,
    answer,
    is_rest,
    note_failure,
    open_api,
)
from server.foundation.edge.tables import record_saved
from server.foundation.edge.transport import set_up_transport
from server.foundation.edge.wariness import slow_down
from server.foundation.edge.watching import watch
from server.foundation.settings import Settings
from server.items.doorstep import Doorstep
from server.wiring import BLUEPRINTS, DOORS, LENT, authenticate

#: Turns a problem into a page for a person; the REST interface never uses it.
PageOfProblem = Callable[[Problem], ResponseReturnValue]


def create_app(
    settings: Settings,
    database: Database,
    *,
    page_of_problem: PageOfProblem | None = None,
    authenticator: Authenticator = authenticate,
) -> Flask:
    """Return the application. ``page_of_problem`` draws errors for people; None answers JSON."""
    app = CadastreFlask("server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_megabytes * 1024 * 1024
    install(app, Installation(settings, database, authenticator, LENT))
    # Inside of what is declared about proxies, so that addresses in the log are the senders'.
    doorstep = Doorstep(app, app.wsgi_app)
    app.wsgi_app = doorstep  # type: ignore[method-assign,assignment]  # WSGI middleware goes here
    set_up_transport(app, settings)
    watch(app)
    app.before_request(refuse_unstorable_text)
    app.register_blueprint(health.blueprint)
    api = open_api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, name=f"{BLUEPRINT_PREFIX}{blueprint.name}")
    for door in DOORS:
        app.register_blueprint(door)
    _answer_problems(app, page_of_problem)
    app.after_request(record_saved)
    app.after_request(_name_request)
    return app


def _answer_problems(app: Flask, page_of_problem: PageOfProblem | None) -> None:
    def handle(error: Exception) -> ResponseReturnValue:
        problem = slow_down(problem_of(error))
        note_failure(error, problem)
        if page_of_problem is None or is_rest():
            return answer(problem)
        return page_of_problem(problem)

    app.register_error_handler(Exception, handle)


def _name_request(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_state().request_id
    return response

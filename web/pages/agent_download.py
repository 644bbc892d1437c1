"""What a machine fetches to become part of the register: the agent, and what installs it.

Anybody may fetch both: they hold no secret. Only an enrolment token makes an agent ours.
"""

import shlex

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import installation, needs_nothing
from web.agent_archive import NAME, AgentArchive, agent_archive
from web.presenters.agents import enrolment_flags

agent_download = Blueprint("agent_download", __name__, url_prefix="/agent")

#: Plain English, because a terminal reads it.
_NOTHING = (
    "This server has no agent to hand out: the package cadastre-agent is not installed beside it.\n"
)


@agent_download.route(f"/{NAME}")
@needs_nothing
def archive() -> ResponseReturnValue:
    """Hand out the agent as one file for Python 3.9 and newer."""
    packed = agent_archive()
    if packed is None:
        return _nothing()
    response = Response(packed.content, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename={NAME}"
    return _cached(response, packed)


@agent_download.route("/install.sh")
@needs_nothing
def script() -> ResponseReturnValue:
    """Hand out the script that installs the agent as a service on Linux and macOS."""
    return _script("agent/install.sh", "text/x-shellscript")


@agent_download.route("/install.ps1")
@needs_nothing
def windows_script() -> ResponseReturnValue:
    """Hand out the script that installs the agent on Windows as a service."""
    return _script("agent/install.ps1", "text/plain")


def _script(template: str, mimetype: str) -> ResponseReturnValue:
    packed = agent_archive()
    if packed is None:
        return _nothing()
    server = installation().settings.base_url
    text = render_template(
        template,
        server=server,
        quoted_server=shlex.quote(server),
        flags=enrolment_flags(server),
        digest=packed.digest,
        name=NAME,
    )
    return _cached(Response(text, mimetype=mimetype), packed)


def _cached(response: Response, packed: AgentArchive) -> ResponseReturnValue:
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(packed.digest)
    return response.make_conditional(request)


def _nothing() -> ResponseReturnValue:
    return Response(_NOTHING, 404, mimetype="text/plain")

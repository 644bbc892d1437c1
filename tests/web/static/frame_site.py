"""A site of one page that holds every part of the frame, served under the real policy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask import Flask, Response, jsonify, redirect, request
from jinja2 import Environment
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse
from whitenoise import WhiteNoise

from tests.web.presenters.readers import reader
from tests.web.templates.rendering import environment, shell
from web.assets import DIST, URL_PREFIX, Assets
from web.presenters.lists import Column, Sorting
from web.presenters.maps import MapEdge, MapGraph, MapGroup, MapNode
from web.presenters.urls import with_query

_HERE = Path(__file__).parent
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PEOPLE = ("Ana Ruiz", "Ivan Petrov", "Ольга Смирнова")
TICKETS = ("Orders page times out", "Laptop does not wake up", "VPN is slow")
COLUMNS = [Column("Reference", "reference"), Column("Title", "title", main=True)]
GRAPH = MapGraph(
    (
        MapNode("svc", "Orders", "Business service", "degraded", "/opened/svc", focus=True),
        MapNode("a", "app-1", "Application server", "up", "/opened/a"),
        MapNode("b", "app-2", "Application server", "down", "/opened/b"),
        MapNode("db", "db-07", "Database server", "at_risk", "/opened/db"),
    ),
    (MapEdge("1", "a", "db", "connects to"), MapEdge("2", "b", "db", "backs up to", hard=False)),
    (MapGroup("pool", "svc", "web pool", 1, ("a", "b"), 1, "at_risk"),),
)
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in _HERE.glob("pages/*.html")}


@contextmanager
def serving(site: Flask) -> Iterator[str]:
    """Serve ``site`` on a free port of loopback; yields its address."""
    with serving_at(site, 0) as address:
        yield address


@contextmanager
def serving_at(site: Flask, port: int) -> Iterator[str]:
    """Serve ``site`` on this port of loopback; yields its address."""
    server = make_server("127.0.0.1", port, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def frame_site() -> Flask:
    """Return the site; what it was sent is in its ``config["SENT"]``."""
    site = Flask(__name__, static_folder=None)
    site.wsgi_app = WhiteNoise(site.wsgi_app, root=str(DIST), prefix=URL_PREFIX)  # type: ignore[method-assign]  # how middleware is mounted
    site.config["SENT"] = []
    site.after_request(_with_policy)
    for rule, name, view, method in (
        ("/", "frame", _frame, "GET"),
        ("/tickets", "tickets", _frame, "GET"),
        ("/opened/<name>", "opened", _opened, "GET"),
        ("/sign-in", "sign_in", _sign_in, "GET"),
        ("/palette", "palette", _found, "GET"),
        ("/people", "people", _people, "GET"),
        ("/save", "save", lambda: _save(site), "POST"),
        ("/delete", "delete", lambda: _sent(site), "POST"),
        ("/broken", "broken", lambda: ("", 500), "POST"),
    ):
        site.add_url_rule(rule, name, view, methods=[method])
    return site


@cache
def _templates(language: str) -> Environment:
    """Return the templates of a language, compiled once for all requests."""
    made = environment(PAGES, language)
    made.globals["asset_url"] = Assets().url
    return made


def _language() -> str:
    return request.args.get("language", "en")


def _frame(title: str = "", errors: dict[str, str] | None = None) -> str:
    language = _language()
    sorting = Sorting.parse(request.args.get("sort", ""))
    return (
        _templates(language)
        .get_template("frame")
        .render(
            shell=shell(language=language),
            columns=COLUMNS,
            sorting=sorting,
            list_url=lambda **changes: with_query("/", request.args.to_dict(flat=False), changes),
            tickets=sorted(TICKETS, reverse=sorting.descending),
            errors=errors or {},
            typed=title,
            graph=GRAPH.as_json(reader(language)),
        )
    )


def _opened(name: str) -> str:
    return _frame(f"opened {name}")


def _sign_in() -> str:
    return _templates("en").get_template("bare").render(language="en")


def _save(site: Flask) -> AnyResponse | tuple[str, int] | str:
    if not request.form["title"]:
        return _frame(errors={"title": "Say what is wrong."}), 422
    if request.form["title"] == "signed out":
        return redirect("/sign-in")
    return _sent(site)


def _sent(site: Flask) -> AnyResponse:
    site.config["SENT"].append(request.form.to_dict())
    return redirect("/")


def _found() -> str:
    words = request.args.get("q", "")
    found = [{"url": "/opened/db", "label": "db-07", "state": "up"}] if words in "db-07" else []
    return _templates(_language()).get_template("found").render(found=found)


def _people() -> Response:
    words = request.args.get("q", "").casefold()
    found = [name for name in PEOPLE if words in name.casefold()]
    return jsonify(results=[{"value": name, "text": name, "detail": "team"} for name in found])


def _with_policy(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    return answer

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server.foundation.journal import REMOVED, start_journal

CANARY = "s3cr3t-canary-4711"


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """Write JSON lines to a buffer, and leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    start_journal("json", "DEBUG", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_who_and_in_which_request(journal: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1", job_id=7):
        structlog.get_logger("server.items").info("report taken", items=3)
    (line,) = _lines(journal)
    assert line["event"] == "report taken"
    assert (line["request_id"], line["job_id"], line["items"]) == ("r-1", 7, 3)
    assert (line["level"], line["logger"]) == ("info", "server.items")
    assert str(line["timestamp"]).endswith("Z")


def test_a_library_s_line_looks_like_ours(journal: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        logging.getLogger("some.library").warning("it took %d seconds", 5)
    (line,) = _lines(journal)
    assert (line["event"], line["level"]) == ("it took 5 seconds", "warning")
    assert line["request_id"] == "r-1"


@pytest.mark.parametrize(
    "fields",
    [
        {"password": CANARY},
        {"smtp_password": CANARY},
        {"new-password": CANARY},
        {"headers": {"Authorization": CANARY, "Set-Cookie": [CANARY]}},
        {"payload": [{"deep": {"api_key": CANARY}}]},
        {"snmp": {"community": CANARY}},
        {"url": f"postgresql://cadastre:{CANARY}@db/register"},
        {"error": f"could not connect to ldap://admin:{CANARY}@host:389"},
        {"header": f"Bearer {CANARY}"},
        {"said": f"the token cad_{CANARY}_{CANARY} was refused"},
        {"path": f"/reset?token={CANARY}&x=1"},
    ],
)
def test_a_secret_does_not_reach_the_log(journal: io.StringIO, fields: dict[str, object]) -> None:
    structlog.get_logger("x").info("something", **fields)
    logging.getLogger("library").info("something %s", fields)
    ours, _theirs = _lines(journal)
    assert CANARY not in json.dumps(ours)
    assert REMOVED in json.dumps(ours)


def test_a_secret_in_a_library_s_argument_or_a_traceback_is_removed(journal: io.StringIO) -> None:
    logging.getLogger("library").info("connecting to %s", f"smtp://me:{CANARY}@host")
    try:
        int(f"smtp://me:{CANARY}@host")
    except ValueError:
        structlog.get_logger("x").exception("it failed")
    assert CANARY not in journal.getvalue()
    assert "ValueError" in journal.getvalue()


def test_what_only_sounds_like_a_secret_stays_readable(journal: io.StringIO) -> None:
    structlog.get_logger("x").info("made", token_id=5, token_name="ci", password_set=True, tokens=3)
    (line,) = _lines(journal)
    assert (line["token_id"], line["token_name"], line["password_set"]) == (5, "ci", True)
    assert line["tokens"] == 3


def test_console_lines_are_plain_text() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    start_journal("console", "INFO", stream)
    structlog.get_logger("x").info("started", port=8080)
    structlog.get_logger("x").debug("unseen")
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    assert "started" in stream.getvalue()
    assert "port=8080" in stream.getvalue()
    assert "unseen" not in stream.getvalue()

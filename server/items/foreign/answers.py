"""What a foreign agent is told, in its own words.

Legacy XML: a REPLY with PROLOG_FREQ (hours until the next contact) and RESPONSE SEND or STOP.
GLPI Agent's JSON: a status, and when to come back. Facts: docs of the agents' own wire traces.
"""

import json
from dataclasses import dataclass
from enum import Enum, auto

from server.items.foreign.messages import Dialect, Message

#: How long a foreign agent waits between two reports.
HOURS = 24
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n<REPLY>{}</REPLY>\n'
#: What a GLPI agent may leave out: each of these tasks would ask us again, for nothing.
_DISABLED = ["collect", "deploy", "esx", "netdiscovery", "netinventory", "remoteinventory"]
#: The inventory format we read is that of GLPI 10; newer agents adapt their types to it.
_FORMAT = "10.0.20"


class Verdict(Enum):
    """What became of a message."""

    WELCOME = auto()
    #: Kept until an administrator decides.
    WAITING = auto()
    #: An administrator does not want to hear from this one.
    UNWANTED = auto()
    #: What was sent cannot be put together without a whole report.
    RESYNC = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a plain body; the edge packs it as the question was packed."""

    status: int
    body: bytes
    content_type: str


def answer_to(message: Message, verdict: Verdict, *, prefers_json: bool) -> Answer:
    """Answer a message. ``prefers_json``: the sender is a GLPI Agent that reads JSON."""
    if message.as_json:
        return _json_answer(message, verdict)
    if message.action == "prolog":
        # Only a whole report mends a resync, and in XML a GLPI Agent sends nothing but whole ones.
        if prefers_json and verdict in {Verdict.WELCOME, Verdict.WAITING}:
            return json_answer({"status": "ok", "expiration": HOURS})
        wanted = "STOP" if verdict is Verdict.UNWANTED else "SEND"
        return xml_answer(f"<PROLOG_FREQ>{HOURS}</PROLOG_FREQ><RESPONSE>{wanted}</RESPONSE>")
    told = "no_account_update" if message.dialect is Dialect.OCS else "SEND"
    return xml_answer(f"<RESPONSE>{told}</RESPONSE>")


def _json_answer(message: Message, verdict: Verdict) -> Answer:
    if verdict is Verdict.UNWANTED:
        return refusal(403, "this agent is not wanted here", as_json=True)
    if message.action == "contact":
        if verdict is Verdict.RESYNC:
            # The agent takes us for no GLPI from now on; its next contact is a prolog.
            return refusal(400, "a whole report is needed: start over", as_json=True)
        tasks = {"inventory": {"server": "cadastre", "version": _FORMAT}}
        return json_answer(
            {"status": "ok", "expiration": HOURS, "tasks": tasks, "disabled": _DISABLED}
        )
    if message.action == "get_params":
        return json_answer({"status": "ok", "credentials": [], "expiration": HOURS})
    return json_answer({"status": "ok", "expiration": HOURS})


def refusal(status: int, why: str, *, as_json: bool) -> Answer:
    """Say why a message was not taken; agents write it into their logs."""
    if as_json:
        return json_answer({"status": "error", "message": why, "expiration": HOURS}, status)
    safe = why.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return xml_answer(f"<ERROR>{safe}</ERROR>", status)


def json_answer(document: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, json.dumps(document).encode(), "application/json")


def xml_answer(inside: str, status: int = 200) -> Answer:
    """Return a REPLY."""
    return Answer(status, _XML.format(inside).encode(), "application/xml")

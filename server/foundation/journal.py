"""The log: one structured line per event, with request and job id, and without secrets.

Our own modules log through structlog, libraries through ``logging``; both end in the same handler
on standard error, as JSON for machines or as plain lines for a terminal.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REMOVED = "[removed]"

#: Any key that contains one of these words holds a secret, however deep it lies.
_SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "cookie",
    "api_key",
    "private_key",
    "community",
    "credential",
)
_NOT_SECRET = frozenset({"token_name", "token_id", "credential_id", "credential_name"})

#: Secrets that give themselves away by their form, in whatever text they turn up.
_SECRET_FORMS = (
    (re.compile(r"(://[^:/\s@]{0,128}:)[^@\s/]{1,256}(@)"), rf"\1{REMOVED}\2"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REMOVED}"),
    (re.compile(r"\b(cad|cet|cak)_[\w-]{20,}"), rf"\1_{REMOVED}"),
    (re.compile(r"(?i)\b(password|passwd|secret|token)=[^\s&;,'\"]+"), rf"\1={REMOVED}"),
)
_DEEPEST = 6


def start_journal(log_format: str, level: str, stream: TextIO | None = None) -> None:
    """Send every log line of this process to ``stream`` (standard error), "json" or "console"."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # A library's line gets its arguments only when it is rendered, so it is cleaned again then.
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_secrets,
            _renderer(log_format),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their INFO lines are our DEBUG.
    for noisy in ("alembic", "urllib3", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove what must not be read in a log: by the name of the field, and by the form of text."""
    return {key: _clean(key, value, 0) for key, value in event.items()}


def clean_text(text: str) -> str:
    """Return ``text`` without the secrets that show by their form."""
    for form, instead in _SECRET_FORMS:
        text = form.sub(instead, text)
    return text


def _clean(key: str, value: Any, depth: int) -> Any:
    if _names_secret(key) and value not in ("", None) and not isinstance(value, bool | int | float):
        return REMOVED
    if isinstance(value, str):
        return clean_text(value)
    if depth >= _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {str(name): _clean(str(name), inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner, depth + 1) for inner in value]
    return value


def _names_secret(key: str) -> bool:
    folded = key.casefold().replace("-", "_")
    return folded not in _NOT_SECRET and any(word in folded for word in _SECRET_WORDS)


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(default=str)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )

"""The log: one structured line per event, with request and job id, and without secrets.

Our own modules log through structlog, libraries through ``logging``; both end in the same handler
on standard error, as JSON for machines or as plain lines for a terminal.
"""

import logging
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
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

#: Secrets that give themselves away by their form, in whatever text they turn up; first what such a
#: text has at least, in small letters: most lines have none of it, and looking for it costs little.
_SECRET_FORMS = (
    (("@",), re.compile(r"(://[^:/\s@]{0,128}:)[^@\s/]{1,256}(@)"), rf"\1{REMOVED}\2"),
    (
        ("bearer", "basic"),
        re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE),
        rf"\1 {REMOVED}",
    ),
    (("_",), re.compile(r"\b(cad|cet|cak)_[\w-]{20,}"), rf"\1_{REMOVED}"),
    (
        ("=",),
        re.compile(r"(?i)\b(password|passwd|secret|token)=[^\s&;,'\"]+"),
        rf"\1={REMOVED}",
    ),
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
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            _library_line_without_secrets,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
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


def _library_line_without_secrets(
    logger: WrappedLogger, method: str, event: EventDict
) -> EventDict:
    """Clean a library's line, which gets its arguments only now; ours have been cleaned."""
    if event["_from_structlog"]:
        return event
    kept = {name: event[name] for name in ("_record", "_from_structlog")}
    return {**without_secrets(logger, method, event), **kept}


def clean_text(text: str) -> str:
    """Return ``text`` without the secrets that show by their form."""
    folded = text.casefold()
    for marks, form, instead in _SECRET_FORMS:
        if any(mark in folded for mark in marks):
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


@lru_cache(maxsize=1024)
def _names_secret(key: str) -> bool:
    folded = key.casefold().replace("-", "_")
    return folded not in _NOT_SECRET and any(word in folded for word in _SECRET_WORDS)


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(default=str)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )

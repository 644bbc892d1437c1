"""Keeps what people set for the whole register at hand: class model, precedence, identity."""

import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cmdb.engine.identity.knowledge import (
    knowledge_standing,
    knowledge_with,
    shipped_knowledge,
)
from cmdb.engine.precedence_rules import precedence_standing, precedence_with, stored_rule
from cmdb.engine.reconciliation import shipped_precedence
from cmdb.model import shipped_model
from cmdb.model.standing import standing
from cmdb.records.definitions import model_version, read_model
from cmdb.records.identity import exempt_values
from cmdb.records.precedence import stored_precedence
from server.foundation.events import after_commit

#: What another process changed holds here after so many seconds at most.
_LOOK_EVERY_SECONDS = 2.0
_KEEPER = "model_keeper"
#: Changed with each change of the model, and seen at once by every process forked from this one:
#: whoever made a class finds it on the next page, whichever process answers.
_MARK = mmap.mmap(-1, 8)


class ModelKeeper:
    """Model, precedence and knowledge of identity in force of one database. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._model = shipped_model()
        self._precedence = shipped_precedence()
        self._knowledge = shipped_knowledge()
        self._exempt: frozenset[tuple[str, str]] = frozenset()
        self._version = 0
        self._looked_at = float("-inf")
        self._mark = _MARK[:]

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let the model hold inside the block, which is one unit of work."""
        self._refresh()
        with (
            standing(self._model),
            precedence_standing(self._precedence),
            knowledge_standing(self._knowledge),
        ):
            yield

    def attach(self, session: Session) -> None:
        """Let ``model_changed`` find its way from a session to here."""
        session.info[_KEEPER] = self

    def forget(self) -> None:
        """Look at the database before the next unit of work, in every process of this server."""
        _MARK[:] = os.urandom(len(_MARK))

    def _refresh(self) -> None:
        if self._is_fresh():
            return
        with self._lock:
            if not self._is_fresh():
                # Before the look: what changes while it lasts is looked at once more.
                now, mark = time.monotonic(), _MARK[:]
                self._look()
                self._looked_at, self._mark = now, mark

    def _is_fresh(self) -> bool:
        return self._mark == _MARK[:] and time.monotonic() - self._looked_at < _LOOK_EVERY_SECONDS

    def _look(self) -> None:
        # A connection of its own: a database that is not migrated yet must not spoil the work.
        try:
            with Session(self._engine) as session:
                version, exempt = model_version(session), exempt_values(session)
                if version != self._version:
                    self._model = read_model(session)
                if (version, exempt) != (self._version, self._exempt):
                    self._knowledge = knowledge_with(self._model, exempt)
                    self._version, self._exempt = version, exempt
                self._precedence = precedence_with(
                    [
                        stored_rule(row.class_code, row.attribute, row.document)
                        for row in stored_precedence(session)
                    ],
                    self._model,
                )
        except SQLAlchemyError:
            self._model, self._version = shipped_model(), 0
            self._precedence = shipped_precedence()
            self._knowledge, self._exempt = shipped_knowledge(), frozenset()


def model_changed(session: Session) -> None:
    """Let the changed model hold from the moment this transaction has committed."""
    keeper: ModelKeeper | None = session.info.get(_KEEPER)
    if keeper is not None:
        after_commit(session, keeper.forget)

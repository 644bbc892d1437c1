"""The model in force where one stands: the shipped one, or what people made of it at run time.

The class model is to the register what the language is to a page: nearly everything reads it, and
within one unit of work it is the same for all. The unit of work says which one it is
(``server.foundation.database``); outside of any, the shipped one holds. Engines still take their
model by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cmdb.model.model import Model
from cmdb.model.shipment import shipped_model

_STANDING: ContextVar[Model | None] = ContextVar("standing_model", default=None)


def standing_model() -> Model:
    """Return the model in force."""
    return _STANDING.get() or shipped_model()


@contextmanager
def standing(model: Model) -> Iterator[None]:
    """Let ``model`` hold inside the block."""
    before = _STANDING.get()
    _STANDING.set(model)
    try:
        yield
    finally:
        # Not by token: a streamed answer may be closed in another context than it was begun in.
        _STANDING.set(before)

"""What holds for a whole unit of work."""

from dataclasses import dataclass
from datetime import datetime

from cmdb.engine.reconciliation import Precedence
from cmdb.inventory.outcomes import Author
from cmdb.model import Model


@dataclass(frozen=True, slots=True)
class Terms:
    """The model, whose word wins, on whose behalf, and when."""

    model: Model
    precedence: Precedence
    author: Author
    now: datetime

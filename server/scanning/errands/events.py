"""What came of checks, for those who asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from discovery.collector.deliveries import CannotAsk
from discovery.reach.values import Answer


@dataclass(frozen=True, slots=True)
class CheckAnswered:
    """A collector made a check, or could not; ``payload`` is what was asked for."""

    payload: Mapping[str, Any]
    collector: str
    answer: Answer | CannotAsk
    at: datetime

"""What can go wrong between a collector and its server."""


class CollectorError(Exception):
    """Something a person has to know; the text is a sentence."""


class ServerAway(CollectorError):
    """The server was not reached or is busy: the same request may succeed later."""

    def __init__(self, reason: str, retry_seconds: float | None = None) -> None:
        self.retry_seconds = retry_seconds
        super().__init__(reason)


class KeyRefused(CollectorError):
    """The server does not know this collector, or no longer."""


class RequestRefused(CollectorError):
    """The server will never take this request."""

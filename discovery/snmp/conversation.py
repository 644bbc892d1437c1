"""A session with bookkeeping: what a device has cost, and how much of an answer it can send."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from discovery.snmp.session import (
    LimitReached,
    Limits,
    Oid,
    SnmpSession,
    Value,
    VarBind,
)


class Conversation:
    """What probes talk to; stops a device that has too many variables or takes too long.

    ``rounds`` is the number of GETBULK rounds that this device is known to answer; whoever finds
    that it answers fewer lowers it for all that follow. After ``deadline`` (on the clock of
    ``time.monotonic``) nothing more is asked, so that what was read of a table is kept.
    """

    def __init__(
        self,
        session: SnmpSession,
        deadline: float = float("inf"),
        in_vlan: Callable[[int], SnmpSession] | None = None,
    ) -> None:
        self._session = session
        self._deadline = deadline
        self._in_vlan = in_vlan
        self.rounds = session.limits.max_repetitions
        self.variables = 0
        self.requests = 0
        #: VLANs that have a view of the bridge of their own, once somebody asked (``contexts``).
        self.vlans: Sequence[int] | None = None

    def in_vlan(self, vlan: int) -> Self | None:
        """Return a conversation about the bridge as that VLAN sees it; None where it cannot be.

        What it costs counts against the same device.
        """
        if self._in_vlan is None:
            return None
        inner = type(self)(self._in_vlan(vlan), self._deadline)
        inner.rounds, inner.variables = self.rounds, self.variables
        return inner

    def account(self, inner: "Conversation") -> None:
        """Add what a conversation of ``in_vlan`` has cost."""
        self.requests += inner.requests
        self.variables, self.rounds = inner.variables, min(self.rounds, inner.rounds)

    @property
    def limits(self) -> Limits:
        """The bounds of this conversation."""
        return self._session.limits

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        """See ``SnmpSession.get``; also raises LimitReached."""
        self._count(len(oids))
        return await self._session.get(oids)

    async def bulk(self, oids: Sequence[Oid], repetitions: int) -> Sequence[VarBind]:
        """See ``SnmpSession.bulk``; also raises LimitReached."""
        self._count(0)
        varbinds = await self._session.bulk(oids, repetitions)
        self.variables += len(varbinds)
        return varbinds

    def _count(self, variables: int) -> None:
        if self.variables >= self.limits.max_variables:
            raise LimitReached(f"stopped after {self.variables} variables of this device")
        if time.monotonic() >= self._deadline:
            raise LimitReached("stopped: the device took too long")
        self.requests += 1
        self.variables += variables

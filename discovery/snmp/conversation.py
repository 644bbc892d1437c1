"""A session with bookkeeping: what a device has cost, and what was learnt of it on the way."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from discovery.snmp.appetite import Appetite
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

    How much to ask for in one request is learnt while reading (``appetite``) and holds for all that
    follow. ``empty`` holds columns in which nothing is, ``kept`` single columns that several probes
    want. After ``deadline`` (on the clock of
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
        self.appetite = Appetite(session.limits.max_repetitions)
        self.empty: set[Oid] = set()
        self.kept: dict[Oid, Any] = {}
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
        inner.appetite, inner.variables = self.appetite, self.variables
        return inner

    def account(self, inner: "Conversation") -> None:
        """Add what a conversation of ``in_vlan`` has cost."""
        self.requests += inner.requests
        self.variables = inner.variables

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

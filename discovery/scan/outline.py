"""What does a device have at all? Asked once, so that tables it lacks cost no request each.

Most devices have a third of the tables that a visit asks for. One GETBULK of one round over the
columns of all tables says which columns hold anything: three requests instead of twenty.
"""

from collections.abc import Mapping, Sequence

from discovery.scan.questions import QUESTIONS
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import ABSENT, END, Limits, Oid, SnmpError, Value, VarBind

#: Names in one request: with their values an answer stays below what a datagram carries unbroken.
_COLUMNS_PER_REQUEST = 36


class _Listener:
    """A device that has nothing, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.asked: dict[Oid, None] = {}

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        return dict.fromkeys(oids, ABSENT)

    async def bulk(self, oids: Sequence[Oid], repetitions: int) -> Sequence[VarBind]:
        del repetitions
        self.asked.update(dict.fromkeys(oids))
        return [(oid, END) for oid in oids]


async def columns_asked() -> tuple[Oid, ...]:
    """Return the columns that a visit asks every device for, as the probes ask for them."""
    listener = _Listener()
    for question in QUESTIONS.values():
        try:
            await question.ask(Conversation(listener))
        except SnmpError:
            continue
    return tuple(listener.asked)


async def outline(device: Conversation, columns: Sequence[Oid]) -> None:
    """Tell the conversation which of the columns are empty; nothing where that is not clear."""
    for start in range(0, len(columns), _COLUMNS_PER_REQUEST):
        asked = columns[start : start + _COLUMNS_PER_REQUEST]
        try:
            answers = await device.bulk(asked, 1)
        except SnmpError:
            return  # a device that does not like large questions is asked table by table
        for column, (oid, value) in zip(asked, answers, strict=False):
            if value is END or (oid > column and oid[: len(column)] != column):
                device.empty.add(column)

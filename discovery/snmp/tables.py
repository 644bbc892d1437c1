"""Reading conceptual tables column-wise with GETBULK, bounded whatever the device does.

Several columns travel in one request; each has its own cursor, so holes in a column and answers
that the device cut short do no harm. A column whose OIDs stop increasing, an agent that never comes
to an end and one that refuses a column cost that column, and the table says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from discovery.snmp.conversation import Conversation
from discovery.snmp.session import (
    END,
    BadAnswer,
    LimitReached,
    Mark,
    NoAnswer,
    Oid,
    SnmpError,
    TooBig,
    Value,
    VarBind,
    dotted,
)

#: Columns in one request; their names take about 300 octets.
_COLUMNS_PER_REQUEST = 16

Index = tuple[int, ...]


@dataclass(slots=True)
class Table:
    """Rows by index; a row maps column OIDs to values and holds only what the device answered.

    ``complaints`` say in words what is missing and why; empty when the table is complete.
    ``cut_short``: reading was broken off, another time there may be more.
    """

    rows: dict[Index, dict[Oid, Value]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    cut_short: bool = False

    def __iter__(self) -> Iterator[tuple[Index, Mapping[Oid, Value]]]:
        return iter(sorted(self.rows.items()))

    def __len__(self) -> int:
        return len(self.rows)


async def read_table(
    device: Conversation, columns: Sequence[Oid], most_rows: int | None = None
) -> Table:
    """Read whole columns (OIDs without index) and join them by index.

    ``most_rows`` stops a column earlier than the limits of the conversation. Raises SnmpError only
    when nothing at all could be read; otherwise what was read is returned and
    the rest is in ``complaints``.
    """
    if len(columns) == 1 and columns[0] in device.kept:
        return cast(Table, device.kept[columns[0]])
    table = await _read(device, columns, most_rows)
    if len(columns) == 1 and most_rows is None and not table.complaints:
        device.kept[columns[0]] = table
    return table


async def _read(device: Conversation, columns: Sequence[Oid], most_rows: int | None) -> Table:
    table = Table()
    columns = [column for column in columns if column not in device.empty]
    for start in range(0, len(columns), _COLUMNS_PER_REQUEST):
        reading = _Reading(device, table, columns[start : start + _COLUMNS_PER_REQUEST], most_rows)
        try:
            await reading.run()
        except SnmpError as error:
            if not table.rows:
                raise
            table.complaints.append(str(error))
            table.cut_short = True
            break
    return table


async def read_optional(
    device: Conversation,
    columns: Sequence[Oid],
    complaints: list[str],
    most_rows: int | None = None,
) -> Table:
    """Read a table that many devices do not have or that only adds to another.

    What went wrong is added to ``complaints``; the table is empty then. Raises NoAnswer: a device
    that fell silent is not asked on.
    """
    try:
        table = await read_table(device, columns, most_rows)
    except NoAnswer:
        raise
    except SnmpError as error:
        complaints.append(str(error))
        return Table(cut_short=isinstance(error, LimitReached))
    complaints += table.complaints
    return table


class _Reading:
    """The state of reading one bundle of columns."""

    def __init__(
        self,
        device: Conversation,
        table: Table,
        columns: Sequence[Oid],
        most_rows: int | None = None,
    ) -> None:
        self._device = device
        self._most_rows = min(most_rows or device.limits.max_rows, device.limits.max_rows)
        self._table = table
        self._cursors: dict[Oid, Oid] = {column: column for column in columns}
        self._counts: dict[Oid, int] = dict.fromkeys(columns, 0)

    async def run(self) -> None:
        while self._cursors:
            columns = list(self._cursors)
            rounds = self._device.appetite.rounds_for(len(columns))
            try:
                varbinds = await self._device.bulk(list(self._cursors.values()), rounds)
            except (TooBig, NoAnswer) as error:
                self._ask_for_less(rounds, error)
                continue
            except BadAnswer as error:
                self._give_up_a_column(columns, error)
                continue
            ended = not varbinds or varbinds[-1][1] is END
            appetite, asked = self._device.appetite, rounds * len(columns)
            appetite.answered(asked, len(varbinds), len(columns), ended=ended)
            self._take(columns, varbinds)

    def _ask_for_less(self, rounds: int, error: SnmpError) -> None:
        """Shrink the answer: big ones are lost on the way from some devices, or refused by them."""
        if rounds > 1:
            self._device.appetite.lost(rounds, 2 if isinstance(error, TooBig) else 3)
        elif isinstance(error, TooBig) and len(self._cursors) > 1:
            self._drop(next(reversed(self._cursors)), "the device cannot answer so many columns")
        else:
            raise error

    def _give_up_a_column(self, columns: Sequence[Oid], error: BadAnswer) -> None:
        """Go on without the column that the device stumbled over, if it says which."""
        if error.place is None or (len(columns) == 1 and not self._table.rows):
            raise error
        self._drop(columns[error.place], str(error))

    def _take(self, columns: Sequence[Oid], varbinds: Sequence[VarBind]) -> None:
        if not varbinds:
            for column in columns:
                self._drop(column, "the device answered nothing instead of an end")
            return
        for place, varbind in enumerate(varbinds):
            column = columns[place % len(columns)]
            if column in self._cursors:
                self._advance(column, varbind)

    def _advance(self, column: Oid, varbind: VarBind) -> None:
        oid, value = varbind
        if value is END or oid[: len(column)] != column:
            del self._cursors[column]
        elif oid <= self._cursors[column]:
            self._drop(column, f"OIDs do not increase at {dotted(oid)}")
        elif self._counts[column] >= self._most_rows:
            self._drop(column, f"stopped after {self._counts[column]} rows of {dotted(column)}")
        else:
            self._cursors[column] = oid
            self._counts[column] += 1
            if not isinstance(value, Mark):
                self._table.rows.setdefault(oid[len(column) :], {})[column] = value

    def _drop(self, column: Oid, complaint: str) -> None:
        del self._cursors[column]
        self._table.complaints.append(complaint)

"""An order-free sum of the graph's rows, by which a process proves that it holds what is stored.

Every row is hashed to 64 bits (the mixer of SplitMix64; Steele, Lea, Flood, OOPSLA 2014) and the
hashes are added up, so that a row that appears or ends is one addition or subtraction.

    >>> one = relation_hashes([1], [10], [20], [0], [1.0], [1.0])
    >>> both = relation_hashes([2, 1], [11, 10], [21, 20], [0, 0], [1.0] * 2, [1.0] * 2)
    >>> total(both[1:]) == total(one), total(both) == total(one)
    (True, False)
"""

from collections.abc import Iterable
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

Hashes = NDArray[np.uint64]

_RELATION, _GROUP, _ITEM = 1, 2, 3
_SIGN, _WHOLE = 2**63, 2**64


def relation_hashes(
    relation_id: ArrayLike,
    start_id: ArrayLike,
    end_id: ArrayLike,
    group_id: ArrayLike,
    weight: ArrayLike,
    capacity: ArrayLike,
) -> Hashes:
    """Hash live relations; 0 stands for no group."""
    terms = _bits(weight), _bits(capacity)
    return _mixed(_RELATION, relation_id, start_id, end_id, group_id, *terms)


def group_hashes(
    group_id: ArrayLike, dependant_id: ArrayLike, rule_marks: ArrayLike, threshold: ArrayLike
) -> Hashes:
    """Hash live redundancy groups."""
    return _mixed(_GROUP, group_id, dependant_id, rule_marks, _bits(threshold))


def item_hashes(
    item_id: ArrayLike,
    name_marks: ArrayLike,
    class_marks: ArrayLike,
    organisation_id: ArrayLike,
    tier: ArrayLike,
    active: ArrayLike,
) -> Hashes:
    """Hash items; ``tier`` is -1 without one, ``active`` says whether it takes part in impact."""
    active = np.asarray(active, dtype=np.int64)
    return _mixed(_ITEM, item_id, name_marks, class_marks, organisation_id, tier, active)


def text_marks(texts: Iterable[str]) -> NDArray[np.int64]:
    """Return a number for each text."""
    return np.fromiter(map(crc32, map(str.encode, texts)), dtype=np.int64)


def total(hashes: Hashes) -> int:
    """Add hashes up."""
    return int(hashes.sum(dtype=np.uint64))


def stored(value: int) -> int:
    """Return a sum, or a difference of sums, as the signed 64-bit number that is stored."""
    return (value + _SIGN) % _WHOLE - _SIGN


def _bits(numbers: ArrayLike) -> NDArray[np.int64]:
    return np.ascontiguousarray(numbers, dtype=np.float64).view(np.int64)


def _mixed(tag: int, *columns: ArrayLike) -> Hashes:
    numbers = [np.atleast_1d(np.asarray(column, dtype=np.int64)) for column in columns]
    hashes = np.full(len(numbers[0]), tag, np.uint64)
    for column in numbers:
        hashes = _mix(hashes * np.uint64(0x9E3779B97F4A7C15) + column.view(np.uint64))
    return hashes


def _mix(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))

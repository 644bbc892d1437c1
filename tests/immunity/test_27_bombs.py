"""A small body that grows is refused before it has grown."""

import gzip
import json
import tracemalloc
import zlib

import pytest

from cmdb.errors import InvalidValue
from server.items.payload import MAX_UNPACKED, TooLarge, unpack
from server.people.rules.photos import MOST_GIVEN, picture
from tests.immunity.conftest import V1, Target
from tests.support.pictures import bombs

_SIZE = 256 * 1024 * 1024


def _bomb(window: int) -> bytes:
    worker = zlib.compressobj(9, zlib.DEFLATED, window)
    zeros = bytes(1 << 20)
    return b"".join(worker.compress(zeros) for _ in range(_SIZE >> 20)) + worker.flush()


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15), ("x-gzip", 31)])
def test_it_is_refused_within_bounds_of_memory(encoding: str, window: int) -> None:
    body = _bomb(window)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            unpack(body, encoding)
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_UNPACKED
    finally:
        tracemalloc.stop()


def test_many_small_frames_are_one_bomb(target: Target) -> None:
    frame = gzip.compress(bytes(1 << 20))
    with pytest.raises(TooLarge):
        unpack(frame * 64, "gzip")
    agent = target.agent()
    answer = agent.client.post(
        "/api/v1/reports",
        data=frame * 64,
        headers=agent.headers | {"Content-Encoding": "gzip"},
        content_type="application/json",
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("depth", [10_000, 100_000])
def test_a_document_that_nests_for_ever_is_refused(target: Target, depth: int) -> None:
    agent = target.agent()
    for body in ("[" * depth, '{"a":' * depth, json.dumps({"x": 1}) + "]" * depth):
        answer = agent.client.post(
            "/api/v1/reports", data=body, headers=agent.headers, content_type="application/json"
        )
        assert answer.status_code == 422


@pytest.mark.parametrize("name", bombs())
def test_a_picture_that_grows_when_it_is_shown_is_refused(target: Target, name: str) -> None:
    given = bombs()[name]
    tracemalloc.start()
    try:
        with pytest.raises(InvalidValue):
            picture(given)
        assert tracemalloc.get_traced_memory()[1] < 16 * MOST_GIVEN
    finally:
        tracemalloc.stop()
    admin = target.api(target.world.admin)
    address = f"{V1}/people/{target.world.admin.person_id}/photo"
    answer = admin.client.put(address, data=given, headers=admin.headers, content_type="image/png")
    assert answer.status_code in {400, 415, 422}
    assert admin.get(address.removeprefix(V1)).status_code == 404

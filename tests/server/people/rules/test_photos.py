from contextlib import suppress

import pytest

from cmdb.errors import InvalidValue
from server.people.rules.photos import JPEG, MOST_GIVEN, PNG, picture
from tests.support.pictures import HIDDEN, bombs, jpeg, png, polyglots


@pytest.mark.parametrize(("make", "media_type"), [(jpeg, JPEG), (png, PNG)])
def test_of_a_file_only_the_picture_is_kept(make: object, media_type: str) -> None:
    assert callable(make)
    plain = make()
    found = picture(make(hidden=HIDDEN) + b"<script>" + HIDDEN)
    assert (found.media_type, found.image) == (media_type, plain)
    assert HIDDEN not in found.image
    assert picture(found.image) == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a\x01\0\x01\0",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\x89PNG\r\n\x1a\n",
        png()[:-1],
        png()[:20] + b"\x01" + png()[21:],
        png(declared=1_000),
        png(4, declared=2),
        png(declared=100_000),
        jpeg()[:-3],
        jpeg(side=60_000),
        jpeg()[:2] + jpeg()[2:-2] * 2 + b"\xff\xd9",
        b"\xff\xd8\xff" + b"\0" * MOST_GIVEN,
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidValue) as refused:
        picture(content)
    assert list(refused.value.fields) == ["photo"]


@pytest.mark.parametrize("make", [jpeg, png])
def test_every_cut_and_every_turned_byte_ends_in_a_picture_or_a_refusal(make: object) -> None:
    assert callable(make)
    whole = make(hidden=HIDDEN)
    for at in range(len(whole)):
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            with suppress(InvalidValue):
                assert len(picture(broken).image) <= len(whole)


@pytest.mark.parametrize("name", bombs())
def test_a_small_file_that_costs_much_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue):
        picture(bombs()[name])


@pytest.mark.parametrize("name", polyglots())
def test_no_part_of_a_picture_has_room_for_something_else(name: str) -> None:
    given = polyglots()[name]
    assert HIDDEN in given
    with suppress(InvalidValue):
        assert HIDDEN not in picture(given).image

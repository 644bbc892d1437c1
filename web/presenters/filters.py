"""The filters templates use: each is a pure presenter bound to whoever reads the page."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from web.presenters import names, sizes, states, times
from web.presenters.reader import Reader

# Presenters of one value for one reader.
BOUND: Mapping[str, Callable[[Any, Reader], object]] = MappingProxyType(
    {
        "relative": times.relative_time,
        "exact": times.exact_time,
        "short_time": times.short_time,
        "day": times.day,
        "duration": times.duration,
        "bytes_short": sizes.byte_size,
        "bytes_exact": sizes.exact_bytes,
        "bit_rate": sizes.bit_rate,
        "number": sizes.number,
        "percentage": sizes.percentage,
        "count_limited": sizes.count,
        "state_sign": lambda state, reader: states.state_sign(state, reader.gettext),
    }
)
# Presenters that say the same to everybody.
FREE: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "iso_utc": times.iso_utc,
        "middle_cut": names.middle_cut,
        "visible": names.visible,
        "initials": names.initials,
    }
)


def filters_for(reader: Callable[[], Reader]) -> dict[str, Callable[..., object]]:
    """Return the Jinja filters by name; ``reader`` is asked at each use, within a request.

    Bound this way they work in imported macros too, which see no context of the page.
    """
    bound = {name: _bind(presenter, reader) for name, presenter in BOUND.items()}
    return {**FREE, **bound}


def _bind(
    presenter: Callable[[Any, Reader], object], reader: Callable[[], Reader]
) -> Callable[..., object]:
    # Jinja works out a filter of a constant once, when it compiles the template, and would show
    # every reader the words of the first; one that takes the context is left for each request.
    @pass_context
    def apply(_context: Context, value: Any) -> object:
        return presenter(value, reader())

    return apply

"""Where to listen, as it is given on the command line."""

from typing import Any

import click


class Listen(click.ParamType[tuple[str, int]]):
    """HOST:PORT, with square brackets around an IPv6 address."""

    name = "HOST:PORT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return the two parts."""
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            self.fail("give an address and a port, such as 127.0.0.1:8080", param, ctx)
        return host.strip("[]"), int(port)

"""Where a built file of the front end is served: its plain name to the name with its hash."""

import json
from collections.abc import Mapping
from pathlib import Path

from cmdb.errors import CadastreError

DIST = Path(__file__).parent / "static" / "dist"
"""What ``python -m web.assets_build`` wrote; the only folder of ours a browser may read."""

URL_PREFIX = "/static/"
"""Every file of :data:`DIST` is served below this prefix, under its hashed name."""

IMMUTABLE_NAME = r"^.+-[A-Z0-9]{8}\.[a-z0-9.]+$"
"""Names that never change their content: a browser may keep them for a year."""


class FrontEndNotBuilt(CadastreError):
    """The built files are missing or older than the code that asks for them."""


class Assets:
    """The manifest of one build, read once.

    ``folder`` holds ``manifest.json`` (plain name to hashed name), ``prefix`` is the URL path the
    folder is served under. Raises :class:`FrontEndNotBuilt` when there is no usable manifest.
    """

    def __init__(self, folder: Path = DIST, prefix: str = URL_PREFIX) -> None:
        self._prefix = prefix
        self._names = _read_manifest(folder / "manifest.json")

    def url(self, name: str) -> str:
        """Return the address of ``name`` ("site.js"); in templates this is ``asset_url``.

        Raises :class:`FrontEndNotBuilt` for a name the build did not produce.
        """
        try:
            return self._prefix + self._names[name]
        except KeyError:
            raise FrontEndNotBuilt(
                f"The front end has no file {name!r}; build it again with "
                "'python -m web.assets_build --force'."
            ) from None


def _read_manifest(path: Path) -> Mapping[str, str]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise FrontEndNotBuilt(
            "The front end is not built; run 'python -m web.assets_build'."
        ) from None
    return {str(plain): str(hashed) for plain, hashed in names.items()}

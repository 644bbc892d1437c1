"""Write a revision from the difference between the models and the revisions there are.

    python -m server.migrations.autogenerate "tickets know their contract"
    python -m server.migrations.autogenerate --first "the whole schema"

``--first`` writes revision 0001 anew and belongs to the time before the first release: a revision
that anybody has applied is never changed again.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.operations import ops

from server.migrations.connecting import migrating
from server.migrations.runner import Migrations

_VERSIONS = Path(__file__).parent / "versions"


def main() -> None:
    """Read the command line and write one file below ``versions``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", help="what the revision does, in a few words")
    parser.add_argument("--first", action="store_true", help="write revision 0001 anew")
    arguments = parser.parse_args()
    if arguments.first:
        for old in _VERSIONS.glob("0001_*.py"):
            old.unlink()
    path = write_revision(arguments.what)
    text = re.sub(r"\n *# ### .* ###(?=\n)", "", path.read_text(encoding="utf-8"))
    if arguments.first:
        text = text.replace('LOSES = ""', 'LOSES = "everything"')
    path.write_text(text, encoding="utf-8")
    for act in (["check", "--quiet", "--fix"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *act, str(path)]
        subprocess.run(ruff, check=False)  # noqa: S603 - our own file, no shell
    sys.stdout.write(f"{path}\n")


def write_revision(what: str) -> Path:
    """Write the revision that brings a database at the head to the models; return its file."""
    number = f"{len(list(_VERSIONS.glob('[0-9]*.py'))) + 1:04}"
    slug = re.sub(r"[^a-z0-9]+", "_", what.casefold()).strip("_")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.sqlite3"
        if number != "0001":
            # Step by step: the way to "head" itself begins with the models there are now.
            Migrations(url).upgrade(Migrations(url).head())
        with migrating(url, print) as connection:
            config = Config()
            config.set_main_option("script_location", str(_VERSIONS.parent))
            config.set_main_option("file_template", f"{number}_{slug}")
            config.attributes["connection"] = connection
            config.attributes["options"] = {"render_as_batch": number != "0001"}
            script = command.revision(
                config,
                what,
                autogenerate=True,
                rev_id=number,
                process_revision_directives=_shorten,
            )
    if script is None or isinstance(script, list):
        raise RuntimeError("alembic wrote no revision")
    return Path(script.path)


def _shorten(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Leave out the indexes of tables that the same way down drops: they go with their table."""
    down = directives[0].downgrade_ops
    dropped = {step.table_name for step in down.ops if isinstance(step, ops.DropTableOp)}
    down.ops = [
        step
        for step in down.ops
        if isinstance(step, ops.DropTableOp) or getattr(step, "table_name", "") not in dropped
    ]


if __name__ == "__main__":
    main()

"""Start the agent: `python -m agent`, its zipapp, or this file itself.

Three inner verbs stay out of the command line's help and of its imports: `supervise FOLDER` is the
loop, `cycle FOLDER` its child, `precompile DESCRIPTOR` another that makes these cheap. They are
started without site packages, hence the path below.
"""

from __future__ import annotations

import os
import sys

if not __package__:
    # Started as a file: the package's parent is made known, after everything else.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main() -> int:
    """Run what the arguments say; the exit code."""
    verb, rest = sys.argv[1:2], sys.argv[2:]
    if verb == ["supervise"]:
        from agent.program import program_file  # noqa: PLC0415 - nothing else, the loop stays small
        from agent.supervisor import supervise  # noqa: PLC0415

        return supervise(program_file(), rest[0])
    if verb == ["cycle"]:
        from agent.cycle import run_child  # noqa: PLC0415 - without the command line's imports

        return run_child(rest[0])
    if verb == ["precompile"]:
        from agent.precompiled import fill  # noqa: PLC0415
        from agent.program import program_file  # noqa: PLC0415

        return fill(int(rest[0]), program_file())
    from agent.cli import main as command_line  # noqa: PLC0415

    return command_line()


if __name__ == "__main__":
    sys.exit(main())

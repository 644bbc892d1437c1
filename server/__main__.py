"""The way into the program ``cadastre``, also as ``python -m server``."""

import importlib

from server.foundation.collecting import loading


def main() -> None:
    """Load the program, run one command, and end the process with its exit code."""
    with loading():
        program = importlib.import_module("server.cli")
    program.main()


if __name__ == "__main__":
    main()

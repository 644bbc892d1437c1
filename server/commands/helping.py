"""Commands whose ``--help`` ends with examples."""

from collections.abc import Sequence
from typing import Any

import click


class _WithExamples(click.Command):
    """A click command or group that knows examples of its use."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options, one per line and unwrapped."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class ExampleCommand(_WithExamples):
    """One command with examples."""


class ExampleGroup(_WithExamples, click.Group):
    """A group of commands with examples."""

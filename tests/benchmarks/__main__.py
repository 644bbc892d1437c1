"""``python -m tests.benchmarks``: lists the benchmarks; with a name, runs one.

One JSON object a line goes to standard output: figure, value, unit, target, met, setting. What was
met or missed never changes the exit code: a figure is a fact, not a test.
"""

import importlib
import logging
import sys

import structlog

#: name -> (module with run(), what it measures). Those without a module belong to later work.
BENCHMARKS: dict[str, tuple[str, str]] = {
    "house": ("tests.benchmarks.house", "start-up, pages, lists, bulk upsert"),
    "impact": ("tests.benchmarks.impact", "blast, quorum, N-1, causes, collisions"),
    "register": (
        "tests.benchmarks.register",
        "identity of 100,000 machines with the field's faults",
    ),
    "imports": (
        "tests.benchmarks.imports",
        "exports of other tools: recorded, checked line by line, and taken back",
    ),
    "agent": ("tests.benchmarks.agent", "cost of a report beside other agents"),
    "intake": ("tests.benchmarks.intake", "reports per second, bytes per machine"),
    "discovery": ("tests.benchmarks.discovery", "recorded networks and devices, topology at size"),
    "desk": ("tests.benchmarks.desk", "opening tickets, queue and page at size, clocks"),
    "mail": ("tests.benchmarks.mail", "letters an hour from a mailbox to tickets"),
    "changes": ("tests.benchmarks.changes", "previews, collisions, approvers"),
    "people": ("tests.benchmarks.people", "directory sync, authentication"),
}


def main(arguments: list[str]) -> int:
    """List the benchmarks, or run the one that is named."""
    if not arguments:
        for name, (module, what) in BENCHMARKS.items():
            note = "" if module else "  (not written yet)"
            sys.stdout.write(f"{name:<10} {what}{note}\n")
        return 0
    if arguments[0] not in BENCHMARKS:
        sys.stderr.write(f"there is no benchmark {arguments[0]!r}; make bench lists them\n")
        return 2
    module, _ = BENCHMARKS[arguments[0]]
    if not module:
        sys.stderr.write(f"the benchmark {arguments[0]!r} is not written yet\n")
        return 0
    # Only figures go to standard output; what the measured code would log is another matter.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    importlib.import_module(module).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Which tasks come next."""

from collections.abc import Collection, Sequence

from server.desk.catalogue.rules.offering import START, Task


def next_tasks(tasks: Sequence[Task], begun: Collection[str], done: Collection[str]) -> list[Task]:
    """Return the tasks that have not begun and whose turn it is, in the offering's order.

    >>> one, two = Task("one", {"en": "One"}), Task("two", {"en": "Two"}, after="one")
    >>> [task.code for task in next_tasks([one, two], [], [])]
    ['one']
    >>> [task.code for task in next_tasks([one, two], ["one"], ["one"])]
    ['two']
    """
    return [
        task
        for task in tasks
        if task.code not in begun and (task.after == START or task.after in done)
    ]

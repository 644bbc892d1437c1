"""The head and the foot of a list: which columns, sorted how, and where the next page is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``key`` is the name the list is sorted by in the URL (None: not sortable); ``numeric`` aligns
    right; ``main`` is what the row is about and keeps its room; ``narrow_screen`` False hides the
    column on a phone (its cells carry the class ``wide-cell``).
    """

    label: str
    key: str | None = None
    numeric: bool = False
    main: bool = False
    narrow_screen: bool = True


@dataclass(frozen=True)
class Sorting:
    """The order of a list as its URL says it: "name" or "-name"."""

    key: str = ""
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Sorting":
        """Read the URL's form.

        >>> Sorting.parse("-name")
        Sorting(key='name', descending=True)
        """
        return cls(text.removeprefix("-"), text.startswith("-"))

    def direction(self, key: str | None) -> str:
        """Return the value of aria-sort for a column."""
        if key is None or key != self.key:
            return "none"
        return "descending" if self.descending else "ascending"

    def after_click(self, key: str) -> str:
        """Return the URL's form after a click on the head of the column ``key``.

        >>> Sorting("name").after_click("name")
        '-name'
        """
        return f"-{key}" if key == self.key and not self.descending else key


@dataclass(frozen=True)
class Paging:
    """Links around one page of a list paged by cursor; None where there is no such page.

    ``shown`` rows are on the page; ``total`` is None where nobody counted.
    """

    shown: int
    total: int | None = None
    previous_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True)
class Tab:
    """One tab: ``count`` stands beside the label, ``key`` says which one is active."""

    key: str
    label: str
    url: str
    count: int | None = None

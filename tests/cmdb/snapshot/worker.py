"""A process of its own that answers, a line for a line, what falls with one item."""

import sys
from pathlib import Path

from cmdb.engine.graph import ItemId
from cmdb.snapshot.live import LiveGraphs
from server.foundation.database import Database


def main(url: str, folder: str, item: str) -> None:
    database = Database(url)
    graphs = LiveGraphs()
    graphs.keep_in(Path(folder), database.engine)
    for _ in sys.stdin:
        with database.reading() as session:
            ids = graphs.at(session).engine.impact([ItemId(int(item))]).ids.tolist()
        sys.stdout.write(" ".join(map(str, ids)) + "\n")
        sys.stdout.flush()
    database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])

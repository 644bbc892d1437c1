"""Imports from the file to the register and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cmdb.records.items import Item
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext, JobStopped
from server.foundation.settings import Settings
from server.imports.jobs import run_import, undo_import
from tests.server.items.rest import Callers, refused


def _take_back(callers: Callers, database: Database, home: Path, run_id: int) -> Any:
    asked = {"run": run_id, "person_id": None}
    undo_import(JobContext(database, Settings(home=home), asked))
    return callers.manager.get(f"/imports/{run_id}")


@pytest.fixture
def take_back(callers: Callers, database: Database, tmp_path: Path) -> Any:
    def undo(run_id: int) -> Any:
        callers.manager.post(f"/imports/{run_id}/undo", None, 202)
        return _take_back(callers, database, tmp_path, run_id)

    return undo


_HEAD = "name,serial,vendor,memory_bytes,class\n"
_LIST = _HEAD + "db-1,S1,Dell,64 GiB,server\ndb-2,S2,HPE,8 GiB,Server\n"


def send(callers: Callers, text: str | bytes, **query: Any) -> Any:
    data = text.encode() if isinstance(text, str) else text
    where = {"organisation_id": 1, "source": "sheet", "file_name": "list.csv"} | query
    answer = callers.manager.send(
        "POST",
        "/imports",
        data=data,
        query_string=where,
        content_type="text/csv",
    )
    assert answer.status_code == 201, answer.text
    return answer.get_json()


@pytest.fixture
def carry_out(callers: Callers, database: Database, tmp_path: Path) -> Any:
    def run(run_id: int) -> Any:
        callers.manager.post(f"/imports/{run_id}/run", None, 202)
        run_import(JobContext(database, Settings(home=tmp_path), {"run": run_id}))
        return callers.manager.get(f"/imports/{run_id}")

    return run


def test_a_list_is_guessed_rehearsed_recorded_and_undone(
    callers: Callers, database: Database, carry_out: Any, take_back: Any
) -> None:
    run = send(callers, _LIST)
    assert run["mapping"]["columns"]["memory_bytes"] == "memory_bytes"
    would = callers.manager.post(f"/imports/{run['id']}/rehearsal", None, 200)
    assert would["counts"] == {"created": 2}
    assert callers.admin.get("/items")["rows"] == []
    done = carry_out(run["id"])
    assert (done["state"], done["counts"]) == ("done", {"created": 2})
    found = callers.admin.get("/items", query="memory_bytes>16GiB")["rows"]
    assert [row["name"] for row in found] == ["db-1"]
    undone = take_back(run["id"])
    assert (undone["state"], undone["counts"]) == ("undone", {"created": 2, "deleted": 2})
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0
    refused(callers.manager.send("POST", f"/imports/{run['id']}/undo"), 409)


def test_a_second_list_shows_the_difference_and_its_undo_puts_back(
    callers: Callers, carry_out: Any, take_back: Any
) -> None:
    carry_out(send(callers, _LIST)["id"])
    later = send(callers, _LIST.replace("Dell", "Fujitsu").replace("db-2,S2,HPE", "db-2,S2,HPE"))
    would = callers.manager.post(f"/imports/{later['id']}/rehearsal", None, 200)
    assert would["counts"] == {"updated": 1, "unchanged": 1}
    assert would["lines"][0]["changes"] == {"vendor": {"old": "Dell", "new": "Fujitsu"}}
    carry_out(later["id"])
    item = callers.admin.get("/items", query="serial:S1")["rows"][0]
    assert item["vendor"] == "Fujitsu"
    assert take_back(later["id"])["counts"]["restored"] == 1
    assert callers.admin.get(f"/items/{item['id']}")["vendor"] == "Dell"


def test_what_others_know_of_survives_the_undo(
    callers: Callers, carry_out: Any, take_back: Any
) -> None:
    run = send(callers, _LIST)
    carry_out(run["id"])
    item = callers.admin.get("/items", query="name:db-1")["rows"][0]
    callers.admin.patch(f"/items/{item['id']}", {"values": {"notes": "by hand"}})
    undone = take_back(run["id"])["counts"]
    assert (undone["deleted"], undone["kept"]) == (1, 1)
    left = callers.admin.get(f"/items/{item['id']}")
    assert (left["attributes"], left["vendor"]) == ({"notes": "by hand"}, "")


def test_a_long_list_is_taken_back_in_parts_and_goes_on_where_it_was_cut_off(
    callers: Callers, database: Database, carry_out: Any, take_back: Any, tmp_path: Path
) -> None:
    lines = [f"srv-{n},N{n},Dell,{n + 1} GiB,server" for n in range(1201)]
    run = send(callers, _HEAD + "\n".join(lines))
    assert carry_out(run["id"])["counts"] == {"created": 1201}
    # A ticket names the 5th item, which therefore stays.
    named = callers.admin.get("/items", query="name:srv-4")["rows"][0]["id"]
    callers.admin.post("/tickets", {"title": "It is down", "affected_item_ids": [named]})
    callers.manager.post(f"/imports/{run['id']}/undo", None, 202)
    refused(callers.manager.send("POST", f"/imports/{run['id']}/undo"), 409)
    again = send(callers, _LIST)
    refused(callers.manager.send("POST", f"/imports/{again['id']}/run"), 409)
    asked = iter([False, True])
    stopping = JobContext(
        database,
        Settings(home=tmp_path),
        {"run": run["id"], "person_id": None},
        cancelled=lambda: next(asked),
    )
    with pytest.raises(JobStopped):
        undo_import(stopping)
    halfway = callers.manager.get(f"/imports/{run['id']}")
    assert (halfway["state"], halfway["counts"]["deleted"]) == ("undoing", 500)
    counts = _take_back(callers, database, tmp_path, run["id"])["counts"]
    assert counts == {"created": 1201, "deleted": 1200, "kept": 1}
    with database.reading() as session:
        assert session.scalars(select(Item.id)).all() == [named]


def test_broken_lines_are_named_and_the_others_land(callers: Callers, carry_out: Any) -> None:
    lines = [f"srv-{n},N{n},Dell,{n + 1} GiB,server" for n in range(100)]
    lines[10] = "srv-10,N10,Dell,much,server"
    lines[20] = "srv-20,N20,Dell,1 GiB,spaceship"
    lines[30] = ",,Dell,1 GiB,server"
    lines[40] = "again,N39,Dell,1 GiB,server"
    run = send(callers, (_HEAD + "\n".join(lines)).encode("utf-16"))
    done = carry_out(run["id"])
    assert done["counts"] == {"created": 97, "refused": 3}
    told = callers.manager.get(f"/imports/{run['id']}/lines", outcome="refused")["rows"]
    problems = {one["number"]: one["problems"] for one in told}
    assert problems[22] == {"class": "there is no class 'spaceship'"}
    assert problems[32] == {"name": "must not be empty"}
    assert problems[42] == {"line": "means the same thing as line 41: 'n39'"}
    made = callers.manager.get(f"/imports/{run['id']}/lines", outcome="created")["rows"]
    wrong = next(one for one in made if one["number"] == 12)
    assert "memory_bytes" in wrong["problems"]


def test_a_thing_is_named_once_in_a_file_however_far_apart(
    callers: Callers, database: Database, carry_out: Any, tmp_path: Path
) -> None:
    lines = [f"srv-{n},N{n},Dell,{n + 1} GiB,server" for n in range(2100)]
    lines[1500] = "again,n3,HPE,1 GiB,server"
    lines[2050] = "once more,N3,HPE,1 GiB,server"
    run = send(callers, _HEAD + "\n".join(lines))
    callers.manager.post(f"/imports/{run['id']}/run", None, 202)
    # It is read through first; the second attempt knows what the first one has recorded.
    asked = iter([False] * 5 + [True])
    payload = {"run": run["id"]}
    settings = Settings(home=tmp_path)
    with pytest.raises(JobStopped):
        run_import(JobContext(database, settings, payload, cancelled=lambda: next(asked)))
    halfway = callers.manager.get(f"/imports/{run['id']}")
    assert halfway["counts"] == {"created": 1999, "refused": 1}
    run_import(JobContext(database, settings, payload))
    done = callers.manager.get(f"/imports/{run['id']}")
    assert (done["state"], done["counts"]) == ("done", {"created": 2098, "refused": 2})
    told = callers.manager.get(f"/imports/{run['id']}/lines", outcome="refused")["rows"]
    why = {"line": "means the same thing as line 5: 'n3'"}
    assert [(one["number"], one["problems"]) for one in told] == [(1502, why), (2052, why)]
    assert callers.admin.get("/items", query="serial:n3,N3")["rows"][0]["name"] == "srv-3"


def test_nothing_lands_of_a_file_that_breaks_off(callers: Callers, carry_out: Any) -> None:
    lines = [f"srv-{n},N{n},Dell,{n + 1} GiB,server" for n in range(1200)]
    run = send(callers, _HEAD + "\n".join([*lines, "x" * 200_000]))
    failed = carry_out(run["id"])
    assert (failed["state"], failed["counts"]) == ("failed", {})
    assert "line 1202: field larger than field limit" in failed["problem"]
    assert callers.admin.get("/items")["rows"] == []


def test_the_mapping_is_kept_for_the_next_list_of_the_source(callers: Callers) -> None:
    first = send(callers, "what,who\nbox,x\n")
    wanted = {"columns": {"what": "name", "who": "vendor"}, "class": "server"}
    answer = callers.manager.send("PUT", f"/imports/{first['id']}/mapping", json=wanted)
    assert answer.status_code == 200, answer.text
    again = send(callers, "who,what,more\nx,box,y\n")
    assert again["mapping"]["columns"] == {"what": "name", "who": "vendor"}
    renamed = send(callers, "wer,what\nx,box\n")
    assert renamed["mapping"]["columns"] == {}
    missing = {"columns": {"who": "vendor", "what": "name"}, "class": "server"}
    wrong = callers.manager.send("PUT", f"/imports/{renamed['id']}/mapping", json=missing)
    assert "who" in refused(wrong, 422)


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"columns": {"name": "name"}}, "class"),
        ({"columns": {"name": "warp"}, "class": "server"}, "name"),
        ({"columns": {"name": "vendor", "serial": "vendor"}, "class": "server"}, "serial"),
        ({"columns": {}, "class": "server"}, "columns"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused_by_column(
    callers: Callers, mapping: dict[str, Any], field: str
) -> None:
    run = send(callers, _LIST)
    wrong = callers.manager.send("PUT", f"/imports/{run['id']}/mapping", json=mapping)
    assert field in refused(wrong, 422)


def test_nobody_imports_where_they_may_not(callers: Callers) -> None:
    where = {"organisation_id": 1}
    answer = callers.reader.send(
        "POST", "/imports", data=b"a\nb", query_string=where, content_type="text/csv"
    )
    refused(answer, 403)
    run = send(callers, _LIST)
    refused(callers.reader.send("GET", f"/imports/{run['id']}"), 403)


def test_a_list_goes_out_as_it_came_in(callers: Callers) -> None:
    callers.admin.create("=HYPERLINK(1)", vendor="Dell", memory_bytes="1 GiB")
    answer = callers.admin.send("GET", "/items/export.csv?query=class:server")
    assert answer.mimetype == "text/csv"
    head, line = answer.data.decode("utf-8-sig").splitlines()
    assert head.startswith("id,class,name,")
    assert ",'=HYPERLINK(1)," in line
    again = send(callers, answer.data)
    would = callers.manager.post(f"/imports/{again['id']}/rehearsal", None, 200)
    assert would["counts"] in ({"created": 1}, {"updated": 1})


def test_a_machines_software_is_a_bill_of_materials(callers: Callers) -> None:
    item = callers.admin.create("db-1")
    bill = json.loads(callers.admin.send("GET", f"/items/{item}/sbom").data)
    assert (bill["bomFormat"], bill["specVersion"], bill["components"]) == ("CycloneDX", "1.6", [])
    assert bill["metadata"]["component"]["name"] == "db-1"

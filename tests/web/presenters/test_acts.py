import re

from tests.architecture.tree import ROOT
from tests.web.presenters.readers import reader
from web.presenters.acts import act_text, detail_text, subject_page

_RECORDED = re.compile(r"\brecord\(\s*session,\s*[\w.()\"' ]+,\s*\"([a-z_.]+)\"")


def test_every_act_the_server_records_has_words() -> None:
    acts = {
        act
        for path in (ROOT / "server").rglob("*.py")
        for act in _RECORDED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(acts) > 15
    assert {act for act in acts if act_text(act, reader()) == act} == set()


def test_an_act_of_another_version_stands_for_itself() -> None:
    assert act_text("frobnicated", reader()) == "frobnicated"


def test_only_subjects_with_a_page_and_a_number_lead_anywhere() -> None:
    assert subject_page("group:3") == ("groups.show", {"group_id": 3})
    for subject in ("web_session:3", "person:", "person:x", "person:٣", ""):
        assert subject_page(subject) is None


def test_details_leave_out_what_says_nothing() -> None:
    assert detail_text({"fields": ["url", "name"], "disabled": 0, "class": None}) == (
        "fields url name, disabled 0"
    )

"""What is new in an answer: quotation and signature are cut as mail programs write them."""

# ruff: noqa: RUF001 - Russian words have letters that look like Latin ones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.mail.rules.cutting import said_in, without_signature

SAID = "It works again, thank you.\n- the lamp is green\n- it prints"
QUOTED = "> Is it on?\n>\n> Desk"

#: How programs write over what they quote: each was written by the one that it is named for.
OVER = {
    "Gmail, English": "On Mon, Nov 23, 2026 at 10:15 AM Desk <desk@x.org> wrote:",
    "Gmail, wrapped": "On Mon, Nov 23, 2026 at 10:15 AM Cadastre at the desk of the house\n"
    "<desk@x.org> wrote:",
    "Apple, English": "On 23 Nov 2026, at 10:15, Desk <desk@x.org> wrote:",
    "Thunderbird, English": "On 23/11/2026 10:15, Desk wrote:",
    "Gmail, Spanish": "El lun, 23 nov 2026 a las 10:15, Desk (<desk@x.org>) escribió:",
    "Apple, Spanish": "El 23 nov 2026, a las 10:15, Desk <desk@x.org> escribió:",
    "Thunderbird, Spanish": "El 23/11/2026 a las 10:15, Desk escribió:",
    "Gmail, Russian": "пн, 23 нояб. 2026 г. в 10:15, Desk <desk@x.org>:",
    "Apple, Russian": "23 нояб. 2026 г., в 10:15, Desk <desk@x.org> написал(а):",
    "Thunderbird, Russian": "23.11.2026 10:15, Desk пишет:",
    "Mail.ru": "Понедельник, 23 ноября 2026, 10:15 +03:00 от Desk <desk@x.org>:",
    "Yandex": '23.11.2026, 10:15, "Desk" <desk@x.org>:',
    "Yandex, in the browser": "----------------\nКому: Ana (ana@x.org);\nТема: INC-1;\n"
    '23.11.2026, 10:15, "Desk" <desk@x.org>:',
    "Gmail, German": "Am Mo., 23. Nov. 2026 um 10:15 Uhr schrieb Desk <desk@x.org>:",
    "Gmail, German, wrapped": "Desk <desk@x.org> schrieb am So., 23.\nNov. 2026, 10:15:",
    "Apple, German": "Am 23.11.2026 um 10:15 schrieb Desk <desk@x.org>:",
    "Gmail, French": "Le lun. 23 nov. 2026 à 10:15, Desk <desk@x.org> a écrit :",
    "Apple, French": "Le 23 nov. 2026 à 10:15, Desk <desk@x.org> a écrit :",
}
#: What Outlook copies instead, without any mark before the lines that follow.
COPIED = {
    "Outlook, English": "From: Desk <desk@x.org>\nSent: Monday, November 23, 2026 10:15 AM\n"
    "To: Ana <ana@x.org>\nSubject: INC-1: we have your report",
    "Outlook, bold": "*From:* Desk <desk@x.org>\n*Sent:* Monday\n*To:* Ana\n*Subject:* INC-1",
    "Outlook, line above": f"{'_' * 32}\nFrom: Desk <desk@x.org>\nSent: Monday\nTo: Ana",
    "Outlook, Spanish": "De: Desk <desk@x.org>\nEnviado: lunes, 23 de noviembre de 2026 10:15\n"
    "Para: Ana <ana@x.org>\nAsunto: INC-1",
    "Outlook, Russian": "От: Desk <desk@x.org>\nОтправлено: 23 ноября 2026 г. 10:15\n"
    "Кому: Ана <ana@x.org>\nТема: INC-1",
    "Outlook, German": "Von: Desk <desk@x.org>\nGesendet: Montag, 23. November 2026 10:15\n"
    "An: Ana <ana@x.org>\nBetreff: INC-1",
    "Outlook, French": "De : Desk <desk@x.org>\nEnvoyé : lundi 23 novembre 2026 10:15\n"
    "À : Ana <ana@x.org>\nObjet : INC-1",
    "Outlook 2003": "-----Original Message-----\nFrom: Desk\nSent: Monday",
    "Outlook 2003, Spanish": "-----Mensaje original-----\nDe: Desk",
    "Outlook 2003, Russian": "-----Исходное сообщение-----\nFrom: Desk",
    "Outlook 2003, German": "-----Ursprüngliche Nachricht-----\nVon: Desk",
}


@pytest.mark.parametrize("over", OVER.values(), ids=OVER.keys())
def test_what_is_quoted_below_a_line_that_names_who_wrote_is_cut(over: str) -> None:
    assert said_in(f"{SAID}\n\n{over}\n\n{QUOTED}\n") == SAID
    # Some programs mark no line of what they quote.
    assert said_in(f"{SAID}\n\n{over}\nIs it on?\nDesk\n") == SAID
    # The answer stands below, as many older people write.
    assert said_in(f"{over}\n{QUOTED}\n\n{SAID}") == SAID


@pytest.mark.parametrize("over", COPIED.values(), ids=COPIED.keys())
def test_what_follows_a_copied_header_is_cut(over: str) -> None:
    assert said_in(f"{SAID}\n\n{over}\n\nIs it on?\n\nDesk\n") == SAID


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{SAID}\n\n{QUOTED}", SAID),
        (f"{QUOTED}\n\n{SAID}", SAID),
        ("> Is it on?\nYes.\n> And green?\nNo.\n> Desk", "> Is it on?\nYes.\n> And green?\nNo."),
        (
            "On 23.11.2026 10:15, Desk wrote:\n> On?\nYes.\n> Green?\nNo.",
            "On 23.11.2026 10:15, Desk wrote:\n> On?\nYes.\n> Green?\nNo.",
        ),
        ("Thanks,\nit works. But the lamp is red.", "Thanks,\nit works. But the lamp is red."),
        ("De: what I see:\nit is red\nat 10:15 a: b", "De: what I see:\nit is red\nat 10:15 a: b"),
        ("The log of 10:15 says:\nerror 5", "The log of 10:15 says:\nerror 5"),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("Sí.\n\nEnviado desde mi iPhone", "Sí."),
        ("Да.\n\nОтправлено с iPhone", "Да."),
        ("Ja.\n\nVon meinem iPhone gesendet", "Ja."),
        ("Yes.\n-- \nAna Ruiz\n+34 600 000 000", "Yes."),
        ("Yes.\n\nDownload Outlook for Android<https://aka.ms/ghei36>", "Yes."),
        ("Yes.\n\nGet Outlook for iOS\n____________\nFrom: Desk\nSent: Monday\nTo: Ana", "Yes."),
    ],
)  # fmt: skip
def test_answers_among_questions_lists_and_signatures(text: str, said: str) -> None:
    assert said_in(text) == said


@pytest.mark.parametrize(
    "text",
    ["> only quoted", "-- \nAna", "On 23.11.2026 10:15, Desk wrote:\n> Hi", "Sent from my iPhone"],
)
def test_where_nothing_would_be_left_all_is_kept(text: str) -> None:
    assert said_in(text) == text


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("See below.\n\n---------- Forwarded message ---------\nFrom: Ana\nDate: now\nTo: x", ""),
        ("---------- Пересылаемое сообщение ----------\n23.11.2026, 10:15, Ана:\nне печатает", ""),
        ("See below.\n\nFrom: Ana\nSent: Monday\nTo: Ivan\n\nIt is broken", "FW: printer"),
        ("Mira.\n\nDe: Ana\nEnviado: lunes\nPara: Ivan\n\nNo imprime", "RV: impresora"),
        ("Begin forwarded message:\n\nFrom: Ana\nDate: now\nTo: Ivan\n\nIt is broken", ""),
    ],
)
def test_a_letter_that_was_passed_on_is_kept_whole(text: str, subject: str) -> None:
    assert said_in(text, subject) == text


def test_a_description_loses_its_signature_and_no_quotation() -> None:
    text = "No imprime.\n\n> error 5\n"
    assert without_signature(f"{text}-- \nAna") == text.strip()
    assert without_signature("-- \nAna") == "-- \nAna"


@pytest.mark.parametrize("over", [*OVER.values(), *COPIED.values(), "> Is it on?", "x\n" * 30])
def test_a_description_keeps_what_is_passed_on_below_a_signature(over: str) -> None:
    text = f"Look at this.\n-- \nAna\n\n{over}\n\nIt smokes."
    assert without_signature(text) == text


_LINES = st.sampled_from(
    [*OVER.values(), *COPIED.values(), QUOTED, SAID, "", "-- ", "> x", "Sent from my x", "_" * 40]
)


@given(st.lists(_LINES | st.text(max_size=40), max_size=12).map("\n".join), st.text(max_size=10))
def test_of_any_text_something_is_said_and_nothing_is_made_up(text: str, subject: str) -> None:
    said = said_in(text, subject)
    assert bool(said) is bool(text.strip())
    lines = text.strip().split("\n")
    assert set(said.split("\n")) <= {*lines, *(one.strip() for one in lines)}

"""Letters as people send them: every program's way is read into the same values."""

# ruff: noqa: RUF001 - Russian words have letters that look like Latin ones

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.reading import read_letter

PICTURE = b"\x89PNG\r\n\x1a\nred"


def _mail(text: str = "It is broken.", **header: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ana Ruiz <ana@x.org>"
    message["To"] = "desk@x.org"
    for name, value in header.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def _read(*lines: str | bytes) -> Letter:
    return read_letter(
        b"\r\n".join(one if isinstance(one, bytes) else one.encode() for one in lines)
    )


def test_a_letter_in_russian_with_a_file_is_read_whole() -> None:
    message = _mail(
        "Принтер не печатает.\n\n-- \nАна",
        Subject="Принтер на втором этаже",
        Message_ID="<one@x.org>",
        In_Reply_To="<notification-9.INC-1.abcdefghij@desk.example>",
        References="<zero@x.org> <notification-9.INC-1.abcdefghij@desk.example>",
        Date="Mon, 23 Nov 2026 10:15:00 +0300",
        Cc="Иван Петров <ivan@x.org>, ivan@x.org",
    )
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="Экран 1.png")
    letter = read_letter(message.as_bytes())
    assert letter.from_name == "Ana Ruiz"
    assert letter.from_address == "ana@x.org"
    assert letter.to == ("desk@x.org",)
    assert letter.cc == ("ivan@x.org",)
    assert letter.subject == "Принтер на втором этаже"
    assert letter.message_id == "one@x.org"
    assert letter.references == ("notification-9.INC-1.abcdefghij@desk.example", "zero@x.org")
    assert letter.sent_at == datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
    assert letter.text == "Принтер не печатает.\n\n-- \nАна"
    assert letter.said == "Принтер не печатает."
    (file,) = letter.files
    assert (file.file_name, file.media_type, file.content) == ("Экран 1.png", "image/png", PICTURE)
    assert (letter.automatic, letter.faults) == ("", ())


def test_of_two_ways_to_say_it_the_plain_one_is_read_and_the_picture_kept() -> None:
    message = _mail("See the picture.")
    message.add_alternative("<p>See <img src='cid:p1'></p>", subtype="html")
    *_, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, "image", "png", cid="<p1>", filename="image001.png")
    letter = read_letter(message.as_bytes())
    assert letter.text == "See the picture."
    assert [(one.file_name, one.content_id, one.inline) for one in letter.files] == [
        ("image001.png", "p1", True)
    ]


def test_html_alone_becomes_text_that_names_its_pictures() -> None:
    message = _mail("")
    message.add_alternative("<ul><li>red <img src='cid:p1'></ul>", subtype="html")
    *_, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, "image", "png", cid="<p1>", filename="image001.png")
    assert read_letter(message.as_bytes()).text == "- red [image001.png]"


def test_pieces_of_text_around_a_picture_stay_in_their_order() -> None:
    letter = _read(
        "From: a@x.org", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "First.",
        "--b", "Content-Type: image/png", "Content-Transfer-Encoding: base64", "",
        base64.b64encode(PICTURE), "--b", "", "Then.", "--b--", "Nobody reads this.",
    )  # fmt: skip
    assert letter.text == "First.\n\nThen."
    assert [(one.file_name, one.content) for one in letter.files] == [("part-1.png", PICTURE)]


def test_an_invitation_a_forwarded_letter_and_a_card_are_files() -> None:
    inner = _mail("Inner.", Subject="Ремонт", Message_ID="<inner@x.org>")
    message = _mail("Outer.")
    message.add_attachment(inner)
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar")
    message.add_attachment("BEGIN:VCARD", subtype="x-vcard", filename="ana.vcf")
    letter = read_letter(message.as_bytes())
    assert letter.text == "Outer."
    assert [one.file_name for one in letter.files] == ["Ремонт.eml", "part-2.ics", "ana.vcf"]
    assert read_letter(letter.files[0].content).message_id == "inner@x.org"


def test_an_invitation_among_alternatives_is_kept() -> None:
    letter = _read(
        "From: a@x.org", "Content-Type: multipart/alternative; boundary=b", "", "--b", "",
        "Come.", "--b", "Content-Type: text/calendar; method=REQUEST", "", "BEGIN:VCALENDAR",
        "--b--",
    )  # fmt: skip
    assert letter.text == "Come."
    assert [(one.file_name, one.content) for one in letter.files] == [
        ("part-1.ics", b"BEGIN:VCALENDAR")
    ]


def test_flowed_text_has_its_paragraphs_on_one_line() -> None:
    letter = _read(
        "From: a@x.org", "Content-Type: text/plain; format=flowed", "", "The printer on the ",
        "second floor", ">> is ", ">> it", " From here", "-- ", "Ana",
    )  # fmt: skip
    assert letter.text == "The printer on the second floor\n>> is it\nFrom here\n-- \nAna"


@pytest.mark.parametrize(
    ("claimed", "content", "text", "faults"),
    [
        ("iso-8859-1", "Año".encode("cp1252"), "Año", ()),
        ("iso-8859-1", "“Año”".encode("cp1252"), "“Año”", ()),
        ("utf-8", "Año".encode("cp1252"), "Año", ("charset",)),
        ("us-ascii", "Año".encode(), "Año", ("charset",)),
        ("koi8-r", "Не печатает".encode("koi8-r"), "Не печатает", ()),
        ("windows-1251", "Не печатает".encode("cp1251"), "Не печатает", ()),
        ("iso-8859-1", "Не печатает".encode("cp1251"), "Не печатает", ("charset",)),
        ("utf-8", "Не печатает".encode("koi8-r"), "Не печатает", ("charset",)),
        ("iso-8859-5", "Не печатает".encode("iso8859-5"), "Не печатает", ()),
        ("gb2312", "打印机".encode("gb2312"), "打印机", ()),
        ("iso-2022-jp", "プリンタ".encode("iso-2022-jp"), "プリンタ", ()),
        ("utf-16", "Año".encode("utf-16"), "Año", ()),
        ("", "Не печатает".encode("cp866"), "Не печатает", ()),
        ("no-such-thing", "Año".encode("cp1252"), "Año", ("charset",)),
        ("punycode", b"a" * 100, "a" * 100, ()),
        ("unicode_escape", b"\\u0041", "\\u0041", ()),
        ("zip", b"x", "x", ()),
    ],
)
def test_the_character_set_is_the_true_one(
    claimed: str, content: bytes, text: str, faults: tuple[str, ...]
) -> None:
    letter = _read("From: a@x.org", f"Content-Type: text/plain; charset={claimed}", "", content)
    assert (letter.text, letter.faults) == (text, faults)


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("=?utf-8?B?0J/RgNC4?= =?utf-8?Q?=D0=B2=D0=B5=D1=82?=", "Привет"),
        # One letter of two bytes, torn apart.
        ("=?utf-8?B?0J8=?=\r\n =?UTF-8?B?0Q==?= =?utf-8?B?gA==?=", "Пр"),
        ("=?koi8-r?B?7sU=?= =?windows-1251?Q?=EF=E5?=", "Непе"),
        ("=?iso-8859-1?q?A=F1o_1?= and more", "Año 1 and more"),
        ("=?utf-8*ru?Q?=D0=9F?=", "П"),
        ("=?utf-8?Q?a\x00b=00=0D=0ABcc:_all?=", "ab Bcc: all"),
        ("=?nope?Q?A=F1o?=", "Año"),
        ("=?utf-8?B?!!!?=x", "x"),
        ("=?utf-8?Q?never ends", "=?utf-8?Q?never ends"),
        ("a\r\n\tb\r\n  c", "a b c"),
        ("=?utf-8?Q?" + "a" * 900 + "?=", "a" * 500),
    ],
)
def test_encoded_words_are_read_as_they_were_meant(line: str, subject: str) -> None:
    assert _read("From: a@x.org", f"Subject: {line}", "", "x").subject == subject


def test_markup_around_a_text_hides_no_lie_about_its_character_set() -> None:
    content = "<p style='margin:0'>Не <b>печатает</b> <a href='https://x.example/'>принтер</a></p>"
    kind = "Content-Type: text/html; charset=iso-8859-1"
    letter = _read("From: a@x.org", kind, "", content.encode("cp1251"))
    assert (letter.text, letter.faults) == (
        "Не печатает принтер <https://x.example/>",
        ("charset",),
    )
    western = "<p>Él añadió más café à la crème, où étaient les élèves à l'été – señoría</p>"
    assert _read("From: a@x.org", kind, "", western.encode("cp1252")).faults == ()


def test_raw_bytes_in_a_header_are_read_too() -> None:
    letter = _read("From: a@x.org", b"Subject: " + "Не печатает".encode("cp1251"), "", "x")
    assert letter.subject == "Не печатает"


@pytest.mark.parametrize(
    ("lines", "address", "fault"),
    [
        (["From: Ana <ana@x.org>"], "ana@x.org", None),
        (["From: ana@x.org (Ana)"], "ana@x.org", None),
        (['From: "boss@x.org" <ana@x.org>'], "ana@x.org", None),
        (["From: =?utf-8?Q?boss=40x.org=2C?= <ana@x.org>"], "ana@x.org", None),
        (["From: boss@x.org <ana@x.org>"], "ana@x.org", None),
        (["From: =?utf-8?Q?boss=40x.org?="], "", "no_sender"),
        (["From: boss@x.org, ana@x.org"], "", "several_senders"),
        (["From: <boss@x.org> <ana@x.org>"], "", "several_senders"),
        (["From: boss@x.org", "From: ana@x.org"], "", "several_senders"),
        (["From: friends: boss@x.org, ana@x.org;"], "", "several_senders"),
        (["From: undisclosed-recipients:;"], "", "no_sender"),
        (["From: (boss@x.org"], "", "no_sender"),
        (["From: <boss@x.org\x00@evil.example>"], "", "no_sender"),
        (["From: boss@x.org\x00@evil.example"], "", "no_sender"),
        (['From: "a b"@x.org'], "", "no_sender"),
        (['From: "boss@x.org"'], "", "no_sender"),
        (["From: boss\u200b@x.org"], "", "no_sender"),
        (['From: <"boss"@x.org>'], "", "no_sender"),
        (["From: @x.org"], "", "no_sender"),
        (["From: <@evil.example:boss@x.org>"], "", "no_sender"),
        ([f"From: {'a' * 70}@x.org"], "", "no_sender"),
        (["Subject: nobody"], "", "no_sender"),
    ],
)
def test_there_is_one_sender_or_none(lines: list[str], address: str, fault: str | None) -> None:
    letter = _read(*lines, "", "x")
    assert (letter.from_address, letter.faults) == (address, (fault,) if fault else ())


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("a\x00b.txt", "ab.txt"),
        ("report\u202egpj.exe", "report_gpj.exe"),
        ("..", "part-1.bin"),
        ("con?<>|.txt", "con____.txt"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_file_has_a_harmless_name(name: str, kept: str) -> None:
    message = _mail()
    message.add_attachment(b"1", maintype="application", subtype="x-thing", filename="NAME")
    encoded = base64.b64encode(name.encode()).decode()
    raw = message.as_bytes().replace(b'"NAME"', f'"=?utf-8?B?{encoded}?="'.encode())
    assert [one.file_name for one in read_letter(raw).files] == [kept]


def test_files_of_one_name_are_told_apart() -> None:
    message = _mail()
    for number in range(3):
        content = bytes([number])
        message.add_attachment(content, maintype="image", subtype="png", filename="image.png")
    names = [one.file_name for one in read_letter(message.as_bytes()).files]
    assert names == ["image.png", "image-2.png", "image-3.png"]


@pytest.mark.parametrize(
    ("media_type", "fault", "name"),
    [
        ("application/ms-tnef", "tnef", "part-1.dat"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "encrypted", "part-1.p7m"),
        ("application/pkcs7-mime; smime-type=signed-data", "signed", "part-1.p7m"),
    ],
)
def test_what_nobody_here_opens_is_kept_and_said(media_type: str, fault: str, name: str) -> None:
    encoded = base64.b64encode(b"\x01\x02")
    letter = _read(
        "From: a@x.org", f"Content-Type: {media_type}", "Content-Transfer-Encoding: base64", "",
        encoded,
    )  # fmt: skip
    assert letter.faults == (fault,)
    assert [(one.file_name, one.content) for one in letter.files] == [(name, b"\x01\x02")]
    assert letter.text == ""


def test_a_signed_letter_is_read_and_its_signature_kept() -> None:
    letter = _read(
        "From: a@x.org", "Content-Type: multipart/signed; boundary=b; micalg=sha256", "", "--b",
        "", "Signed.", "--b", "Content-Type: application/pgp-signature; name=signature.asc", "",
        "-----BEGIN PGP SIGNATURE-----", "--b--",
    )  # fmt: skip
    assert letter.text == "Signed."
    assert letter.faults == ("signed",)
    assert [one.file_name for one in letter.files] == ["signature.asc"]


def test_a_letter_encrypted_with_pgp_is_kept_as_files() -> None:
    letter = _read(
        "From: a@x.org", "Content-Type: multipart/encrypted; boundary=b", "", "--b",
        "Content-Type: application/pgp-encrypted", "", "Version: 1", "--b",
        "Content-Type: application/octet-stream", "", "-----BEGIN PGP MESSAGE-----", "--b--",
    )  # fmt: skip
    assert letter.faults == ("encrypted",)
    assert len(letter.files) == 2
    inline = _read("From: a@x.org", "", "-----BEGIN PGP MESSAGE-----", "hQEMA")
    assert inline.faults == ("encrypted",)


def test_the_date_may_be_anything() -> None:
    for value in ("", "yesterday", "Mon, 99 Nov 2026 99:99:99 +9999",
                  "Fri, 31 Dec 9999 23:59:59 -1200"):  # fmt: skip
        assert _read("From: a@x.org", f"Date: {value}", "", "x").sent_at is None

"""Photos: out of a directory, by hand, and who sees them."""

from typing import Any

from sqlalchemy import select

from server.foundation.database import Database
from server.people.models import PersonPhoto
from tests.server.people.company import Company, person_named
from tests.server.people.conftest import As
from tests.support.people import World
from tests.support.pictures import HIDDEN, jpeg, png


def _photos(database: Database) -> dict[int, bytes]:
    with database.reading() as session:
        return {row.person_id: row.image for row in session.scalars(select(PersonPhoto))}


def test_photos_come_with_a_directory_and_go_with_it(
    company: Company, database: Database, as_: As, world: World
) -> None:
    dn = company.hire("anna", jpegPhoto=jpeg(hidden=HIDDEN))
    company.hire("bob", jpegPhoto=b"<svg onload='alert(1)'/>")
    report = company.sync()
    assert report.photos_changed == 1
    assert len(report.conflicts) == 1
    assert "must be a JPEG or PNG picture" in report.conflicts[0]
    with database.reading() as session:
        anna = person_named(session, "Anna").id
    assert _photos(database) == {anna: jpeg()}

    client = as_(world.admin.person_id)
    url = f"/api/v1/people/{anna}/photo"
    answer = client.get(url)
    assert (answer.data, answer.content_type) == (jpeg(), "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304

    # One given by hand stays, whatever the directory brings; taken away, the directory's counts.
    assert client.put(url, data=png(hidden=HIDDEN), content_type="image/png").status_code == 204
    company.directory.modify(dn, {"jpegPhoto": [jpeg(hidden=b"another")]})
    company.sync()
    assert _photos(database) == {anna: png()}
    assert client.delete(url).status_code == 204
    company.directory.modify(dn, {"jpegPhoto": [jpeg(hidden=b"a third")]})
    company.sync()
    assert _photos(database) == {anna: jpeg()}
    company.directory.modify(dn, {"jpegPhoto": []})
    company.sync()
    assert _photos(database) == {}


def test_a_photo_is_seen_and_changed_by_whom_it_concerns(
    as_: As, world: World, database: Database
) -> None:
    own = as_(world.requester.person_id)
    url = f"/api/v1/people/{world.requester.person_id}/photo"
    assert own.put(url, data=png(), content_type="image/png").status_code == 204
    assert own.get(url).data == png()
    other = f"/api/v1/people/{world.admin.person_id}/photo"
    assert own.put(other, data=png(), content_type="image/png").status_code in {403, 404}
    assert own.delete(other).status_code in {403, 404}
    faults: Any = own.put(url, data=b"<script>", content_type="image/png").json
    assert faults["errors"][0]["field"] == "photo"
    assert list(_photos(database)) == [world.requester.person_id]

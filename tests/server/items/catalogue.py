"""Software on machines, as reports put it there."""

from sqlalchemy import select

from cmdb.model.text import text_key
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from server.foundation.database import Database


def install(database: Database, item_id: int, ecosystem: str, name: str) -> None:
    """Install a product on an item, as a version of its own."""
    with database.writing() as session:
        known = {"ecosystem": ecosystem, "name": name}
        product = session.scalar(select(SoftwareProduct).filter_by(**known))
        if product is None:
            product = SoftwareProduct(**known, name_key=text_key(name))
            session.add(product)
            session.flush()
        release = SoftwareRelease(product_id=product.id, version=f"1.{item_id}")
        session.add(release)
        session.flush()
        session.add(Installation(item_id=item_id, release_id=release.id, source="agent"))

"""Volume facts about items: normalised where one asks across machines, a document elsewhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key, unchecked


class Interface(Identified, Base):
    """A network interface, as one source sees it."""

    __tablename__ = "interface"
    __table_args__ = (Index(None, "item_id", "source", "name", unique=True), Index(None, "mac"))

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(Key)
    alias: Mapped[str] = mapped_column(String, default="")
    mac: Mapped[str] = mapped_column(Key, default="")
    type: Mapped[str] = mapped_column(String, default="")
    mtu: Mapped[int | None]
    speed_mbps: Mapped[int | None]
    up: Mapped[bool | None]
    is_virtual: Mapped[bool] = mapped_column(default=False)


class Address(Identified, Base):
    """An IP address on an interface of an item."""

    __tablename__ = "address"
    __table_args__ = (Index(None, "item_id"), Index(None, "address"))

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    interface_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("interface.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str] = mapped_column(Key)
    prefix_length: Mapped[int]


class Listener(Identified, Base):
    """A listening port and the process behind it."""

    __tablename__ = "listener"
    __table_args__ = (Index(None, "item_id"), Index(None, "port"))

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Key)
    protocol: Mapped[str] = mapped_column(Key)
    address: Mapped[str] = mapped_column(Key)
    port: Mapped[int]
    process: Mapped[str] = mapped_column(String, default="")
    user: Mapped[str] = mapped_column(String, default="")


class Connection(Identified, Base):
    """A client process talks to a remote port; the client's ephemeral port is folded away."""

    __tablename__ = "connection"
    __table_args__ = (Index(None, "item_id"), Index(None, "remote_address", "remote_port"))

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Key)
    protocol: Mapped[str] = mapped_column(Key)
    process: Mapped[str] = mapped_column(String, default="")
    remote_address: Mapped[str] = mapped_column(Key)
    remote_port: Mapped[int]


class FactSection(Base):
    """A small section kept as one document: processors, memory modules, disks, file systems."""

    __tablename__ = "fact_section"

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source: Mapped[str] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Key, primary_key=True)
    rows: Mapped[list[Any]]
    updated_at: Mapped[datetime]


class SoftwareProduct(Identified, Base):
    """A product of one ecosystem (deb, rpm, pypi …), whatever its version."""

    __tablename__ = "software_product"
    __table_args__ = (Index(None, "ecosystem", "name", unique=True),)

    ecosystem: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(Key, index=True)
    #: By ``text_key``: what a pattern is held against, from its first letters on.
    name_key: Mapped[str] = mapped_column(Key, index=True, server_default="")


class SoftwareRelease(Identified, Base):
    """One version of a product for one architecture."""

    __tablename__ = "software_release"
    __table_args__ = (Index(None, "product_id", "version", "architecture", unique=True),)

    product_id: Mapped[int] = mapped_column(BigId, ForeignKey("software_product.id"))
    version: Mapped[str] = mapped_column(Key)
    architecture: Mapped[str] = mapped_column(Key, default="")


class Installation(Base):
    """A release is installed on an item."""

    __tablename__ = "installation"
    __table_args__ = (
        Index(None, "release_id", "item_id"),
        {"sqlite_with_rowid": False},
    )

    item_id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, info=unchecked("item.id")
    )
    release_id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, info=unchecked("software_release.id")
    )
    #: Which source's list this row belongs to.
    source: Mapped[str] = mapped_column(Key, primary_key=True)

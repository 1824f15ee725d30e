"""The tables of the case log; a change here comes with a migration beside it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What both tables share."""


class CaseRow(Base):
    """A saved exam, its owner, and the version of the program that saved it."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_owner_saved", "owner", "saved"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(64))
    day: Mapped[date | None]
    saved: Mapped[datetime]
    version: Mapped[str] = mapped_column(String(32))
    nodules: Mapped[list[NoduleRow]] = relationship(
        order_by="NoduleRow.number", cascade="all, delete-orphan", lazy="selectin"
    )


class NoduleRow(Base):
    """One nodule: what the log lists and filters by in columns, everything else in ``record`` and ``arrays``.

    The pathology, which comes later, stands in its columns only.
    """

    __tablename__ = "nodules"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    size_mm: Mapped[float | None]
    model: Mapped[str] = mapped_column(String(128))
    probability: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(16))
    bethesda: Mapped[int | None]
    histology: Mapped[str | None] = mapped_column(String(16))
    record: Mapped[str] = mapped_column(Text, deferred=True)
    arrays: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

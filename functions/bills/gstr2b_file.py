"""The file GSTR-2B as the portal gives it, and its documents, each on one row.

Field names are the portal's: `b2b` and `cdnr` by supplier, `b2ba` and `cdnra` their amendments, `impg` and
`impgsez` bills of entry. What a file has besides, such as the summary, is not read.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.schemas.money import Money, TaxRate
from shared.schemas.text import STORABLE, Period

_ZERO = Decimal(0)


def _portal_day(value: object) -> date:
    try:
        return datetime.strptime(str(value), "%d-%m-%Y").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise PydanticCustomError("day_format", "Write a date as DD-MM-YYYY") from None


PortalDay = Annotated[
    date,
    PlainValidator(_portal_day),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}-\d{2}-\d{4}$", "examples": ["05-10-2026"]}),
]
Number = Annotated[str, Field(min_length=1, max_length=50, pattern=r"\S"), STORABLE]
PartyName = Annotated[str, Field(max_length=1000), STORABLE]
PortalGstin = Annotated[str, Field(pattern=r"^[0-9A-Z]{15}$", examples=["29AAACZ0001A1Z4"]), STORABLE]
PortalState = Annotated[str, Field(pattern=r"^[0-9]{2}$", examples=["29"]), STORABLE]
Reason = Annotated[str, Field(max_length=10), STORABLE]
YesNo = Literal["Y", "N"]


class PortalObject(BaseModel):
    """An object of the file. What is not read is passed over."""

    model_config = ConfigDict(extra="ignore")


class Amounts(PortalObject):
    """The amounts of an item, or of a document without items."""

    txval: Money = _ZERO
    igst: Money = _ZERO
    cgst: Money = _ZERO
    sgst: Money = _ZERO
    cess: Money = _ZERO

    def amounts(self) -> dict[str, str]:
        heads = {"igst": self.igst, "cgst": self.cgst, "sgst": self.sgst, "cess": self.cess}
        return {"taxable_value": f"{self.txval:f}", **{head: f"{value:f}" for head, value in heads.items()}}


class PortalItem(Amounts):
    """The sums of a document for one rate."""

    rt: TaxRate

    def amounts(self) -> dict[str, str]:
        return {"tax_rate": f"{self.rt:f}", **super().amounts()}


class PortalDocument(Amounts):
    """What invoices and notes have in common."""

    dt: PortalDay
    val: Money = _ZERO
    pos: PortalState | None = None
    rev: YesNo = "N"
    itcavl: Literal["Y", "N", "T"] = "Y"
    rsn: Reason | None = None
    items: list[PortalItem] = Field(default=[], max_length=1000)

    def row(self) -> dict[str, Any]:
        return {
            "document_date": self.dt.isoformat(),
            "total_amount": f"{self.val:f}",
            "place_of_supply": self.pos,
            "reverse_charge": self.rev == "Y",
            "credit_available": self.itcavl != "N",
            "reason": self.rsn or None,
            "items": [item.amounts() for item in self.items] or [self.amounts()],
        }


class PortalInvoice(PortalDocument):
    """An invoice, or its amendment."""

    inum: Number
    oinum: Number | None = None
    oidt: PortalDay | None = None

    def row(self) -> dict[str, Any]:
        return super().row() | {
            "kind": "bill",
            "document_number": self.inum,
            "original_number": self.oinum,
            "original_date": self.oidt and self.oidt.isoformat(),
        }


class PortalNote(PortalDocument):
    """A credit or debit note, or its amendment."""

    ntnum: Number
    typ: Literal["C", "D"]
    ontnum: Number | None = None
    ontdt: PortalDay | None = None

    def row(self) -> dict[str, Any]:
        return super().row() | {
            "kind": "credit_note" if self.typ == "C" else "debit_note",
            "document_number": self.ntnum,
            "original_number": self.ontnum,
            "original_date": self.ontdt and self.ontdt.isoformat(),
        }


class PortalBillOfEntry(Amounts):
    """A bill of entry of imported goods."""

    boenum: Annotated[str | int, Field(examples=["2566282"])]
    boedt: PortalDay
    portcode: Annotated[str, Field(max_length=6), STORABLE] | None = None

    def row(self) -> dict[str, Any]:
        return {
            "kind": "bill_of_entry",
            "document_number": str(self.boenum),
            "document_date": self.boedt.isoformat(),
            "port_code": self.portcode,
            "reverse_charge": False,
            "credit_available": True,
            "items": [self.amounts()],
        }


class PortalSupplier(PortalObject):
    """A supplier with what it has reported."""

    ctin: PortalGstin
    trdnm: PartyName | None = None
    supprd: Period | None = None

    def row(self) -> dict[str, Any]:
        return {
            "supplier_gstin": self.ctin,
            "supplier_name": (self.trdnm or self.ctin)[:200],
            "supplier_period": self.supprd,
        }


class InvoicesOfSupplier(PortalSupplier):
    """A supplier's invoices."""

    inv: list[PortalInvoice]


class NotesOfSupplier(PortalSupplier):
    """A supplier's notes."""

    nt: list[PortalNote]


class EntriesOfSupplier(PortalSupplier):
    """Bills of entry of goods from a SEZ."""

    boe: list[PortalBillOfEntry]


class PortalSections(PortalObject):
    """The sections of the file."""

    b2b: list[InvoicesOfSupplier] = []
    b2ba: list[InvoicesOfSupplier] = []
    cdnr: list[NotesOfSupplier] = []
    cdnra: list[NotesOfSupplier] = []
    impg: list[PortalBillOfEntry] = []
    impgsez: list[EntriesOfSupplier] = []

    def rows(self) -> Iterator[dict[str, Any]]:
        for section, suppliers in (("b2b", self.b2b), ("b2ba", self.b2ba)):
            for supplier in suppliers:
                yield from ({"section": section, **supplier.row(), **one.row()} for one in supplier.inv)
        for section, issuers in (("cdnr", self.cdnr), ("cdnra", self.cdnra)):
            for issuer in issuers:
                yield from ({"section": section, **issuer.row(), **one.row()} for one in issuer.nt)
        yield from ({"section": "impg", **one.row()} for one in self.impg)
        for zone in self.impgsez:
            yield from ({"section": "impgsez", **zone.row(), **one.row()} for one in zone.boe)


class PortalData(PortalObject):
    """The data of the file."""

    gstin: PortalGstin
    rtnprd: Period
    docdata: PortalSections


class Gstr2bFile(PortalObject):
    """The file GSTR-2B of a month, as downloaded from the portal."""

    data: PortalData

    def plain(self) -> dict[str, Any]:
        """What the database takes: the month, the GSTIN and one row per document."""
        sections = self.data.docdata
        return {"gstin": self.data.gstin, "period": self.data.rtnprd, "documents": list(sections.rows())}

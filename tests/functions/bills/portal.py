"""Files GSTR-2B in the portal's shape."""

from typing import Any

from tests.person import Json, Person, checked

GSTIN = "27AAPFU0939F1ZV"
"""Of the user: Maharashtra."""
MILL = "29AAACZ0001A1Z4"
"""Of the supplier: Karnataka."""


def item(taxable: float = 2000.0, rate: float = 18, **fields: Any) -> Json:
    """An item between states, unless it says otherwise."""
    tax = {} if "cgst" in fields else {"igst": round(taxable * rate / 100, 2)}
    return {"num": 1, "rt": rate, "txval": taxable, "igst": 0, "cgst": 0, "sgst": 0, "cess": 0} | tax | fields


def invoice(number: str, day: str = "05-10-2026", items: list[Json] | None = None, **fields: Any) -> Json:
    items = [item()] if items is None else items
    value = sum(one["txval"] + one["igst"] + one["cgst"] + one["sgst"] for one in items)
    return {
        "inum": number,
        "typ": "R",
        "dt": day,
        "val": round(value, 2),
        "pos": "27",
        "rev": "N",
        "itcavl": "Y",
        "rsn": "",
        "diffprcnt": 1,
        "srctyp": "e-Invoice",
        "irn": "8" * 64,
        "items": items,
        **fields,
    }


def note(number: str, kind: str = "C", **fields: Any) -> Json:
    body = invoice(number, **fields)
    return {**body, "ntnum": body.pop("inum"), "typ": kind, "suptyp": "R"}


def supplier(*documents: Json, ctin: str = MILL, name: str = "Paper Mill", under: str = "inv") -> Json:
    return {"ctin": ctin, "trdnm": name, "supprd": "102026", "supfildt": "11-11-2026", under: list(documents)}


def gstr2b(gstin: str = GSTIN, period: str = "102026", **sections: list[Json]) -> Json:
    data = {"gstin": gstin, "rtnprd": period, "version": "1.0", "gendt": "14-11-2026", "itcsumm": {"a": 1}}
    return {"chksum": "x", "data": {**data, "docdata": sections}}


def read(person: Person, **sections: list[Json]) -> Json:
    answer = person.api.post("/api/gst/gstr2b", json=gstr2b(**sections))  # type: ignore[arg-type]
    read: Json = checked(answer, 201)
    return read


def matches(person: Person, **parameters: object) -> list[Json]:
    found: list[Json] = person.read("/api/gst/gstr2b", period="102026", **parameters)["matches"]
    return found


def decide(person: Person, *decisions: Json) -> Json:
    body = {"period": "102026", "decisions": list(decisions)}
    counts: Json = checked(person.api.post("/api/gst/gstr2b/decisions", json=body), 200)
    return counts


def inter_state_bill(person: Person, number: str = "PM/1042", **fields: Any) -> Json:
    """The bill that `invoice(number)` reports."""
    line = {"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "igst": 360}
    return person.bill(number, **{"place_of_supply": "27", "items": [line], **fields})

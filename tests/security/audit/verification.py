"""What the audit tells, and what its check finds."""

from tests.person import Json, Person


def verification(person: Person) -> Json:
    answer: Json = person.read("/api/audit/verify")
    return answer


def faults(person: Person) -> list[tuple[str, int | None, str | None, str]]:
    found = verification(person)["faults"]
    return [(fault["rule"], fault["number"], fault["record_type"], fault["details"]) for fault in found]


def story(person: Person, **query: object) -> list[tuple[str, str, str]]:
    entries = person.read("/api/audit", sort_order="asc", **query)
    return [(entry["channel"], entry["operation"], entry["record_type"]) for entry in entries]


_API = {"Content-Profile": "api", "Accept-Profile": "api"}
_PUBLIC = {"Content-Profile": "public", "Accept-Profile": "public"}

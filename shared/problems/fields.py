"""Which field of a request a rule of the database is about.

A line's field is written `items.*.quantity`: the database knows that a line is wrong, not which.
"""

from collections.abc import Iterator, Mapping, Sequence

_ANY = "*"


def field_of(names: str | Sequence[str], sent: Mapping[str, object]) -> str:
    """The field, by the name that the request has it under.

    `names` are the names it can have, `sent` the arguments of the call. Returns an empty text where the
    request sent several of these names, so that nobody knows which is meant.
    """
    candidates = [names] if isinstance(names, str) else names
    known = set(_names_of(sent))
    were_sent = [name for name in candidates if _column(name) in known]
    if len(were_sent) > 1:
        return ""
    return _located(were_sent[0] if were_sent else candidates[0], sent)


def _names_of(sent: Mapping[str, object]) -> Iterator[str]:
    """The names of all fields: those of lines as `items.quantity`."""
    for name, value in sent.items():
        yield name
        if isinstance(value, Mapping):
            yield from _names_of(value)
        elif isinstance(value, list):
            lines = (line for line in value if isinstance(line, Mapping))
            yield from {f"{name}.{column}" for line in lines for column in line}


def _column(name: str) -> str:
    return name.replace(f".{_ANY}.", ".")


def _located(name: str, sent: Mapping[str, object]) -> str:
    """With the number of the line where there is only one; else the list of the lines."""
    lines, _, column = name.partition(f".{_ANY}.")
    return f"{lines}.0.{column}" if column and _count(lines, sent) == 1 else lines


def _count(lines: str, sent: Mapping[str, object]) -> int:
    for body in (sent, *sent.values()):
        found = body.get(lines) if isinstance(body, Mapping) else None
        if isinstance(found, list):
            return len(found)
    return 0

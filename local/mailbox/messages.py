"""The mails in a folder, one file each."""

import email.policy
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Self, cast

_MOST_MESSAGES = 500


@dataclass(frozen=True)
class Message:
    """A mail as a person reads it. The id is the instant at which it arrived, in nanoseconds."""

    id: int
    sender: str
    recipients: str
    subject: str
    text: str
    html: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a stored mail."""
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return cls(
            id=int(path.stem),
            sender=str(mail.get("from", "")),
            recipients=str(mail.get("to") or mail.get("delivered-to", "")),
            subject=str(mail.get("subject", "")),
            text=_body(mail, "plain"),
            html=_body(mail, "html"),
        )

    @property
    def arrived_at(self) -> str:
        """The instant at which it arrived."""
        return f"{datetime.fromtimestamp(self.id / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC"

    def as_json(self) -> dict[str, object]:
        """The fields for programs."""
        return {**asdict(self), "id": str(self.id), "arrived_at": self.arrived_at}


class Messages:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, content: bytes) -> None:
        """Store a mail. A reader finds it complete or not at all."""
        path = self._path(time.time_ns())
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(content)
        unfinished.rename(path)
        for old in self._newest_first()[_MOST_MESSAGES:]:
            old.unlink(missing_ok=True)

    def all(self) -> list[Message]:
        """Every mail, the newest first."""
        return [Message.read(path) for path in self._newest_first()]

    def one(self, number: int) -> Message | None:
        """The mail with this id."""
        path = self._path(number)
        return Message.read(path) if path.exists() else None

    def delete_all(self) -> None:
        """Empty the folder."""
        for path in self._newest_first():
            path.unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:020d}.eml"

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"), reverse=True)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a character set that Python does not know
        return cast(bytes, part.get_payload(decode=True)).decode(errors="replace")

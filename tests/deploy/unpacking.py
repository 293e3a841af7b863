"""Unpacking packages as Lambda does, many times and so without writing the same bytes as often."""

import atexit
import os
import shutil
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from deploy.imports import OWN

# Tests write into what is ours.
_WRITTEN = tuple(f"{name}/" for name in OWN)


def unpack(package: Path, folder: Path) -> None:
    """Unpack a zip. A dependency's file is a link to the one that an earlier package has brought."""
    with zipfile.ZipFile(package) as archive:
        made: set[Path] = set()
        for entry in archive.infolist():
            if entry.filename.startswith(_WRITTEN):
                archive.extract(entry, folder)
                continue
            file = folder / entry.filename
            if file.parent not in made:
                file.parent.mkdir(parents=True, exist_ok=True)
                made.add(file.parent)
            _link(_kept(archive, entry), file)


def _kept(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Path:
    """The file with this content, written at the first use."""
    path = _files() / f"{entry.CRC:08x}-{entry.file_size}"
    if not path.exists():
        path.write_bytes(archive.read(entry))
    return path


def _link(kept: Path, file: Path) -> None:
    try:
        os.link(kept, file)
    except OSError:  # on another disk
        shutil.copyfile(kept, file)


@cache
def _files() -> Path:
    """A folder for as long as this process lives, on the disk where others unpack."""
    folder = Path(tempfile.mkdtemp(prefix="renpay-dependencies-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

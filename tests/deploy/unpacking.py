"""Unpacking packages as Lambda does, many times and so without writing the same bytes as often."""

import os
import shutil
import zipfile
import zlib
from pathlib import Path

from deploy.imports import OWN

# Tests write into what is ours.
_WRITTEN = tuple(f"{name}/" for name in OWN)


def unpack(package: Path, folder: Path) -> None:
    """Unpack a zip. Where the file that was packed is still the same, a dependency's file is a link to it."""
    packed = package.parent / "dependencies"
    with zipfile.ZipFile(package) as archive:
        for entry in archive.infolist():
            kept = packed / entry.filename
            if entry.filename.startswith(_WRITTEN) or not _is_same(kept, entry):
                archive.extract(entry, folder)
            else:
                _link(kept, folder / entry.filename)


def _is_same(file: Path, entry: zipfile.ZipInfo) -> bool:
    try:
        return zlib.crc32(file.read_bytes()) == entry.CRC
    except OSError:
        return False


def _link(kept: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(kept, file)
    except OSError:  # on another disk
        shutil.copyfile(kept, file)

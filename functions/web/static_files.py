"""Files for the browser, each under an address that changes with its content: kept for ever, never stale."""

import gzip
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from shared.problems.catalogue import NotFound

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"

router = APIRouter()


class Asset(NamedTuple):
    """A file as it goes out."""

    content: bytes
    media_type: str
    version: str

    @property
    def is_compressed(self) -> bool:
        return self.media_type == _TYPES[".woff2"]


@cache
def _assets() -> dict[str, Asset]:
    return {path.name: _asset(path) for path in _FOLDER.iterdir() if path.suffix in _TYPES}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_assets()[name].content, mtime=0)


def address_of(name: str) -> str:
    return f"/static/{name}?v={_assets()[name].version}"


@router.get("/static/{name}")
def get_asset(request: Request, name: str) -> Response:
    asset = _assets().get(name)
    if asset is None:
        raise NotFound
    # Fonts are named by the style sheet, without a version; another font gets another name.
    current = request.query_params.get("v") == asset.version or asset.is_compressed
    headers = {
        "etag": f'"{asset.version}"',
        "cache-control": _FOR_EVER if current else _ASK_AGAIN,
        "vary": "accept-encoding",
    }
    if asset.version in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if not asset.is_compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            _compressed(name), headers={**headers, "content-encoding": "gzip"}, media_type=asset.media_type
        )
    return Response(asset.content, headers=headers, media_type=asset.media_type)

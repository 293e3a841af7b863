"""The middleware: how large an answer may be."""

import os

import pytest
from fastapi import APIRouter, Response
from fastapi.testclient import TestClient

from shared.http.application import create_app
from shared.http.size_limits import MOST_ANSWER_BYTES

MOST = MOST_ANSWER_BYTES


def answer(body: bytes, media_type: str = "application/json") -> tuple[int, int]:
    """The status and the size of what leaves where the body should."""
    router = APIRouter()

    @router.get("/body")
    def get_body() -> Response:
        return Response(body, media_type=media_type)

    answer = TestClient(create_app(router)).get("/body")
    if answer.status_code != 200:
        assert answer.json()["code"] == "answer_too_large"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, len(answer.content)


@pytest.mark.parametrize(
    ("character", "written_as"),
    [("x", 1), ('"', 2), ("\n", 2), ("₹", 3)],
    ids=["x", "quote", "line", "rupee"],
)
def test_it_is_as_large_as_json_writes_it_for_lambda(character: str, written_as: int) -> None:
    fits = (character * ((MOST - 2) // written_as)).encode()
    assert answer(fits) == (200, len(fits))
    assert answer(fits + character.encode() * 2)[0] == 422


def test_what_is_no_text_goes_as_base64() -> None:
    picture = b"\xff" + os.urandom(MOST * 3 // 4 - 1)
    assert answer(picture, "application/pdf") == (200, len(picture))
    assert answer(picture + b"\xff" * 4, "application/pdf")[0] == 422

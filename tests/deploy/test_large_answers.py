"""Answers as large as Lambda takes, and larger ones."""

import json

import psycopg
import pytest

from tests.deploy.execution_environment import FunctionError
from tests.deploy.invocations import Unpack, get
from tests.person import Person


def write_long_expenses(database: psycopg.Connection, person: Person, count: int, text: str) -> None:
    """Expenses whose description is 10,000 times a character."""
    database.execute(
        "insert into public.transactions (user_id, account_id, transaction_type, amount, description, category) "
        "select user_id, id, 'expense', 1, repeat(%s, 10000), 'Long' from public.accounts, generate_series(1, %s) "
        "where user_id = %s",
        (text, count, person.id),
    )


class TestLargeAnswers:
    def test_lambda_takes_six_megabytes(self, unpack: Unpack) -> None:
        function = unpack("accounts")
        program = (
            "def handler(event, context):\n    return {'statusCode': 200, 'body': 'x' * event['size']}\n"
        )
        (function.code.folder / "functions" / "accounts" / "handler.py").write_text(program)
        for bytecode in function.code.folder.glob("functions/accounts/__pycache__/handler.*"):
            bytecode.unlink()
        assert function.invoke({"size": 6_291_000})["statusCode"] == 200
        with pytest.raises(FunctionError, match="ResponseSizeTooLarge"):
            function.invoke({"size": 6_292_000})

    @pytest.mark.parametrize(
        ("text", "fits", "too_many"), [("x", 400, 640), ('"', 100, 300), ("₹", 150, 220)]
    )
    def test_more_than_lambda_takes_is_a_problem_and_as_much_is_an_answer(
        self,
        unpack: Unpack,
        alice: Person,
        dashboard: psycopg.Connection,
        text: str,
        fits: int,
        too_many: int,
    ) -> None:
        alice.account()
        write_long_expenses(dashboard, alice, too_many, text)
        function = unpack("transactions")
        answer = function.invoke(get(f"/api/transactions?limit={fits}", alice.token))
        assert (answer["statusCode"], len(json.loads(answer["body"]))) == (200, fits)
        answer = function.invoke(get(f"/api/transactions?limit={too_many}", alice.token))
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (422, "answer_too_large")
        assert answer["headers"]["x-request-id"] == json.loads(answer["body"])["request_id"]

"""Filters of lists: from query parameters to PostgREST's."""

from functions.invoices.schemas import InvoiceQuery
from functions.transactions.schemas import TransactionQuery


class TestFilters:
    def test_a_day_is_a_whole_day_in_the_users_zone(self) -> None:
        query = TransactionQuery.model_validate({"start_date": "2023-01-01", "end_date": "2023-01-31"})
        assert {("day", "gte.2023-01-01"), ("day", "lte.2023-01-31")} <= set(query.parameters())

    def test_a_day_names_the_instants_it_may_have_anywhere(self) -> None:
        query = TransactionQuery.model_validate({"start_date": "2023-01-01", "end_date": "2023-01-31"})
        instants = [condition for column, condition in query.parameters() if column == "date_instant"]
        assert instants == ["gte.2022-12-31T10:00:00Z", "lte.2023-02-01T12:00:00Z"]

    def test_an_instant_is_an_instant(self) -> None:
        query = TransactionQuery.model_validate({"start_date": "2023-01-01T05:30:00+05:30"})
        assert ("date_instant", "gte.2023-01-01T00:00:00+00:00") in list(query.parameters())

    def test_a_time_without_a_zone_is_the_databases_to_read(self) -> None:
        query = TransactionQuery.model_validate({"end_date": "2023-01-01T05:30:00"})
        assert ("date_instant", "lte.2023-01-01T05:30:00") in list(query.parameters())
        assert query.names_local_times()
        assert not TransactionQuery.model_validate({"end_date": "2023-01-01"}).names_local_times()

    def test_wildcards_in_a_name_are_letters(self) -> None:
        query = InvoiceQuery.model_validate({"customer_name": "100% (*)"})
        assert ("customer_name_search", r"imatch.100%\ \(\*\)") in list(query.parameters())

"""What users write at random."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from tests.reliability.records import Kind, Line

who = st.sampled_from(["alice", "bob"])
nth = st.integers(0, 50)
maybe_nth = st.one_of(st.none(), nth)
kinds: st.SearchStrategy[Kind] = st.sampled_from(["sale", "expense", "transfer", "other"])

amounts = st.one_of(
    st.sampled_from(["0.01", "0.03", "1.00", "100.10", "999.99", "99999999.99"]).map(Decimal),
    st.integers(1, 10_000_000).map(lambda paise: Decimal(paise) / 100),
)

balances = st.one_of(amounts, amounts.map(lambda amount: -amount), st.just(Decimal(0)))

rates = st.one_of(
    st.none(), st.sampled_from(["0", "0.25", "3", "5", "12", "18", "28", "40", "33.333", "100"]).map(Decimal)
)

days = st.sampled_from(["2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-11-01"])

lines = st.lists(
    st.builds(
        Line,
        quantity=st.sampled_from(["1", "2", "0.333", "7.5"]).map(Decimal),
        price=st.one_of(st.just(Decimal(0)), amounts),
        rate=rates,
    ),
    min_size=1,
    max_size=3,
)

statuses = st.sampled_from(["draft", "sent", "overdue", "cancelled", "paid"])
times = st.integers(1, 3)

# Of what is due: a part, all, or a paisa too much.
parts = st.sampled_from(["0.1", "0.333", "0.5", "1", "1", "2"]).map(Decimal)

"""Supabase's advisors for security and performance find nothing that has no reason in advisors-allowed.txt."""

from local.supabase import advisors


def test_they_find_nothing_without_a_reason() -> None:
    assert advisors.complaints() == []

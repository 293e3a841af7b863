"""What the functions are told by environment variables."""

import pytest
from pydantic import ValidationError

from shared.settings import settings


def test_what_is_missing_is_named_and_no_key_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPABASE_URL", raising=False)
    for name in ("SUPABASE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_JWT_SECRET"):
        monkeypatch.setenv(name, "confidential")
    settings.cache_clear()
    with pytest.raises(ValidationError) as failure:
        settings()
    assert "supabase_url" in str(failure.value)
    assert "confid" not in str(failure.value)
    settings.cache_clear()

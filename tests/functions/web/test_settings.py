"""The page of settings."""

import secrets

from tests.functions.web.browser import Browser
from tests.person import Person


class TestSettings:
    def test_settings_keep_every_field(self, web: Browser, alice: Person) -> None:
        profile = {
            "username": f"asha-{secrets.token_hex(4)}",
            "full_name": "Asha Rao",
            "business_name": "Rao Design",
            "gstin": "29AAGCB7383J1Z4",
            "gst_scheme": "regular",
            "address": "12 MG Road\nBengaluru",
            "upi_id": "asha@okbank",
            "time_zone": "Asia/Dubai",
            "default_tax_rate": "5",
            "filing_frequency": "monthly",
        }
        assert web.send("/settings", profile).status_code == 303
        kept = alice.read("/api/auth/me")
        assert {name: str(kept[name]) for name in profile} == profile | {"address": kept["address"]}
        assert kept["address"].splitlines() == ["12 MG Road", "Bengaluru"]
        assert kept["state_code"] == "29"
        answer = web.send("/settings", {**profile, "upi_id": "nonsense", "time_zone": "Mars/Base"})
        assert answer.status_code == 422

    def test_a_scheme_without_its_gstin_is_marked(self, web: Browser, alice: Person) -> None:
        answer = web.send(
            "/settings",
            {
                "time_zone": "Asia/Kolkata",
                "default_tax_rate": "18",
                "gst_scheme": "regular",
                "filing_frequency": "monthly",
            },
        )
        assert answer.status_code == 422
        assert 'id="gst_scheme-error"' in answer.text
        assert alice.read("/api/auth/me")["gst_scheme"] is None

"""What the tests are aimed at: where the API and the Data API of one stack are."""

from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Target:
    """An API and the Supabase behind it."""

    api_url: str
    supabase_url: str
    anon_key: str
    secret_key: str
    db_url: str

    def api_client(self) -> httpx.Client:
        return httpx.Client(base_url=self.api_url, timeout=30)

    def data_client(self, token: str, schema: str = "api") -> httpx.Client:
        """The Data API with a user's token or a key, on one schema."""
        headers = {
            "apikey": self.anon_key,
            "Authorization": f"Bearer {token}",
            "Accept-Profile": schema,
            "Content-Profile": schema,
        }
        return httpx.Client(base_url=f"{self.supabase_url}/rest/v1", headers=headers, timeout=30)

"""The headers of pages and static files."""

import re
from html import unescape

import pytest

from tests.functions.web.browser import PAGES, Browser


class TestHeaders:
    def test_pages_allow_nothing_but_ours(self, web: Browser) -> None:
        answer = web.http.get("/invoices")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/", *PAGES[:-1]])
    def test_pages_have_no_inline_script_or_style(self, web: Browser, path: str) -> None:
        page = web.page(path)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page)

    def test_files_are_kept_for_ever_under_their_version(self, web: Browser) -> None:
        address = unescape(re.findall(r'href="(/static/renpay\.css\?v=\w+)"', web.page("/"))[0])
        answer = web.http.get(address)
        assert "immutable" in answer.headers["cache-control"]
        again = web.http.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "no-cache" in web.http.get("/static/renpay.css").headers["cache-control"]

    @pytest.mark.parametrize("name", ["..%2fdesk.py", "FONTS.md", "nothing.css"])
    def test_other_files_are_not_served(self, web: Browser, name: str) -> None:
        assert web.http.get(f"/static/{name}").status_code == 404

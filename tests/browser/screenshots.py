"""Pictures of every page, for people to look at: `python -m tests.browser.screenshots`, or `make screenshots`."""

import shutil

import pypdfium2
from playwright.sync_api import Browser, Page

from local.project import ROOT
from local.stack import running_stack
from tests.browser.business import trade
from tests.browser.chromium import running_chromium
from tests.browser.conftest import SMALL, WIDE, sign_in
from tests.person import Person
from tests.target import Target

FOLDER = ROOT / "build" / "screenshots"
_OPEN = {
    "landing": "/",
    "login": "/login",
    "register": "/register",
    "forgot": "/forgot",
    "reset": "/reset?token_hash=x",
    "confirm": "/confirm?token_hash=x",
}
_PAGES = {
    "home": "/",
    "invoices": "/invoices",
    "invoices-overdue": "/invoices?status=overdue&sort=due&order=asc",
    "search": "/search",
    "create": "/create",
    "transactions": "/transactions",
    "accounts": "/accounts",
    "tax": "/tax",
    "settings": "/settings",
    "password": "/settings/password",
    "not-found": "/invoice/0",
}
_TEMPLATES = ("default", "professional", "simple", "detailed")


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with running_stack() as stack, running_chromium() as browser:
        target = Target(
            stack.api_url,
            stack.supabase_url,
            stack.anon_key,
            stack.secret_key,
            stack.jwt_secret,
            stack.db_url,
        )
        with Person.enrolled(target, "asha") as asha, Person.enrolled(target, "new") as new:
            picture_all(browser, target, asha, new)
    print(FOLDER.relative_to(ROOT))  # noqa: T201 (a command tells where its work lies)


def picture_all(browser: Browser, target: Target, asha: Person, new: Person) -> None:
    """Every page at two widths, light and dark."""
    invoices = trade(asha)
    by_status = {invoice["status"]: invoice for invoice in invoices}
    pages = _PAGES | {
        f"invoice-{status}": f"/invoice/{invoice['id']}" for status, invoice in by_status.items()
    }
    pages |= {"edit": f"/invoice/{by_status['draft']['id']}/edit"}
    pages |= {
        f"print-{name}": f"/invoice/{by_status['sent']['id']}/print?template={name}" for name in _TEMPLATES
    }
    empty = {
        f"empty-{name}": _PAGES[name] for name in ("home", "invoices", "transactions", "accounts", "tax")
    }
    for scheme in ("light", "dark"):
        for width, viewport in (("360", SMALL), ("1280", WIDE)):
            for person, paths in ((None, _OPEN), (asha, pages), (new, empty)):
                context = browser.new_context(base_url=target.api_url, viewport=viewport, color_scheme=scheme)
                if person:
                    sign_in(context, target, person)
                page = context.new_page()
                for name, path in paths.items():
                    _picture(page, path, f"{name}-{width}-{scheme}")
                context.close()
    for name in _TEMPLATES:
        _picture_pdf(asha, by_status["sent"]["id"], name)


def _picture(page: Page, path: str, name: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def _picture_pdf(person: Person, invoice_id: str, template: str) -> None:
    answer = person.api.get(f"/api/invoices/{invoice_id}/pdf", params={"template": template})
    (FOLDER / f"pdf-{template}.pdf").write_bytes(answer.content)
    document = pypdfium2.PdfDocument(answer.content)
    document[0].render(scale=1.5).to_pil().save(FOLDER / f"pdf-{template}.png")


if __name__ == "__main__":
    main()

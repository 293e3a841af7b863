"""What somebody could break, one change each, and the tests that must turn red."""

from tests.mutations.hosted import HOSTED
from tests.mutations.neighbours import NEIGHBOURS
from tests.mutations.sabotage import Sabotage, sql
from tests.mutations.settlements import SETTLEMENTS
from tests.mutations.sign_in import SIGN_IN

TENANTS = "tests/security/tenants"
CLOSED = "tests/migrations/test_closed_periods.py"
AUDIT = "tests/security/audit"
WRITTEN = "tests/migrations/test_written_by_rules.py"
DELETED = "tests/migrations/test_deleted_users.py"
CONTACTS = "tests/functions/contacts"
ITEMS = "tests/functions/items"
MIDDLEWARE = "tests/security/test_middleware.py"
ONCE = "tests/reliability/test_exactly_once.py"
LIFE = "tests/reliability/test_random_life.py"
AT_ONCE = "tests/functions/test_at_once.py"
DASHBOARD = "tests/migrations/test_dashboard.py"
OWN = "using (user_id = (select private.current_user_id()))"

SABOTAGES = [
    # Tenants
    sql(
        "Accounts are their owner's to read", "accounts",
        f'on public.accounts\nfor select to authenticated {OWN}', "on public.accounts\nfor select to authenticated using (true)",
        TENANTS,
    ),
    sql(
        "Transactions are their owner's to delete", "transactions",
        f"on public.transactions\nfor delete to authenticated {OWN}",
        "on public.transactions\nfor delete to authenticated using (true)",
        TENANTS,
    ),
    sql(
        "Nobody writes rows for somebody else", "sessions",
        "for insert to authenticated with check (user_id = (select private.current_user_id()));",
        "for insert to authenticated with check (true);", TENANTS,
    ),
    sql(
        "Row level security is on everywhere", "invoice_items",
        "alter table public.invoice_items enable row level security;", "", TENANTS,
    ),
    sql(
        "TRUNCATE, which ignores row level security, is nobody's", "accounts",
        "grant select, delete on public.accounts to authenticated;",
        "grant select, delete, truncate on public.accounts to authenticated;", TENANTS,
    ),
    sql(
        "An account in a body is the caller's own", "transactions",
        "foreign key (account_id, user_id)\n    references public.accounts (id, user_id)",
        "foreign key (account_id)\n    references public.accounts (id)", TENANTS,
    ),
    sql(
        "A refusal tells nothing of another's books", "transactions",
        "create trigger check_owner before insert on public.transactions\nfor each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();",
        "", TENANTS,
    ),
    sql(
        "What the dashboard writes is not undone", "accounts",
        "select * into changed from public.accounts where id = account_id for no key update;",
        "select * into changed from public.accounts where id = account_id;", DASHBOARD,
    ),
    sql(
        "Addresses behind usernames are for the log-in alone", "v1",
        "grant execute on function v1.email_of_username to service_role;",
        "grant execute on function v1.email_of_username to service_role, authenticated;", TENANTS,
    ),
    sql(
        "The audit is its owner's to read", "audit",
        f"on public.audit_entries\nfor select to authenticated {OWN}",
        "on public.audit_entries\nfor select to authenticated using (true)", TENANTS,
    ),
    sql(
        "Customers and suppliers are their owner's to read", "contacts",
        f"on public.contacts\nfor select to authenticated {OWN}", "on public.contacts\nfor select to authenticated using (true)",
        TENANTS,
    ),
    # Contacts and items
    sql(
        "Deleting a customer leaves the supplier", "contacts",
        "if contact.is_customer and contact.is_supplier then", "if false then", CONTACTS,
    ),
    sql(
        "A contact's state is that of its GSTIN", "contacts",
        "perform private.refuse_other_state(changes ->> 'state_code', changed.gstin);", "", CONTACTS,
    ),
    sql(
        "What is not taxable has the rate zero", "items",
        "new.tax_rate := 0;", "null;", ITEMS,
    ),
    sql("A service has no unit", "items", "new.uqc := 'NA';", "null;", ITEMS),
    # GST
    sql(
        "No tax without a registration", "gst_registration",
        "if tax_rate > 0 and not private.may_collect_tax(owner) then", "if false then", "tests/functions/test_gst_scheme.py",
    ),
    sql(
        "The usual rate follows the scheme", "gst_registration",
        "then default_tax_rate else 0 end", "then default_tax_rate else default_tax_rate end",
        "tests/functions/test_gst_scheme.py",
    ),
    sql(
        "A special economic zone is inter-state", "place_of_supply",
        "invoice.supply_type not in ('domestic', 'deemed_export')", "false",
        "tests/functions/invoices/test_supply_types.py",
    ),
    sql(
        "Without payment there is no tax", "invoice_items",
        "when invoice.supply_type in ('export_without_payment', 'sez_without_payment') then 0", "when false then 0",
        "tests/functions/invoices/test_supply_types.py",
    ),
    # Exactly once
    sql(
        "A key belongs to one request", "idempotency",
        "if stored.request_hash <> private.request_hash(operation, arguments) then", "if false then", f"{ONCE} -k OneKey",
    ),
    sql(
        "An answer is kept with its key", "idempotency",
        "if key is null then", "if true then", f"{ONCE} -k OneKey",
    ),
    sql("A user's answers have a bound", "idempotency", ">= 100000", ">= 1000000", f"{ONCE} -k Keys"),
    sql("A user's answers have a size", "idempotency", "> 100000000", "> 1000000000", f"{ONCE} -k Keys"),
    sql("Keys are kept for a day at least", "idempotency", "interval '2 days'", "interval '2 hours'", f"{ONCE} -k Keys"),
    sql(
        "A key is one user's", "idempotency",
        "where stored_key.user_id = auth.uid() and stored_key.key", "where stored_key.key", f"{ONCE} -k OneKey",
    ),
    Sabotage(
        "The key reaches the database", "shared/supabase/rest.py",
        'self._client.headers["Idempotency-Key"] = idempotency_key', "pass", f"{ONCE} -k OneKey",
    ),
    # Money
    sql(
        "One writer at a time", "books",
        "where id = user_id for no key update skip locked", "where id = user_id", AT_ONCE,
    ),
    sql(
        "Halves are rounded half-up", "gst",
        "result.cgst := round(rounded * rate / 2 / divisor, 2);", "result.cgst := trunc(rounded * rate / 2 / divisor, 2);",
        "tests/migrations/test_gst.py",
    ),
    sql(
        "A half is half the rate", "gst",
        "result.cgst := round(rounded * rate / 2 / divisor, 2);", "result.cgst := round(round(rounded * rate / divisor, 2) / 2, 2);",
        "tests/migrations/test_gst.py",
    ),
    sql(
        "An inclusive price contains its tax", "gst",
        "case when price_includes_tax then 100 + rate else 100 end", "100", "tests/migrations/test_gst.py",
    ),
    sql("Amounts are above zero", "transactions", "check (amount > 0)", "check (amount >= 0)", "tests/functions/transactions/test_bad_amounts.py"),
    sql(
        "An edit moves the difference", "transactions",
        "create trigger post_after_update after update on public.transactions\nreferencing old table as old_rows new table as new_rows for each statement execute function private.post_transactions();",
        "", LIFE,
    ),
    sql(
        "A sale that is deleted cancels its invoice", "settlements",
        "when document.status = 'paid' and document.origin = 'sale' and settled = 0 then 'cancelled'", "when false then 'cancelled'", LIFE,
    ),
    sql(
        "A paid invoice keeps its total", "invoice_items",
        "if amended.amount_settled > 0 then", "if false then", "tests/functions/invoices/test_bad_input.py",
    ),
    sql(
        "The ledger is append-only", "ledger",
        "create trigger append_only before update or delete on public.ledger_entries\nfor each row execute function private.refuse_ledger_change();",
        "", DASHBOARD,
    ),
    sql(
        "The only account stays", "accounts",
        "if not exists (select from public.accounts where user_id = old.user_id and id <> old.id) then", "if false then", "tests/functions/accounts/test_bad_input.py",
    ),
    sql(
        "Days are days where the user lives", "transactions",
        "(new.date at time zone private.time_zone(new.user_id))::date", "(new.date at time zone 'utc')::date", LIFE,
    ),
    sql(
        "A tax payment is no input", "filing_figures",
        "and written.category is distinct from 'Tax Payment'", "", "tests/functions/tax",
    ),
    sql(
        "The payment of a submission stays", "tax_filings",
        "create trigger guard_tax_payment before update or delete on public.transactions\nfor each row when (old.category = 'Tax Payment') execute function private.guard_tax_payment();", "", "tests/functions/tax",
    ),
    # Audit
    sql(
        "A chain tells what changed", "audit",
        "sha256(previous || private.audit_content(entry) || convert_to(", "sha256(previous || convert_to(", AUDIT,
    ),
    sql("Every table of the books is audited", "audited_tables", "'invoices', 'bills', 'credit_adjustments', 'tax_filings'", "'invoices', 'bills', 'credit_adjustments'", AUDIT),
    sql("One decision is one entry", "audit", "or (last_entry.operation, changed_by) not in (('insert', 'update'), ('update', 'update'), ('update', 'delete'))", "or true", f"{AUDIT}/test_decisions.py"),
    sql("A generated invoice is told by its sale", "audited_tables", "|| case when generated is null then '{}' else jsonb_build_object('invoice', generated) end", "", f"{AUDIT}/test_decisions.py"),
    sql(
        "A new column forges nothing", "audit_verification",
        "from jsonb_each(told) as field\n            where field.key not in ('items', 'settlements') and present ? field.key and field.value <> present -> field.key",
        "from jsonb_each(present) as field\n            where field.key not in ('items', 'settlements') and field.value is distinct from told -> field.key",
        f"{AUDIT} -k Column",
    ),
    sql("A laundered edit is found", "audit_verification", "and told ? field.key and field.value <> told -> field.key", "and false", f"{AUDIT} -k Laundered"),
    sql(
        "No entry is typed", "audit",
        "create trigger append_only_insert before insert on public.audit_entries\nfor each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed_audit();",
        "", WRITTEN,
    ),
    sql(
        "No movement is typed", "ledger",
        "create trigger append_only_insert before insert on public.ledger_entries\nfor each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed_entries();",
        "", WRITTEN,
    ),
    sql(
        "No counter is typed", "invoice_numbers",
        "create trigger written_by_rules before insert or update or delete or truncate on private.counters\nfor each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed();",
        "", WRITTEN,
    ),
    # Deleted users
    sql("Filed books outlive their user", "deleted_users", "if not private.has_filed(old.id) then", "if true then", DELETED),
    sql("The audit names no deleted person", "deleted_users", "perform private.erase_personal_entries(old.id);", "", DELETED),
    sql("A profile stays with its user", "deleted_users", "if exists (select from auth.users where id = old.id) then", "if false then", DELETED),
    sql("Filed books stay for their years", "deleted_users", "elsif old.kept_until >= now()::date then", "elsif false then", DELETED),
    # The graph of the triggers
    sql(
        "An entry point is for what people type", "settlements",
        "create trigger take_money_back after delete on public.settlements\nreferencing old table as old_rows for each statement\nwhen (pg_trigger_depth() = 0) execute",
        "create trigger take_money_back after delete on public.settlements\nreferencing old table as old_rows for each statement\nexecute",
        "tests/migrations/test_trigger_graph.py",
    ),
    sql(
        "The audit is append-only", "audit",
        "create trigger append_only before update or delete on public.audit_entries\nfor each row execute function private.refuse_audit_change();",
        "", AUDIT,
    ),
    sql("A channel cannot be chosen", "audit", "session_user = 'authenticator'", "current_user = 'authenticator'", AUDIT),
    sql("A writer's head is the last one", "audit", "for no key update;", ";", AUDIT),
    # The middleware
    Sabotage("A body has an end", "shared/http/size_limits.py", "MOST_BODY_BYTES = 1_000_000", "MOST_BODY_BYTES = 9_000_000", f"{MIDDLEWARE} -k Headers"),
    Sabotage("An answer fits into Lambda", "shared/http/size_limits.py", "return written <= MOST_ANSWER_BYTES", "return True", "tests/shared/http/test_middleware.py"),
    Sabotage("Answers tell browsers not to guess", "shared/http/security_headers.py", '    "x-content-type-options": "nosniff",\n', "", f"{MIDDLEWARE} -k Headers"),
    Sabotage(
        "Amounts have two decimals", "shared/schemas/money.py",
        "BeforeValidator(lambda value: _decimals(2)(_number(value)))", "BeforeValidator(lambda value: _decimals(3)(_number(value)))",
        "tests/functions/transactions/test_bad_amounts.py",
    ),
    # Tax by the day of the document, closed periods
    sql("An invoice counts on its day of issue", "filing_figures", "and gst_scheme is null then 'cash' else 'invoice' end", "and gst_scheme is null then 'cash' else 'cash' end", "tests/functions/tax/test_basis.py"),
    sql("A credit note is subtracted", "filing_figures", "case total.document_type when 'credit_note' then -1 else 1 end", "1", "tests/functions/tax/test_basis.py"),
    sql(
        "A document of a submitted period stays", "fixed_documents",
        "create trigger check_period_update after update on public.invoices\nreferencing old table as old_rows new table as new_rows for each statement execute function private.check_changed_documents();",
        "", CLOSED,
    ),
    sql("So do its lines", "invoice_items", "        perform private.check_fixed_lines(invoice_ids);\n", "", CLOSED),
    sql("No document is put into a submitted period", "fixed_documents", "where closing.id is not null\n    limit 1;", "where false\n    limit 1;", CLOSED),
    sql("Input tax of a submitted period stays", "fixed_documents", "for each row when (old.tax_amount is not null) execute", "for each row when (false) execute", CLOSED),
    sql("A filing that is submitted again pays the difference", "tax_filings_api", "unpaid := submission.net_tax_liability - private.tax_paid(filing);", "unpaid := submission.net_tax_liability;", "tests/functions/tax/test_reopen.py"),
    sql("A typed submission names its payment", "tax_filings", "check (status = 'draft' or net_tax_liability <= 0 or payment_transaction_id is not null),", "check (true),", "tests/migrations/test_typed_filings.py"),
    sql("An invoice that a note names stays", "fixed_documents", "elsif (changed.before).id = any(noted_ids) then", "elsif false then", "tests/migrations/test_fixed_by_notes.py"),
    # Faults
    Sabotage(
        "A database that is away is 503", "shared/problems/database.py",
        "if is_of_gateway(answer) or not any(error):", "if not error:", "tests/reliability/test_faults.py",
    ),
    sql(
        "A form does not undo what another tab has saved", "web_invoice_form",
        "if edited.updated_at <> seen_at then", "if false then", "tests/functions/web/test_invoice_form.py -k two_tabs",
    ),
    # The local stack
    Sabotage("Studio is for its own page", "local/supabase/studio.mjs", "if (!isOurs(request.headers))", "if (false)", "tests/local/supabase/test_studio.py"),
    Sabotage("Studio writes as the dashboard", "local/supabase/processes.py", 'self.postgres.url("postgres")}', 'self.postgres.url("authenticator")}', "tests/local/supabase/test_studio.py"),
    Sabotage("Studio changes no privilege", "local/supabase/studio.mjs", 'connection.rlsState = "active";\n', "", "tests/local/supabase/test_studio.py -k privilege"),
    Sabotage("Mails run no script", "local/mailbox/pages.py", '"sandbox allow-popups', '"sandbox allow-scripts allow-popups', "tests/local/mailbox"),
    Sabotage("make dev changes no Supabase but its own", "local/__main__.py", "        if external:\n", "        if not external:\n", "tests/local/test_external.py -k alone"),
    *SETTLEMENTS,
    *NEIGHBOURS,
    *HOSTED,
    *SIGN_IN,
]  # fmt: skip

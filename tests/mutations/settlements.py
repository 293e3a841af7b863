"""What somebody could break about settlements, credit notes and derived overdue."""

from tests.mutations.sabotage import Sabotage, sql

PAYMENTS = "tests/functions/invoices/payments"
NOTES = "tests/functions/invoices/notes"
TYPED = "tests/migrations/test_settlements.py"
TYPED_NOTES = "tests/migrations/test_typed_notes.py"
OVERDUE = "tests/functions/invoices/test_overdue.py"

SETTLEMENTS: list[Sabotage] = [
    sql(
        "A document takes no more than its total", "settlements",
        "if settled > document.total_amount or (", "if (", f"{TYPED} -k cannot_hold",
    ),
    sql(
        "A payment settles more than nothing", "payments_api",
        " or part.amount + part.tax_deducted + part.write_off = 0 then", " then", f"{PAYMENTS}/test_record.py -k bad_body",
    ),
    sql(
        "An invoice is credited by at most its total, and the error says what is left", "payments",
        "if touched.credited > (touched.document).total_amount then", "if false then", f"{NOTES} -k what_is_left",
    ),
    sql(
        "A sale pays invoices, an expense refunds notes", "settlements",
        "or bool_or(payment.transaction_type <> case", "or bool_and(false and payment.transaction_type <> case", f"{TYPED} -k elsewhere",
    ),
    sql(
        "A transaction settles no more than it moved", "settlements",
        "sum(settlement.amount) > payment.amount", "false", f"{TYPED} -k elsewhere",
    ),
    sql(
        "A status undoes a single payment and nothing else", "payments",
        "having count(*) > 1 or bool_or(settlement.kind <> 'payment') or", "having", f"{PAYMENTS}/test_delete.py -k LeavingPaid",
    ),
    sql(
        "The money of a typed payment goes with it", "settlements",
        "create trigger take_money_back after delete on public.settlements\nreferencing old table as old_rows for each statement\nwhen (pg_trigger_depth() = 0) execute function private.take_money_back();",
        "", f"{TYPED} -k deleted",
    ),
    sql(
        "What a deleted transaction settled is due again", "settlements",
        "create trigger release_after_delete after delete on public.transactions\nreferencing old table as old_rows for each statement execute function private.release_settlements();",
        "", f"{PAYMENTS}/test_delete.py",
    ),
    sql(
        "Documents follow what no longer settles them", "settlements",
        "create trigger follow_after_delete after delete on public.settlements\nreferencing old table as old_rows for each statement execute function private.follow_settlements();",
        "", f"{PAYMENTS}/test_delete.py",
    ),
    sql(
        "A generated invoice that something still settles is not cancelled", "settlements",
        "document.origin = 'sale' and settled = 0 then", "document.origin = 'sale' then", "tests/reliability/test_found.py -k Reopened",
    ),
    sql(
        "Tax kept back goes with its payment", "payments_api",
        "left join money_row as source on settled.kind <> 'write_off'", "left join money_row as source on settled.kind = 'payment'",
        f"{PAYMENTS}/test_delete.py -k kept_back",
    ),
    sql(
        "A payment names each invoice once", "payments_api",
        "if (select count(distinct (part.invoice).id) from unnest(parts) as part) < cardinality(parts) then", "if false then",
        f"{PAYMENTS}/test_several.py -k twice",
    ),
    sql(
        "The tax of the parts is that of the whole", "transactions_api",
        "else round(tax * (settled_before + amount) / total, 2) - round(tax * settled_before / total, 2)", "else round(tax * amount / total, 2)",
        f"{PAYMENTS}/test_record.py -k adds_up",
    ),
    sql(
        "Tax deducted counts in its financial year", "payments_api",
        "private.financial_year(deducted.day) as", "extract(year from deducted.day) as", "tests/functions/tax/test_tax_deducted.py",
    ),
    sql(
        "A settlement keeps what it says", "settlements",
        "    if tg_op = 'UPDATE' then\n        perform private.raise_problem(409, 'settlement_fixed'", "    if false then\n        perform private.raise_problem(409, 'settlement_fixed'",
        f"{TYPED} -k edited",
    ),
    sql(
        "A refund keeps its amount", "sales",
        "            rate.is_new or (\n                new_row.transaction_type, new_row.amount, new_row.tax_rate, new_row.tax_amount, new_row.date,",
        "            old_row.transaction_type = 'sale' and (\n                new_row.transaction_type, new_row.amount, new_row.tax_rate, new_row.tax_amount, new_row.date,",
        f"{NOTES}/test_afterwards.py -k refund_keeps",
    ),
    # Credit notes
    sql("The other contract knows no notes", "v1", "where invoice.document_type = 'invoice';", ";", f"{NOTES}/test_lists.py -k other_contract"),
    sql(
        "Counts of invoices are without notes", "period_totals",
        "total.document_type = coalesce(asked ->> 'document_type', 'invoice')", "true", f"{NOTES}/test_lists.py -k without_notes",
    ),
    sql(
        "No payment settles a note", "payments_api",
        "elsif (part.invoice).document_type = 'credit_note' then", "elsif false then", f"{NOTES} -k no_payment",
    ),
    sql(
        "A withdrawn note settles nothing", "payments",
        "delete from public.settlements where credit_note_id = any(withdrawn_note_ids);", "perform 1;", f"{NOTES} -k Withdrawn",
    ),
    sql(
        "An issued note that changes takes its credit along", "invoice_items",
        "if (summed.invoice).document_type = 'credit_note' and", "if false and", f"{NOTES} -k Changed",
    ),
    sql(
        "Only an issued note settles as one", "settlements",
        "elsif new.credit_note_id is not null and not exists (", "elsif false and not exists (", f"{TYPED_NOTES} -k no_issued_note",
    ),
    sql(
        "A note that is issued later finds its invoice issued", "payments",
        "    perform private.check_credited_invoice(invoice)\n    from public.invoices as note", "    perform 1\n    from public.invoices as note",
        f"{NOTES} -k issued_again",
    ),
    sql(
        "An invoice that a note names is not deleted", "payments",
        "if old.amount_credited > 0 or exists (", "if false and exists (", f"{NOTES} -k TheInvoice",
    ),
    # Overdue
    sql(
        "Who is invoiced today is not late today", "invoices_api",
        "and greatest(invoice.due_day, invoice.issued_on) <", "and invoice.due_day <", f"{OVERDUE} -k late_today",
    ),
    sql(
        "Another zone moves no day", "transactions",
        "if tg_op = 'INSERT' or new.date <> old.date then", "if true then", "tests/migrations/test_dashboard.py -k new_zone",
    ),
]  # fmt: skip

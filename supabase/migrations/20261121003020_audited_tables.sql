-- Audited tables: which decisions the audit tells, and the triggers that tell them.
--
-- One entry for a document with its lines, one for a transaction with what it settles. A generated invoice is told by
-- its sale. What follows from the rest is told by nobody: sums, balances, and that a document is paid.


-- What is told -------------------------------------------------------------------------------------

create function private.audit_image(record_type text, record jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- Left out: what names the record, what is kept by machine, and what follows from the rest. A new column is told
    -- unless it is named here.
    record := record - case record_type
        when 'accounts' then '{id,user_id,updated_at,entry_count}'
        when 'transactions' then '{id,user_id,updated_at}'
        when 'invoices' then
            '{id,user_id,updated_at,financial_year,subtotal,cgst,sgst,igst,tax_amount,total_amount,amount_settled,'
            'amount_due,amount_credited,issued_at,issued_on,paid_at,cancelled_at}'
        when 'invoice_items' then
            '{id,user_id,invoice_id,amount,taxable_value,cgst,sgst,igst,tax_amount,created_at,updated_at}'
        when 'bills' then '{id,user_id,updated_at,number_key,financial_year,taxable_value,cgst,sgst,igst,total_amount}'
        when 'bill_items' then '{id,user_id,bill_id,created_at,updated_at}'
        when 'settlements' then '{id,user_id,created_at}'
        else '{id,user_id,updated_at}'
    end::text[];
    -- That an issued document is paid follows from its settlements, and the figures of a draft from the books.
    if record_type = 'invoices' and record ->> 'status' = 'paid' then
        return record || '{"status": "sent"}';
    elsif record_type = 'tax_filings' and record ->> 'status' = 'draft' then
        return record - '{total_sales,total_expenses,total_tax_collected,total_tax_paid,net_tax_liability,cgst,sgst,igst,'
            'transaction_count}'::text[];
    end if;
    return record;
end;
$$;
grant execute on function private.audit_image to authenticated, service_role;
comment on function private.audit_image is 'What the audit tells of a record: what was decided about it.';

create function private.audited_lines(told_invoice_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select jsonb_object_agg(line.id, private.audit_image('invoice_items', to_jsonb(line)))
        from public.invoice_items as line
        where line.invoice_id = told_invoice_id
    );
end;
$$;
grant execute on function private.audited_lines to authenticated, service_role;
comment on function private.audited_lines is 'The lines of a document as the audit tells them, by their ids.';

create function private.audited_settlements(told_transaction_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select jsonb_object_agg(settled.id, private.audit_image('settlements', to_jsonb(settled)))
        from public.settlements as settled
        where settled.transaction_id = told_transaction_id
    );
end;
$$;
grant execute on function private.audited_settlements to authenticated, service_role;
comment on function private.audited_settlements is 'What a transaction settles as the audit tells it, by the ids of the settlements.';

create function private.generated_invoice(sale_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select
            private.audit_image('invoices', to_jsonb(invoice))
            || jsonb_build_object('id', invoice.id, 'items', private.audited_lines(invoice.id))
        from public.settlements as settled
        inner join public.invoices as invoice on invoice.id = settled.invoice_id
        where settled.transaction_id = sale_id and invoice.origin = 'sale' and invoice.created_at = now()
    );
end;
$$;
comment on function private.generated_invoice is 'The invoice that a sale generated in this transaction, as the audit tells it.';

create function private.audited_parts(record_type text, record jsonb, changed_by text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    settled jsonb;
    generated jsonb;
begin
    if record_type = 'invoices' and changed_by = 'INSERT' then
        return jsonb_strip_nulls(jsonb_build_object('items', private.audited_lines((record ->> 'id')::uuid)));
    elsif record_type = 'transactions' then
        if changed_by <> 'UPDATE' then
            settled := private.audited_settlements((record ->> 'id')::uuid);
        end if;
        if changed_by <> 'DELETE' and record ->> 'transaction_type' = 'sale' then
            generated := private.generated_invoice((record ->> 'id')::uuid);
        end if;
        return case when settled is null then '{}' else jsonb_build_object('settlements', settled) end
            || case when generated is null then '{}' else jsonb_build_object('invoice', generated) end;
    end if;
    return '{}';
end;
$$;
comment on function private.audited_parts is
'What an entry tells besides the record: the lines of a new document; what a transaction settles, and the invoice that it generated.';

create function private.audit_difference(old_image jsonb, new_image jsonb, out before jsonb, out after jsonb)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if old_image = new_image then
        return;
    end if;
    select jsonb_object_agg(field.key, old_image -> field.key), jsonb_object_agg(field.key, field.value)
    into before, after
    from jsonb_each(new_image) as field
    where field.value is distinct from old_image -> field.key;
end;
$$;
comment on function private.audit_difference is 'The fields in which two images of a record differ, before and after; null where none does.';

create function private.is_told(owner uuid, told_id uuid, part text default null, part_id uuid default null)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (
        select from private.audit_heads as head
        inner join public.audit_entries as entry
            on entry.user_id = head.user_id and entry.record_id = told_id and entry.number > head.number_before
        where
            head.user_id = owner and head.transaction_id = pg_current_xact_id()
            and (part is null or coalesce(entry.after, entry.before) -> part ? part_id::text)
    );
end;
$$;
comment on function private.is_told is 'Whether this transaction has told a record already, or a line or settlement as a part of it.';

create function private.audit()
returns trigger
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
set timezone = 'UTC'
as $$
declare
    changes private.audit_change[];
begin
    -- One function for all tables, because each of its triggers has a plan of its own for the rows of its table.
    -- `offset 0` keeps the conversion to JSON, which costs the most, from being done at each mention of its result.
    if tg_op = 'INSERT' then
        changes := array(
            select row(
                coalesce(record ->> 'user_id', record ->> 'id'), tg_table_name, record ->> 'id', null,
                private.audit_image(tg_table_name, record) || private.audited_parts(tg_table_name, record, tg_op)
            )::private.audit_change
            from (select to_jsonb(new_row) as record from new_rows as new_row offset 0) as written
            order by record ->> 'user_id'
        );
    elsif tg_op = 'DELETE' then
        changes := array(
            select row(
                coalesce(record ->> 'user_id', record ->> 'id'), tg_table_name, record ->> 'id',
                private.audit_image(tg_table_name, record) || private.audited_parts(tg_table_name, record, tg_op), null
            )::private.audit_change
            from (select to_jsonb(old_row) as record from old_rows as old_row offset 0) as written
            order by record ->> 'user_id'
        );
    else
        changes := array(
            select row(
                coalesce(record ->> 'user_id', record ->> 'id'), tg_table_name, record ->> 'id', difference.before,
                difference.after || private.audited_parts(tg_table_name, record, tg_op)
            )::private.audit_change
            from (
                -- A full join is never a nested loop, which a plan made for one row would be for ten thousand, too.
                select to_jsonb(old_row) as old_record, to_jsonb(new_row) as record
                from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id
                where old_row is distinct from new_row
                offset 0
            ) as written
            cross join lateral private.audit_difference(
                private.audit_image(tg_table_name, old_record), private.audit_image(tg_table_name, record)
            ) as difference
            where difference.after is not null
            order by record ->> 'user_id'
        );
    end if;
    if changes <> '{}' then
        perform private.append_audit_entries(tg_op, changes);
    end if;
    return null;
end;
$$;
comment on function private.audit is 'Trigger: writes what a statement decided into the audit, field by field for an update.';

create function private.audit_account()
returns trigger
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
set timezone = 'UTC'
as $$
declare
    difference record;
begin
    select * into difference from private.audit_difference(
        private.audit_image('accounts', to_jsonb(old)), private.audit_image('accounts', to_jsonb(new))
    );
    if difference.after is not null then
        perform private.append_audit_entries(
            tg_op, array[row(new.user_id, 'accounts', new.id, difference.before, difference.after)::private.audit_change]
        );
    end if;
    return null;
end;
$$;
comment on function private.audit_account is 'Trigger: writes what was decided about an account into the audit, a typed balance with it.';

create function private.audit_lines()
returns trigger
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
set timezone = 'UTC'
as $$
declare
    -- Named by the trigger: the table of the documents, and the column of a line that names its document.
    document_type constant text := tg_argv[0];
    document_column constant text := tg_argv[1];
    changes private.audit_change[];
begin
    if tg_op = 'INSERT' then
        changes := array(
            select row(
                line.user_id, document_type, line.document_id,
                jsonb_build_object('items', jsonb_object_agg(line.id, null)),
                jsonb_build_object('items', jsonb_object_agg(line.id, private.audit_image(tg_table_name, line.record)))
            )::private.audit_change
            from (
                select new_row.id, new_row.user_id, written.record, (written.record ->> document_column)::uuid as document_id
                from new_rows as new_row
                cross join lateral (select to_jsonb(new_row) as record offset 0) as written
            ) as line
            -- A new document has told its lines itself.
            where not private.is_told(line.user_id, line.document_id, 'items', line.id)
            group by line.user_id, line.document_id
            order by line.user_id
        );
    elsif tg_op = 'DELETE' then
        changes := array(
            select row(
                line.user_id, document_type, line.document_id,
                jsonb_build_object('items', jsonb_object_agg(line.id, private.audit_image(tg_table_name, line.record))),
                jsonb_build_object('items', jsonb_object_agg(line.id, null))
            )::private.audit_change
            from (
                select old_row.id, old_row.user_id, written.record, (written.record ->> document_column)::uuid as document_id
                from old_rows as old_row
                cross join lateral (select to_jsonb(old_row) as record offset 0) as written
            ) as line
            -- Lines that go after their document are not told: no person removes one that way, see remove_lines.
            where
                exists (select from public.invoices where id = line.document_id)
                or exists (select from public.bills where id = line.document_id)
            group by line.user_id, line.document_id
            order by line.user_id
        );
    else
        changes := array(
            select row(
                line.user_id, document_type, line.document_id,
                jsonb_build_object('items', jsonb_object_agg(line.id, line.before)),
                jsonb_build_object('items', jsonb_object_agg(line.id, line.after))
            )::private.audit_change
            from (
                select
                    new_row.id, new_row.user_id, (written.record ->> document_column)::uuid as document_id,
                    private.audit_image(tg_table_name, to_jsonb(old_row)) as before,
                    private.audit_image(tg_table_name, written.record) as after
                from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id
                cross join lateral (select to_jsonb(new_row) as record offset 0) as written
                offset 0
            ) as line
            where line.before <> line.after
            group by line.user_id, line.document_id
            order by line.user_id
        );
    end if;
    if changes <> '{}' then
        perform private.append_audit_entries('UPDATE', changes);
    end if;
    return null;
end;
$$;
comment on function private.audit_lines is
'Trigger: what a statement decided about lines of invoices or bills is told as a change of their document.';

create function private.audit_settlements()
returns trigger
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
set timezone = 'UTC'
as $$
declare
    written private.audit_change[];
    by_themselves private.audit_change[];
    by_transactions private.audit_change[];
begin
    if tg_op = 'INSERT' then
        written := array(
            select row(
                new_row.user_id, 'settlements', new_row.id, null, private.audit_image('settlements', to_jsonb(new_row))
            )::private.audit_change
            from new_rows as new_row
            left join public.transactions as payment on payment.id = new_row.transaction_id
            where case
                when payment.id is null then true
                -- A new transaction tells what it settles itself, after this or before it.
                when payment.created_at = now() and not private.is_told(new_row.user_id, payment.id) then false
                else not private.is_told(new_row.user_id, payment.id, 'settlements', new_row.id)
            end
        );
    elsif tg_op = 'DELETE' then
        written := array(
            select row(
                old_row.user_id, 'settlements', old_row.id, private.audit_image('settlements', to_jsonb(old_row)), null
            )::private.audit_change
            from old_rows as old_row
            -- A transaction that went has told what it settled.
            where
                old_row.transaction_id is null
                or not private.is_told(old_row.user_id, old_row.transaction_id, 'settlements', old_row.id)
                or exists (select from public.transactions where id = old_row.transaction_id)
        );
    else
        written := array(
            select row(
                new_row.user_id, 'settlements', new_row.id, private.audit_image('settlements', to_jsonb(old_row)),
                private.audit_image('settlements', to_jsonb(new_row))
            )::private.audit_change
            from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id
            where old_row is distinct from new_row
        );
    end if;
    if written = '{}' then
        return null;
    end if;
    by_transactions := array(
        select row(
            change.user_id, 'transactions', payment.id,
            jsonb_build_object('settlements', jsonb_object_agg(change.record_id, change.before)),
            jsonb_build_object('settlements', jsonb_object_agg(change.record_id, change.after))
        )::private.audit_change
        from unnest(written) as change
        inner join public.transactions as payment on payment.id = (coalesce(change.after, change.before) ->> 'transaction_id')::uuid
        group by change.user_id, payment.id
        order by change.user_id
    );
    by_themselves := array(
        select change
        from unnest(written) as change
        where not exists (
            select from public.transactions as payment
            where payment.id = (coalesce(change.after, change.before) ->> 'transaction_id')::uuid
        )
        order by change.user_id
    );
    if by_themselves <> '{}' then
        perform private.append_audit_entries(tg_op, by_themselves);
    end if;
    if by_transactions <> '{}' then
        perform private.append_audit_entries('UPDATE', by_transactions);
    end if;
    return null;
end;
$$;
comment on function private.audit_settlements is
'Trigger: what a transaction settles is told as a part of it; a credit note, a write-off or tax deducted alone by itself.';


-- Triggers -----------------------------------------------------------------------------------------

create function private.refuse_unaudited_truncate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(
        409, 'audit_is_append_only', format('TRUNCATE leaves no trace in the audit. Delete the rows of %s instead.', tg_table_name)
    );
    return null;
end;
$$;
comment on function private.refuse_unaudited_truncate is 'Trigger: TRUNCATE shows no rows to the audit and fires no rule of the books, so it is refused.';

do $$
declare
    audited text;
begin
    foreach audited in array array[
        'profiles', 'accounts', 'contacts', 'items', 'transactions', 'invoices', 'bills', 'credit_adjustments', 'tax_filings'
    ] loop
        -- `audit` comes first among the names, so that a cause stands before its effects; a transaction is written when
        -- it has settled what it settles, and told before that goes.
        execute format(
            'create trigger %I after insert on public.%I referencing new table as new_rows for each statement %s execute function private.audit()',
            case audited when 'transactions' then 'write_audit_insert' else 'audit_insert' end, audited,
            -- A generated invoice is told by its sale.
            case audited when 'invoices' then 'when (pg_trigger_depth() = 0)' end
        );
        if audited <> 'accounts' then
            execute format(
                'create trigger %I after update on public.%I referencing old table as old_rows new table as new_rows
                for each statement execute function private.audit()',
                case audited when 'transactions' then 'write_audit_update' else 'audit_update' end, audited
            );
        end if;
        execute format(
            'create trigger audit_delete after delete on public.%I
            referencing old table as old_rows for each statement execute function private.audit()', audited
        );
    end loop;
    foreach audited in array array[
        'profiles', 'accounts', 'contacts', 'items', 'transactions', 'invoices', 'invoice_items', 'bills', 'bill_items',
        'credit_adjustments', 'settlements', 'tax_filings'
    ] loop
        execute format(
            'create trigger audit_truncate before truncate on public.%I
            for each statement execute function private.refuse_unaudited_truncate()', audited
        );
    end loop;
end;
$$;

-- What a movement leaves on an account is the ledger's to tell; a balance that a person types is told here, too.
create trigger audit_update after update on public.accounts
for each row when (old.balance = new.balance or pg_trigger_depth() = 0) execute function private.audit_account();

create function private.remove_lines()
returns trigger
language plpgsql
security definer -- removes lines whoever deletes the document
set search_path = ''
as $$
begin
    delete from public.invoice_items where invoice_id = old.id;
    return old;
end;
$$;
comment on function private.remove_lines is
'Trigger: the lines of a document go before it, so that the entry of its deletion tells them; the foreign key would remove them after it.';

create trigger remove_lines before delete on public.invoices
for each row when (pg_trigger_depth() = 0) execute function private.remove_lines();
create trigger audit_insert after insert on public.invoice_items
referencing new table as new_rows for each statement
when (pg_trigger_depth() = 0) execute function private.audit_lines('invoices', 'invoice_id');
create trigger audit_update after update on public.invoice_items
referencing old table as old_rows new table as new_rows for each statement execute function private.audit_lines('invoices', 'invoice_id');
create trigger audit_delete after delete on public.invoice_items
referencing old table as old_rows for each statement execute function private.audit_lines('invoices', 'invoice_id');

create function private.remove_bill_lines()
returns trigger
language plpgsql
security definer -- removes lines whoever deletes the bill
set search_path = ''
as $$
begin
    delete from public.bill_items where bill_id = old.id;
    return old;
end;
$$;
comment on function private.remove_bill_lines is
'Trigger: the lines of a bill go before it, so that the entry of its deletion tells them; the foreign key would remove them after it.';

create trigger remove_lines before delete on public.bills
for each row when (pg_trigger_depth() = 0) execute function private.remove_bill_lines();
create trigger audit_insert after insert on public.bill_items
referencing new table as new_rows for each statement execute function private.audit_lines('bills', 'bill_id');
create trigger audit_update after update on public.bill_items
referencing old table as old_rows new table as new_rows for each statement execute function private.audit_lines('bills', 'bill_id');
create trigger audit_delete after delete on public.bill_items
referencing old table as old_rows for each statement execute function private.audit_lines('bills', 'bill_id');

-- After the documents that follow, and the money that goes along.
create trigger write_audit_insert after insert on public.settlements
referencing new table as new_rows for each statement execute function private.audit_settlements();
create trigger write_audit_update after update on public.settlements
referencing old table as old_rows new table as new_rows for each statement execute function private.audit_settlements();
create trigger write_audit_delete after delete on public.settlements
referencing old table as old_rows for each statement execute function private.audit_settlements();

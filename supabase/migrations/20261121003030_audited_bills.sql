-- Audited bills: one entry for a bill with its lines, one for an adjustment of credit.
--
-- The documents of GSTR-2B are the portal's word and not audited; what was decided about one shows on its bill.


create function private.audit_bill_lines()
returns trigger
language plpgsql
security definer -- nobody else may write the audit
set search_path = ''
set timezone = 'UTC'
as $$
declare
    changes private.audit_change[];
begin
    if tg_op = 'INSERT' then
        changes := array(
            select row(
                line.user_id, 'bills', line.bill_id,
                jsonb_build_object('items', jsonb_object_agg(line.id, null)),
                jsonb_build_object('items', jsonb_object_agg(line.id, private.audit_image('bill_items', to_jsonb(line))))
            )::private.audit_change
            from new_rows as line
            group by line.user_id, line.bill_id
            order by line.user_id
        );
    elsif tg_op = 'DELETE' then
        changes := array(
            select row(
                line.user_id, 'bills', line.bill_id,
                jsonb_build_object('items', jsonb_object_agg(line.id, private.audit_image('bill_items', to_jsonb(line)))),
                jsonb_build_object('items', jsonb_object_agg(line.id, null))
            )::private.audit_change
            from old_rows as line
            -- Lines that go after their bill are not told: no person removes one that way, see remove_bill_lines.
            inner join public.bills as bill on bill.id = line.bill_id
            group by line.user_id, line.bill_id
            order by line.user_id
        );
    else
        changes := array(
            select row(
                line.user_id, 'bills', line.bill_id,
                jsonb_build_object('items', jsonb_object_agg(line.id, line.before)),
                jsonb_build_object('items', jsonb_object_agg(line.id, line.after))
            )::private.audit_change
            from (
                select
                    new_row.id, new_row.user_id, new_row.bill_id,
                    private.audit_image('bill_items', to_jsonb(old_row)) as before,
                    private.audit_image('bill_items', to_jsonb(new_row)) as after
                from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id
                offset 0
            ) as line
            where line.before <> line.after
            group by line.user_id, line.bill_id
            order by line.user_id
        );
    end if;
    if changes <> '{}' then
        perform private.append_audit_entries('UPDATE', changes);
    end if;
    return null;
end;
$$;
comment on function private.audit_bill_lines is 'Trigger: what a statement decided about lines is told as a change of their bill.';

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
referencing new table as new_rows for each statement execute function private.audit_bill_lines();
create trigger audit_update after update on public.bill_items
referencing old table as old_rows new table as new_rows for each statement execute function private.audit_bill_lines();
create trigger audit_delete after delete on public.bill_items
referencing old table as old_rows for each statement execute function private.audit_bill_lines();

-- Web, form checks: everything that is wrong with a form, at once.
--
-- A write stops at the first rule that it breaks, but a person wants to correct all mistakes in one round. No rule is
-- written down here again: each value is cast to the type of its column, the check constraints of the table are evaluated
-- as the catalog has them, and what is left is really written and taken back. A problem is told as PostgREST tells an
-- error; `field` is the field where that is known, or else the constraint or PostgreSQL's own words tell it.


-- Types --------------------------------------------------------------------------------------------

create type private.form_problem as (
    line integer,
    field text,
    code text,
    message text,
    hint text,
    details text
);
comment on type private.form_problem is
'An error of a form as PostgREST would tell it, with the line of the invoice (from 0) and the field where they are known.';


-- Values and constraints ---------------------------------------------------------------------------

create function private.value_problems(target regclass, row_values jsonb)
returns setof private.form_problem
language plpgsql
stable
set search_path = ''
as $$
declare
    value record;
    problem private.form_problem;
begin
    for value in select * from jsonb_each(row_values) loop
        begin
            execute format('select jsonb_populate_record(null::%s, $1)', target)
            using jsonb_build_object(value.key, value.value);
        exception
            when data_exception or integrity_constraint_violation then
                get stacked diagnostics
                    problem.code = returned_sqlstate, problem.message = message_text, problem.details = pg_exception_detail;
                problem.field := value.key;
                return next problem;
        end;
    end loop;
end;
$$;
grant execute on function private.value_problems to authenticated;
comment on function private.value_problems is 'The values of a row that its columns cannot hold.';

create function private.are_readable(target regclass, rows jsonb)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    execute format('select jsonb_populate_recordset(null::%s, $1)', target) using rows;
    return true;
exception
    when data_exception or integrity_constraint_violation then
        return false;
end;
$$;
grant execute on function private.are_readable to authenticated;
comment on function private.are_readable is 'Whether the columns of a table can hold all values of these rows.';

create function private.constraint_problems(target regclass, rows jsonb)
returns setof private.form_problem
language plpgsql
stable
set search_path = ''
as $$
begin
    return query execute (
        select format(
            'select (element.place - 1)::integer, null::text, ''23514'', format(''violates check constraint "%%s"'', rule.name), '
            'null::text, null::text from jsonb_array_elements($1) with ordinality as element (fields, place) '
            'cross join lateral jsonb_populate_record(null::%s, element.fields) as written '
            'cross join lateral (values %s) as rule (name, holds) where not rule.holds',
            target, string_agg(format('(%L, %s)', conname, pg_catalog.pg_get_expr(conbin, conrelid)), ', ')
        )
        from pg_catalog.pg_constraint
        where conrelid = target and contype = 'c'
    ) using rows;
end;
$$;
grant execute on function private.constraint_problems to authenticated;
comment on function private.constraint_problems is 'The check constraints of a table that these rows would break.';

create function private.row_problems(target regclass, rows jsonb)
returns setof private.form_problem
language plpgsql
stable
set search_path = ''
as $$
declare
    readable jsonb := rows;
    problem private.form_problem;
begin
    -- Value by value only where something is wrong: an invoice has up to a thousand lines.
    if not private.are_readable(target, rows) then
        for problem.line in select generate_series(0, jsonb_array_length(rows) - 1) loop
            continue when private.are_readable(target, jsonb_build_array(rows -> problem.line));
            for problem in
                select problem.line, found_problem.field, found_problem.code, found_problem.message, null, found_problem.details
                from private.value_problems(target, rows -> problem.line) as found_problem
            loop
                readable := readable #- array[problem.line::text, problem.field];
                return next problem;
            end loop;
        end loop;
    end if;
    return query select * from private.constraint_problems(target, readable);
end;
$$;
grant execute on function private.row_problems to authenticated;
comment on function private.row_problems is 'What is wrong with rows by the types and check constraints of their table.';


-- What only a write finds --------------------------------------------------------------------------

create function private.fields_of_constraint(target regclass, constraint_name text, row_values jsonb)
returns text[]
language sql
stable
set search_path = ''
as $$
    select coalesce(array_agg(field.name), '{}')
    from jsonb_object_keys(row_values) as field (name)
    left join pg_catalog.pg_constraint as broken on broken.conrelid = target and broken.conname = constraint_name
    where
        case when broken.conname is null
            -- Of a unique index over an expression, the name alone has the column.
            then strpos(constraint_name, field.name) > 0
            else exists (
                select from pg_catalog.pg_attribute as attribute
                where
                    attribute.attrelid = target
                    and attribute.attnum = any(broken.conkey)
                    -- The day of a date stands beside it.
                    and attribute.attname in (field.name, replace(field.name, '_date', '_day'))
            )
        end
$$;
grant execute on function private.fields_of_constraint to authenticated;
comment on function private.fields_of_constraint is 'The fields of a form that a constraint or a unique index is about.';

create function private.try_form(form text, draft jsonb, edited text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- What the form lacks, because it could not be read, is filled in: the rest is to be looked at all the same.
    case form
        when 'profile' then
            perform api.update_profile(draft);
        when 'account' then
            if edited is null then
                perform api.create_account(jsonb_build_object('name', '-') || draft);
            else
                perform api.update_account(edited::uuid, draft);
            end if;
        when 'transaction' then
            perform api.create_transaction(jsonb_build_object('transaction_type', 'other', 'amount', 1) || draft);
        when 'invoice' then
            if edited is null then
                perform api.create_invoice(
                    '{"customer_name": "-", "items": [{"description": "-", "quantity": 1, "unit_price": 1}]}' || draft
                );
            else
                perform api.update_invoice((private.find_invoice(edited)).id, draft);
            end if;
    end case;
    -- Nothing of it stays.
    raise exception using errcode = 'UNDO0', message = 'The form could be written.';
end;
$$;
grant execute on function private.try_form to authenticated;
comment on function private.try_form is 'Writes a form and raises: SQLSTATE UNDO0 when the write succeeded, else what the write raised.';

create function private.write_problems(form text, target regclass, draft jsonb, edited text)
returns setof private.form_problem
language plpgsql
set search_path = ''
as $$
declare
    problem private.form_problem;
    broken_constraint text;
    left_to_try jsonb := draft;
    fields text[];
begin
    loop
        begin
            perform private.try_form(form, left_to_try, edited);
        exception
            when others then
                get stacked diagnostics
                    problem.code = returned_sqlstate, problem.message = message_text, problem.hint = pg_exception_hint,
                    problem.details = pg_exception_detail, broken_constraint = constraint_name;
                -- Whatever is not about what the form says, the write itself has told.
                exit when problem.code !~ '^(23|22|PT4(04|09|22))';
        end;
        fields := case
            when problem.code ~ '^PT' then array[problem.details]
            else private.fields_of_constraint(target, broken_constraint, left_to_try)
        end;
        exit when not coalesce(left_to_try ?| fields, false);
        return next problem;
        -- Without what was refused, the next rule can say its word.
        left_to_try := left_to_try - fields;
    end loop;
end;
$$;
grant execute on function private.write_problems to authenticated;
comment on function private.write_problems is 'What a write of a form refuses, one after the other, each without what was refused before; nothing stays written.';


-- For the pages ------------------------------------------------------------------------------------

create function web.form_problems(form text, draft jsonb, edited text default null)
returns json
language plpgsql
set search_path = ''
as $$
declare
    target constant regclass := case form
        when 'profile' then 'public.profiles'
        when 'account' then 'public.accounts'
        when 'transaction' then 'public.transactions'
        when 'invoice' then 'public.invoices'
    end;
    header jsonb := draft - 'items';
    problems private.form_problem[];
    problem private.form_problem;
begin
    perform private.open_books();
    problems := array(select told from private.row_problems(target, jsonb_build_array(header)) as told);
    foreach problem in array problems loop
        header := header
            - coalesce(problem.field, '')
            - private.fields_of_constraint(target, substring(problem.message from 'constraint "([^"]+)"'), header);
    end loop;
    return (
        select coalesce(json_agg(wrong), '[]')
        from (
            select null::integer as line, field, code, message, hint, details from unnest(problems)
            union all
            select * from private.row_problems('public.invoice_items', coalesce(draft -> 'items', '[]'))
            union all
            select * from private.write_problems(form, target, header, edited)
        ) as wrong
    );
end;
$$;
grant execute on function web.form_problems to authenticated;
comment on function web.form_problems is
'All that is wrong with a form (profile, account, transaction or invoice) which a write has refused or could not be given; writes nothing.';

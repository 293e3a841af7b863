-- Invoice numbers: consecutive in their series, and given in the transaction that makes the invoice.
--
-- A number once given is never given again, not even after its invoice was deleted.


-- Tables -------------------------------------------------------------------------------------------

create table private.counters (
    user_id uuid not null references public.profiles (id) on delete cascade,
    series text not null,
    last_value bigint not null,
    primary key (user_id, series)
);
comment on table private.counters is
'The last number given in each series of a user: a row and not a sequence, so that a rolled back transaction leaves no gap.';

create table private.deleted_invoice_numbers (
    user_id uuid not null references public.profiles (id) on delete cascade,
    invoice_number text not null,
    financial_year smallint not null,
    document_type text not null,
    issue_day date not null,
    primary key (user_id, invoice_number, financial_year)
);
comment on table private.deleted_invoice_numbers is
'Numbers of deleted documents, in upper case: none is given or taken again in its year, and table 13 of GSTR-1 counts them as cancelled.';

create trigger written_by_rules before insert or update or delete or truncate on private.counters
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed();
create trigger written_by_rules before insert or update or delete or truncate on private.deleted_invoice_numbers
for each statement when (pg_trigger_depth() = 0) execute function private.refuse_typed();


-- Numbers ------------------------------------------------------------------------------------------

create function private.take_numbers(owner uuid, series_name text, how_many bigint)
returns bigint
language plpgsql
security definer -- counters are nobody's to write
set search_path = ''
as $$
declare
    last_taken bigint;
begin
    insert into private.counters as counter (user_id, series, last_value)
    values (owner, series_name, how_many)
    on conflict (user_id, series) do update set last_value = counter.last_value + how_many
    returning last_value into last_taken;
    return last_taken - how_many + 1;
end;
$$;
comment on function private.take_numbers is 'The first of how_many consecutive numbers of a series; they are used up.';

create function private.invoice_series(day date, document_type text default 'invoice')
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return case document_type when 'credit_note' then 'CN-' when 'debit_note' then 'DN-' else 'INV-' end
        || to_char(day, 'YYYY-MM');
end;
$$;
comment on function private.invoice_series is 'The series of numbers for documents of a type issued on a day: one per month.';

create function private.invoice_number(series text, counted bigint)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return series || '-' || lpad(counted::text, greatest(4, length(counted::text)), '0');
end;
$$;
comment on function private.invoice_number is 'INV-YYYY-MM-NNNN (spec: Create an invoice), CN- and DN- for notes; a fifth digit from the 10,000th of a month.';

create function private.number_was_given(owner uuid, number text, year smallint)
returns boolean
language plpgsql
stable
security definer -- deleted numbers are nobody's to read
set search_path = ''
as $$
begin
    return exists (
        select from public.invoices
        where user_id = owner and upper(invoice_number) = upper(number) and financial_year = year
    ) or exists (
        select from private.deleted_invoice_numbers
        where user_id = owner and invoice_number = upper(number) and financial_year = year
    );
end;
$$;
grant execute on function private.number_was_given to authenticated;
comment on function private.number_was_given is
'Whether a document of this user has or had that number in that financial year, in any case (CGST Rules, Rule 46(b)).';

create function private.take_invoice_numbers(owner uuid, series text, how_many bigint)
returns setof text
language plpgsql
security definer -- counters are nobody's to write
set search_path = ''
as $$
declare
    first constant bigint := private.take_numbers(owner, series, how_many);
begin
    -- None of them is in the way: a number of the user's own in this series has moved the counter beyond it.
    return query
    select private.invoice_number(series, counted)
    from generate_series(first, first + how_many - 1) as counted
    order by counted;
end;
$$;
comment on function private.take_invoice_numbers is 'The next how_many numbers of a series, in order; they are used up.';

create function private.follow_own_number(owner uuid, own_number text)
returns void
language plpgsql
security definer -- counters are nobody's to write
set search_path = ''
as $$
begin
    if upper(own_number) !~ '^(INV|CN|DN)-[0-9]{4}-[0-9]{2}-[0-9]{4}$' then
        return;
    end if;
    insert into private.counters as counter (user_id, series, last_value)
    values (owner, left(upper(own_number), -5), right(own_number, 4)::bigint)
    on conflict (user_id, series) do update set last_value = greatest(counter.last_value, excluded.last_value);
end;
$$;
comment on function private.follow_own_number is
'A number the user brought into a series moves its counter there: the next one given is above it, never a duplicate.';

create function private.random_invoice_number(owner uuid)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
    digits constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    series constant text := to_char(private.today(owner), '"INV-"YYYYMM"-"');
    random_bits bigint;
    number text;
begin
    -- Nobody else gives this user a number meanwhile: whoever calls holds the books.
    loop
        -- The first 48 bits of a version 4 UUID are random, from a strong source; six digits of base 36 use 31 of them.
        random_bits := ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint;
        number := series || (
            select string_agg(substr(digits, 1 + (random_bits / power(36, place)::bigint % 36)::integer, 1), '')
            from generate_series(0, 5) as place
        );
        exit when not private.number_was_given(owner, number, private.financial_year(private.today(owner)));
    end loop;
    return number;
end;
$$;
grant execute on function private.random_invoice_number to authenticated;
comment on function private.random_invoice_number is 'INV-YYYYMM-XXXXXX, new to its user (spec: Invoice Number Format).';


-- Triggers -----------------------------------------------------------------------------------------

create function private.check_own_number(number text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- The second form is that of /api/v1, which is given by private.random_invoice_number.
    if upper(number) !~ '^[A-Z1-9][A-Z0-9/-]{0,15}$' and number !~ '^INV-[0-9]{6}-[0-9A-Z]{6}$' then
        perform private.raise_problem(
            422, 'invalid_value',
            'invoice_number has at most 16 letters, digits, hyphens and slashes, and begins with a letter or 1 to 9.',
            'invoice_number'
        );
    end if;
end;
$$;
comment on function private.check_own_number is
'422 for a number that a document may not have (CGST Rules, Rule 46(b)); those that stand in the books stay.';

create function private.number_invoice()
returns trigger
language plpgsql
security definer -- takes numbers whoever writes
set search_path = ''
as $$
declare
    known public.invoices;
begin
    -- An upsert onto an invoice that is there becomes an update of it: it takes no number.
    select * into known from public.invoices where id = new.id;
    if found then
        new.serial := known.serial;
        new.invoice_number := known.invoice_number;
        return new;
    end if;
    new.serial := private.take_numbers(new.user_id, 'serial', 1);
    if new.invoice_number is null then
        new.invoice_number := private.take_invoice_numbers(
            new.user_id, private.invoice_series(new.issue_day, new.document_type), 1
        );
        return new;
    end if;
    perform private.check_own_number(new.invoice_number);
    if private.number_was_given(new.user_id, new.invoice_number, new.financial_year) then
        perform private.raise_problem(
            409, 'invoice_number_taken',
            format('Another of your documents has or had the number %s in this financial year.', new.invoice_number),
            'invoice_number'
        );
    end if;
    perform private.follow_own_number(new.user_id, new.invoice_number);
    return new;
end;
$$;
comment on function private.number_invoice is
'Trigger: gives the consecutive number and serial in the transaction that makes the document (CGST Rules, Rule 46(b)).';

-- After `prepare`, which knows the day of issue: triggers fire in the order of their names.
create trigger prepare_number before insert on public.invoices
for each row when (pg_trigger_depth() = 0) execute function private.number_invoice();

create function private.keep_deleted_numbers()
returns trigger
language plpgsql
security definer -- deleted numbers are nobody's to write
set search_path = ''
as $$
begin
    insert into private.deleted_invoice_numbers (user_id, invoice_number, financial_year, document_type, issue_day)
    select deleted.user_id, upper(deleted.invoice_number), deleted.financial_year, deleted.document_type, deleted.issue_day
    from old_rows as deleted
    -- The invoices of a user who is being deleted go with their numbers.
    where exists (select from public.profiles where id = deleted.user_id)
    on conflict do nothing;
    return null;
end;
$$;
comment on function private.keep_deleted_numbers is 'Trigger: a number once given is never given again in its year.';

create trigger keep_deleted_numbers after delete on public.invoices
referencing old table as old_rows for each statement execute function private.keep_deleted_numbers();

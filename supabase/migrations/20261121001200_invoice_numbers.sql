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
    primary key (user_id, invoice_number)
);
comment on table private.deleted_invoice_numbers is 'Numbers of deleted invoices, in upper case: none is given or taken again.';


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

create function private.invoice_series(day date)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return to_char(day, '"INV-"YYYY-MM');
end;
$$;
comment on function private.invoice_series is 'The series of invoice numbers for invoices issued on a day: one per month.';

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
comment on function private.invoice_number is 'INV-YYYY-MM-NNNN (spec: Create an invoice); a fifth digit from the 10,000th of a month.';

create function private.number_was_given(owner uuid, number text)
returns boolean
language plpgsql
stable
security definer -- deleted numbers are nobody's to read
set search_path = ''
as $$
begin
    return exists (select from public.invoices where user_id = owner and upper(invoice_number) = upper(number))
        or exists (select from private.deleted_invoice_numbers where user_id = owner and invoice_number = upper(number));
end;
$$;
grant execute on function private.number_was_given to authenticated;
comment on function private.number_was_given is 'Whether an invoice of this user has or had that number, in any case.';

create function private.take_invoice_numbers(owner uuid, series text, how_many bigint)
returns setof text
language plpgsql
security definer -- counters are nobody's to write
set search_path = ''
as $$
declare
    missing bigint := how_many;
    first bigint;
    given bigint;
begin
    while missing > 0 loop
        first := private.take_numbers(owner, series, missing);
        return query
        select private.invoice_number(series, counted)
        from generate_series(first, first + missing - 1) as counted
        -- Numbers of one's own move the counter as far as four digits go, so only beyond can one be in the way.
        where counted <= 9999 or not private.number_was_given(owner, private.invoice_number(series, counted))
        order by counted;
        get diagnostics given = row_count;
        missing := missing - given;
    end loop;
end;
$$;
comment on function private.take_invoice_numbers is
'The next how_many numbers of a series, in order, without those the user has given by hand; they are used up.';

create function private.follow_own_number(owner uuid, own_number text)
returns void
language sql
security definer -- counters are nobody's to write
set search_path = ''
as $$
    insert into private.counters as counter (user_id, series, last_value)
    select owner, left(upper(own_number), 11), substr(own_number, 13)::bigint
    -- Four digits make 16 characters, the most a number may have (CGST Rules, Rule 46(b)): a longer one would lead the
    -- whole month beyond.
    where upper(own_number) ~ '^INV-[0-9]{4}-[0-9]{2}-[0-9]{4}$'
    on conflict (user_id, series) do update set last_value = greatest(counter.last_value, excluded.last_value)
$$;
comment on function private.follow_own_number is
'A number the user brought into the series moves its counter there: the next one given is above it, never a duplicate.';

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
        exit when not private.number_was_given(owner, number);
    end loop;
    return number;
end;
$$;
grant execute on function private.random_invoice_number to authenticated;
comment on function private.random_invoice_number is 'INV-YYYYMM-XXXXXX, new to its user (spec: Invoice Number Format).';


-- Triggers -----------------------------------------------------------------------------------------

create function private.number_invoice()
returns trigger
language plpgsql
security definer -- takes numbers whoever writes
set search_path = ''
as $$
declare
    series constant text := private.invoice_series(new.issue_day);
begin
    new.serial := coalesce(new.serial, private.take_numbers(new.user_id, 'serial', 1));
    if new.invoice_number is null then
        new.invoice_number := private.take_invoice_numbers(new.user_id, series, 1);
    elsif new.origin = 'invoice' then
        if private.number_was_given(new.user_id, new.invoice_number) then
            perform private.raise_problem(
                409, 'invoice_number_taken', format('Another of your invoices has or had the number %s.', new.invoice_number),
                'invoice_number'
            );
        end if;
        perform private.follow_own_number(new.user_id, new.invoice_number);
    end if;
    return new;
end;
$$;
comment on function private.number_invoice is
'Trigger: gives the consecutive number and serial in the transaction that makes the invoice (CGST Rules, Rule 46(b)).';

-- After `prepare`, which knows the day of issue: triggers fire in the order of their names.
create trigger prepare_number before insert on public.invoices
for each row execute function private.number_invoice();

create function private.keep_deleted_numbers()
returns trigger
language plpgsql
security definer -- deleted numbers are nobody's to write
set search_path = ''
as $$
begin
    insert into private.deleted_invoice_numbers (user_id, invoice_number)
    select deleted.user_id, upper(deleted.invoice_number)
    from old_rows as deleted
    -- The invoices of a user who is being deleted go with their numbers.
    where exists (select from public.profiles where id = deleted.user_id);
    return null;
end;
$$;
comment on function private.keep_deleted_numbers is 'Trigger: a number once given is never given again.';

create trigger keep_deleted_numbers after delete on public.invoices
referencing old table as old_rows for each statement execute function private.keep_deleted_numbers();

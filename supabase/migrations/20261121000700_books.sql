-- Books: all records of one user. One writer at a time works on them, and nobody writes into those of another user.


-- The lock -----------------------------------------------------------------------------------------

create function private.take_place_in_queue(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Who waits holds a connection, and all users share a few of those: two of a user may wait, the next one comes back.
    if not (
        pg_try_advisory_xact_lock(hashtextextended(user_id::text, 1))
        or pg_try_advisory_xact_lock(hashtextextended(user_id::text, 2))
    ) then
        perform private.refuse_for_now();
    end if;
end;
$$;
comment on function private.take_place_in_queue is
'Lets two requests of a user wait for the books; 429 books_busy for all others, so that one user never holds all connections.';

create function private.lock_books(user_id uuid)
returns void
language plpgsql
security definer -- row locks need UPDATE, which callers hold on a few columns only
set search_path = ''
as $$
begin
    -- Each trigger of a statement asks; the first one in a transaction waits.
    if current_setting('private.locked_books', true) = user_id::text then
        return;
    end if;
    -- One writer at a time per user: every order of row locks inside one tenant is then free of deadlocks, invoice
    -- numbers have no gaps, and a stored answer can't be missed. `no key`, because the foreign-key checks of the rows
    -- being written take `key share` on the same profile.
    perform 1 from public.profiles where id = user_id for no key update skip locked;
    if not found then
        perform private.take_place_in_queue(user_id);
        perform 1 from public.profiles where id = user_id for no key update;
    end if;
    perform set_config('private.locked_books', user_id::text, true);
end;
$$;
grant execute on function private.lock_books to authenticated, service_role;
comment on function private.lock_books is
'Waits until nobody else writes to this user''s books, until the end of the transaction; 429 books_busy where two wait already.';

create function private.open_books()
returns uuid
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.current_user_id();
begin
    if caller is null then
        perform private.raise_problem(401, 'not_authenticated', 'Send the access token of a user.');
    end if;
    perform private.lock_books(caller);
    -- A date without a time then means midnight where the user lives.
    perform set_config('timezone', private.time_zone(caller), true);
    -- Each connection plans a statement anew for its first five runs, to find out whether the values matter. Where rows
    -- are written by their ids they don't, and a write runs some eighty statements.
    perform set_config('plan_cache_mode', 'force_generic_plan', true);
    return caller;
end;
$$;
grant execute on function private.open_books to authenticated;
comment on function private.open_books is 'What every write begins with: the caller''s id, the lock on its books, its time zone as the session''s, plans made once.';


-- Triggers of every table of the books -------------------------------------------------------------

create function private.lock_own_books()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if auth.uid() is not null then
        perform private.lock_books(auth.uid());
    end if;
    return null;
end;
$$;
comment on function private.lock_own_books is 'Trigger: a statement through the Data API waits for the user''s books before it takes any row.';

create function private.refuse_other_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise insufficient_privilege using
        message = format('new row violates row-level security policy for table "%s"', tg_table_name);
end;
$$;
comment on function private.refuse_other_owner is
'Trigger: what row level security says of a row that names another user, before any trigger looks at that user''s books or waits for them.';

create function private.refuse_typed()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform private.raise_problem(
        409, 'written_by_rules', format('%s is written by the rules only: a row that is typed would make every later one wrong.', tg_table_name)
    );
    return null;
end;
$$;
comment on function private.refuse_typed is
'Trigger: counters, totals and the ends of audit chains are kept by the triggers of the books, and by nobody else.';

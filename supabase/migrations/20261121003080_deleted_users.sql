-- Deleted users: what goes with a user, and what the law keeps.
--
-- Books of which nothing was submitted go with their user, whole. Books that were filed stay for as long as the CGST Act
-- keeps them (s.36: 72 months after the annual return of the last year in them is due), under a profile that nobody can
-- log in to. What is the person's and no part of those books goes at once: log-in, name, addresses, contacts, drafts.


-- A profile stays with its user --------------------------------------------------------------------

create function private.keep_profile()
returns trigger
language plpgsql
security definer -- reads the users of Supabase Auth whoever writes
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        if not exists (select from auth.users where id = new.id) then
            perform private.raise_problem(409, 'profile_has_no_user', 'A profile comes with its user. Add a user in Supabase Auth.');
        end if;
        return new;
    end if;
    -- Without its profile a user could log in and find nothing, and the books would be gone without an entry.
    if exists (select from auth.users where id = old.id) then
        perform private.raise_problem(409, 'profile_has_user', 'A profile goes with its user. Delete the user in Supabase Auth.');
    elsif old.kept_until >= now()::date then
        perform private.raise_problem(
            409, 'books_are_kept', format('These books were filed. The law keeps them until %s (CGST Act s.36).', old.kept_until)
        );
    end if;
    return old;
end;
$$;
comment on function private.keep_profile is
'Trigger: a profile comes and goes with its user; what the law keeps stays for its years; 409 profile_has_user, books_are_kept.';

create trigger keep before insert or delete on public.profiles
for each row execute function private.keep_profile();


-- A user goes --------------------------------------------------------------------------------------

create function private.has_filed(owner uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from public.tax_filings where user_id = owner and status <> 'draft');
end;
$$;
comment on function private.has_filed is 'Whether a user has submitted a filing.';

create function private.books_kept_until(owner uuid)
returns date
language plpgsql
stable
set search_path = ''
as $$
declare
    last_day constant date := greatest(
        (select max(period_end) from public.tax_filings where user_id = owner and status <> 'draft'),
        (select max(issue_day) from public.invoices where user_id = owner and status <> 'draft'),
        (select max(received_on) from public.bills where user_id = owner),
        (select max(day) from public.transactions where user_id = owner)
    );
begin
    -- The annual return of a year is due on 31 December after it; 72 months are six years.
    return make_date(private.financial_year(last_day) + 7, 12, 31);
end;
$$;
comment on function private.books_kept_until is
'Until when books are kept: 72 months after the annual return of the last year in them is due (CGST Act s.36).';

create function private.erase_personal_entries(owner uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.audit_entries as entry set
        erased = private.audit_content(entry),
        before = null,
        after = null
    where
        entry.user_id = owner
        and entry.erased is null
        and (
            entry.record_type in ('profiles', 'contacts', 'items')
            or entry.record_type = 'invoices' and entry.record_id not in (select id from public.invoices where user_id = owner)
        );
end;
$$;
comment on function private.erase_personal_entries is
'Erases what the audit told about the person, its contacts and its drafts. The chain holds: each entry keeps the hash of what it told.';

create function private.close_profile()
returns trigger
language plpgsql
security definer -- runs as Supabase Auth's own role, which may not write here
set search_path = ''
as $$
begin
    perform private.lock_books(old.id);
    if not private.has_filed(old.id) then
        delete from public.profiles where id = old.id;
        return null;
    end if;
    delete from public.invoices where user_id = old.id and status = 'draft';
    delete from public.contacts where user_id = old.id;
    delete from public.items where user_id = old.id;
    delete from public.tax_filings where user_id = old.id and status = 'draft';
    delete from public.blacklisted_tokens where user_id = old.id;
    delete from private.idempotency_keys where user_id = old.id;
    update public.profiles set
        email = null,
        username = null,
        full_name = null,
        business_name = null,
        legal_name = null,
        address = null,
        city = null,
        pincode = null,
        phone = null,
        upi_id = null,
        closed_at = now(),
        kept_until = private.books_kept_until(id)
    where id = old.id;
    perform private.erase_personal_entries(old.id);
    return null;
end;
$$;
comment on function private.close_profile is
'Trigger on auth.users: books of which nothing was filed go with their user; of filed ones the person''s data goes, and the rest stays.';

create trigger close_profile after delete on auth.users
for each row execute function private.close_profile();

create function private.forget_expired_books()
returns void
language sql
set search_path = ''
as $$ delete from public.profiles where kept_until < now()::date $$;
comment on function private.forget_expired_books is 'Removes the books of deleted users that the law keeps no longer.';

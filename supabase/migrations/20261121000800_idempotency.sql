-- Idempotency: the answer to a creating call is kept with its key, in the transaction that did the work.
--
-- A function that creates something calls private.replay first and private.remember last. Because the caller's books
-- are locked in between, a second call with the same key waits for the first and then finds its answer.


-- Tables -------------------------------------------------------------------------------------------

create table private.idempotency_keys (
    user_id uuid not null references public.profiles (id) on delete cascade,
    key text not null,
    request_hash bytea not null,
    answer json not null,
    location text,
    created_at timestamptz not null default now(),
    primary key (user_id, key)
);
comment on table private.idempotency_keys is 'Answers to creating calls by Idempotency-Key, kept for 24 hours at least.';
comment on column private.idempotency_keys.request_hash is 'SHA-256 over the operation and its arguments: a key belongs to one request.';

-- Serves the removal of old keys.
create index idempotency_keys_created_at_idx on private.idempotency_keys (created_at);


-- Functions ----------------------------------------------------------------------------------------

create function private.idempotency_key()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    key constant text := nullif(private.request_header('idempotency-key'), '');
begin
    if char_length(key) > 255 then
        perform private.raise_problem(
            422, 'idempotency_key_too_long', 'An Idempotency-Key has at most 255 characters.', 'idempotency-key'
        );
    end if;
    return key;
end;
$$;
grant execute on function private.idempotency_key to authenticated;
comment on function private.idempotency_key is 'The Idempotency-Key header of this request, null without one.';

create function private.request_hash(operation text, arguments jsonb)
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
    return sha256(convert_to(operation || ' ' || coalesce(arguments::text, ''), 'UTF8'));
end;
$$;
comment on function private.request_hash is 'The same for equal requests, whatever the order of their fields.';

create function private.replay(operation text, arguments jsonb, status integer default 201)
returns json
language plpgsql
security definer -- the stored answers are nobody's to read but this function's, by the caller's own key
set search_path = ''
as $$
declare
    stored private.idempotency_keys;
begin
    select * into stored from private.idempotency_keys as stored_key
    where stored_key.user_id = auth.uid() and stored_key.key = private.idempotency_key();
    if not found then
        return null;
    end if;
    if stored.request_hash <> private.request_hash(operation, arguments) then
        perform private.raise_problem(
            409, 'idempotency_key_reused', 'This Idempotency-Key was used for another request. Send a new key.'
        );
    end if;
    perform private.set_answer(status, stored.location, replayed => true);
    return stored.answer;
end;
$$;
grant execute on function private.replay to authenticated;
comment on function private.replay is 'The first answer to this key, or null; 409 idempotency_key_reused when the request differs.';

create function private.remember(
    operation text, arguments jsonb, answer json, location text default null, status integer default 201
)
returns void
language plpgsql
security definer -- see private.replay
set search_path = ''
as $$
begin
    perform private.set_answer(status, location, replayed => false);
    insert into private.idempotency_keys (user_id, key, request_hash, answer, location)
    select auth.uid(), private.idempotency_key(), private.request_hash(operation, arguments), answer, location
    where private.idempotency_key() is not null;
end;
$$;
grant execute on function private.remember to authenticated;
comment on function private.remember is 'Keeps the answer under the request''s key and sets its status and Location.';

create function private.forget_idempotency_keys()
returns bigint
language sql
set search_path = ''
as $$
    with forgotten as (
        delete from private.idempotency_keys where created_at < now() - interval '2 days' returning 1
    )
    select count(*) from forgotten
$$;
comment on function private.forget_idempotency_keys is 'Removes keys older than two days; answers how many.';

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
    number bigint not null,
    bytes_so_far bigint not null,
    created_at timestamptz not null default now(),
    primary key (user_id, key),
    constraint idempotency_keys_number_unique unique (user_id, number)
);
comment on table private.idempotency_keys is 'Answers to creating calls by Idempotency-Key, kept for 24 hours at least.';
comment on column private.idempotency_keys.request_hash is 'SHA-256 over the operation and its arguments: a key belongs to one request.';

comment on column private.idempotency_keys.number is 'The place of the answer among those of its user: 1, 2, 3 ...';
comment on column private.idempotency_keys.bytes_so_far is
'The bytes of all answers of the user up to this one: with the number it tells how much is kept, without counting.';


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

create function private.check_room_for_answer(owner uuid, answer_bytes bigint)
returns private.idempotency_keys
language plpgsql
stable
set search_path = ''
as $$
declare
    oldest private.idempotency_keys;
    newest private.idempotency_keys;
begin
    select * into oldest from private.idempotency_keys as kept where kept.user_id = owner order by kept.number limit 1;
    select * into newest from private.idempotency_keys as kept where kept.user_id = owner order by kept.number desc limit 1;
    -- Refused, and not forgotten: a key that is forgotten too early lets its request happen twice.
    if
        newest.number - oldest.number + 1 >= 100000
        or newest.bytes_so_far - oldest.bytes_so_far + answer_bytes > 100000000
    then
        perform private.raise_problem(
            429, 'too_many_idempotency_keys',
            'The answers to your requests with an Idempotency-Key of the last two days fill their place.'
        );
    end if;
    return newest;
end;
$$;
comment on function private.check_room_for_answer is
'The newest answer that is kept for a user; 429 too_many_idempotency_keys where 100,000 or 100 MB are kept.';

create function private.remember(
    operation text, arguments jsonb, answer json, location text default null, status integer default 201
)
returns void
language plpgsql
security definer -- see private.replay
set search_path = ''
as $$
declare
    key constant text := private.idempotency_key();
    answer_bytes constant bigint := octet_length(answer::text);
    newest private.idempotency_keys;
begin
    perform private.set_answer(status, location, replayed => false);
    if key is null then
        return;
    end if;
    newest := private.check_room_for_answer(auth.uid(), answer_bytes);
    insert into private.idempotency_keys (user_id, key, request_hash, answer, location, number, bytes_so_far)
    values (
        auth.uid(), key, private.request_hash(operation, arguments), answer, location,
        coalesce(newest.number, 0) + 1, coalesce(newest.bytes_so_far, 0) + answer_bytes
    );
end;
$$;
grant execute on function private.remember to authenticated;
comment on function private.remember is 'Keeps the answer under the request''s key and sets its status and Location; 429 too_many_idempotency_keys.';

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

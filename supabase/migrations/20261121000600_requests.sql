-- Requests: what a function learns from a request to the Data API, what it sets in the answer, and the check that runs
-- before each request.


-- Headers ------------------------------------------------------------------------------------------

create function private.request_header(name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return nullif(current_setting('request.headers', true), '')::json ->> name;
end;
$$;
grant execute on function private.request_header to authenticated, service_role;
comment on function private.request_header is 'A header of the Data API request (lower-case name), null outside of one. Never authorise on it.';

create function private.set_answer(status integer, location text, replayed boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform set_config('response.status', status::text, true);
    perform set_config('response.headers', (
        select coalesce(json_agg(header), '[]')::text
        from (
            select json_build_object('Location', location) as header where location is not null
            union all
            select json_build_object('Idempotent-Replayed', 'true') where replayed
        ) as headers
    ), true);
end;
$$;
grant execute on function private.set_answer to authenticated;
comment on function private.set_answer is 'Status and headers of the Data API''s answer.';


-- The check before each request --------------------------------------------------------------------

create function private.refuse_for_now()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- PostgREST's own error state, the one that can carry a header.
    raise sqlstate 'PGRST' using
        message = json_build_object(
            'code', 'PT429', 'message', 'Other requests are using these books. Try again.',
            'hint', 'books_busy', 'details', null
        ),
        detail = json_build_object('status', 429, 'headers', json_build_object('Retry-After', '1'));
end;
$$;
grant execute on function private.refuse_for_now to authenticated, service_role;
comment on function private.refuse_for_now is '429 books_busy: as many requests of a user are at work, or wait, as may be at once.';

create function private.take_connection(caller uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- All users share a few connections: four of a user's requests may hold one, the next one comes back.
    for place in 1..4 loop
        if pg_try_advisory_xact_lock(hashtextextended(caller::text, -place)) then
            return;
        end if;
    end loop;
    perform private.refuse_for_now();
end;
$$;
grant execute on function private.take_connection to authenticated;
comment on function private.take_connection is
'Lets four requests of a user be at work at the same time, reads and writes; 429 books_busy for the next one.';

create function private.check_request()
returns void
language plpgsql
set search_path = ''
as $$
declare
    headers constant json := nullif(current_setting('request.headers', true), '');
    caller constant uuid := auth.uid();
begin
    if private.session_has_ended() then
        perform private.raise_problem(401, 'token_revoked', 'The session of this token has ended. Log in again.');
    end if;
    if caller is not null then
        perform private.take_connection(caller);
    end if;
    -- A read that repeats a column a thousand times is as large as its time allows. Functions have times of their own.
    if
        current_setting('request.method', true) in ('GET', 'HEAD')
        and current_setting('request.path', true) not like '%/rpc/%'
    then
        perform set_config('statement_timeout', '4s', true);
    end if;
    -- Of several Prefer headers only the last is here; see planner_statistics.
    if headers ->> 'prefer' ~* 'count\s*=\s*(planned|estimated)' then
        perform private.raise_problem(
            400, 'count_not_available', 'count=planned and count=estimated tell of the rows of all users. Use count=exact.'
        );
    end if;
    -- What belongs to an account that isn't there is 404 and not an empty list; a view alone can't tell the two.
    if headers ->> 'x-account-id' is not null then
        perform private.visible_account((headers ->> 'x-account-id')::uuid);
    end if;
    -- How long the list is that this request reads a page of: totals know it, where counting would read every row.
    if headers ->> 'x-length-of' is not null then
        perform set_config('response.headers', json_build_array(
            json_build_object('X-Total-Count', private.length_of_list((headers ->> 'x-length-of')::json)::text)
        )::text, true);
    end if;
    -- A time without a zone in the query string is then what a clock showed where the user lives.
    if headers ->> 'x-time-zone' = 'profile' then
        perform set_config('timezone', private.time_zone(private.current_user_id()), true);
    end if;
end;
$$;
grant execute on function private.check_request to authenticated, service_role, anon;
comment on function private.check_request is
'Runs before each Data API request (pgrst.db_pre_request): a live token, a connection for it, four seconds for a read, no estimated count, the account that X-Account-Id names, the length of the list that X-Length-Of describes, times in the zone that X-Time-Zone names.';

alter role authenticator set pgrst.db_pre_request = 'private.check_request';
notify pgrst, 'reload config';

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

create function private.check_request()
returns void
language plpgsql
set search_path = ''
as $$
declare
    headers constant json := nullif(current_setting('request.headers', true), '');
begin
    if private.session_is_revoked() then
        perform private.raise_problem(401, 'token_revoked', 'This token was logged out. Log in again.');
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
'Runs before each Data API request (pgrst.db_pre_request): a live token, no estimated count, the account that X-Account-Id names, the length of the list that X-Length-Of describes, times in the zone that X-Time-Zone names.';

alter role authenticator set pgrst.db_pre_request = 'private.check_request';
notify pgrst, 'reload config';

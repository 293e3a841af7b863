-- Schedule: the jobs that run by themselves, in batches of users, and a row per run.


-- Tables -------------------------------------------------------------------------------------------

create table public.job_runs (
    id uuid primary key default gen_random_uuid(),
    job text not null,
    as_of timestamptz not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    processed bigint not null default 0,
    failed bigint not null default 0,
    failures jsonb not null default '[]',
    last_user_id uuid,
    constraint job_runs_job_known check (job = 'generate_tax_filings')
);
comment on table public.job_runs is
'What the schedule did: one row per firing. Unfinished: it was killed or ran out of time; fired again for the same instant, it goes on.';
comment on column public.job_runs.job is 'The job that ran.';
comment on column public.job_runs.started_at is 'When this run began.';
comment on column public.job_runs.as_of is 'The instant the job took for now.';
comment on column public.job_runs.finished_at is 'When all users were done; null for a run that was stopped.';
comment on column public.job_runs.processed is 'Drafts made or brought up to date.';
comment on column public.job_runs.failed is 'How many users failed.';
comment on column public.job_runs.failures is 'Users that failed, each with the error: they stopped nobody else.';
comment on column public.job_runs.last_user_id is 'How far the run has come, in the order of user ids.';

-- Serves the dashboard: the latest runs first.
create index job_runs_started_at_idx on public.job_runs (started_at desc);


-- Jobs ---------------------------------------------------------------------------------------------

create function private.draft_due_filings(owners uuid[], as_of timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
    -- The books first, as every writer, and in one order: else a user's own request and this could wait for each other.
    perform from public.profiles where id = any(owners) order by id for no key update;
    return private.write_drafts(array(
        select private.filing_draft(profile.id, 'gst', due.period)
        from public.profiles as profile
        cross join lateral (
            select private.last_ended_period((as_of at time zone profile.time_zone)::date, profile.filing_frequency) as period
        ) as due
        where
            profile.id = any(owners)
            -- As in private.is_submitted, which would be called and its index entered for each user by itself.
            and not exists (
                select from public.tax_filings as submitted
                where
                    submitted.user_id = profile.id
                    and submitted.tax_type = 'gst'
                    and submitted.status <> 'draft'
                    and daterange(submitted.period_start, submitted.period_end, '[]') && due.period
            )
    ));
end;
$$;
comment on function private.draft_due_filings is
'Makes or refreshes the drafts of the periods that, by the users'' filing frequencies, have just ended; answers how many it wrote.';


-- Runs ---------------------------------------------------------------------------------------------

create function private.note_failure(run public.job_runs, owner uuid, code text, message text)
returns public.job_runs
language plpgsql
immutable
set search_path = ''
as $$
begin
    run.failed := run.failed + 1;
    run.failures := run.failures || jsonb_build_object('user_id', owner, 'code', code, 'message', message);
    return run;
end;
$$;
comment on function private.note_failure is 'A run with one more user for whom it failed.';

create function private.free_books(owners uuid[])
returns uuid[]
language sql
set search_path = ''
as $$
    select array(select id from public.profiles where id = any(owners) order by id for no key update skip locked)
$$;
comment on function private.free_books is 'Those of the users whose books nobody is writing to, locked for this transaction.';

create function private.draft_filings_of(run public.job_runs, owners uuid[])
returns public.job_runs
language plpgsql
set search_path = ''
as $$
declare
    owner uuid;
begin
    run.processed := run.processed + private.draft_due_filings(owners, run.as_of);
    return run;
exception when others then
    -- Somebody's books stop the batch: one by one it shows whose, and the others get theirs.
    foreach owner in array owners loop
        begin
            run.processed := run.processed + private.draft_due_filings(array[owner], run.as_of);
        exception when others then
            run := private.note_failure(run, owner, sqlstate, sqlerrm);
        end;
    end loop;
    return run;
end;
$$;
comment on function private.draft_filings_of is 'Drafts the filings of these users; one that fails is noted and passed over.';

create function private.draft_filings_of_busy_books(run public.job_runs)
returns public.job_runs
language plpgsql
set search_path = ''
as $$
declare
    give_up constant timestamptz := clock_timestamp() + interval '2 seconds';
    busy constant uuid[] := array(
        select (failure ->> 'user_id')::uuid from jsonb_array_elements(run.failures) as failure
        where failure ->> 'code' = '55P03'
    );
    free uuid[] := private.free_books(busy);
    turn integer := 0;
begin
    -- In the queue of one after the other: who only looks, finds books that many write to never free.
    while busy <> '{}' and free = '{}' and clock_timestamp() < give_up loop
        begin
            perform from public.profiles where id = busy[1 + turn % cardinality(busy)] for no key update;
        exception when lock_not_available then
            turn := turn + 1;
        end;
        free := private.free_books(busy);
    end loop;
    run.failed := run.failed - cardinality(free);
    run.failures := (
        select coalesce(jsonb_agg(failure), '[]') from jsonb_array_elements(run.failures) as failure
        where (failure ->> 'user_id')::uuid <> all(free)
    );
    run := private.draft_filings_of(run, free);
    -- While some become free, a further call takes the others: by then this one has let go of its own.
    if free = '{}' or cardinality(free) = cardinality(busy) then
        run.finished_at := clock_timestamp();
    end if;
    return run;
end;
$$;
comment on function private.draft_filings_of_busy_books is
'The end of a run: those whose books were in use when their turn came. It is over when two seconds pass and nobody''s become free.';

create function private.run_batch(run public.job_runs, batch_size integer)
returns public.job_runs
language plpgsql
set search_path = ''
set lock_timeout = '200ms'
as $$
declare
    owners constant uuid[] := array(
        select profile.id
        from public.profiles as profile
        where profile.closed_at is null and (run.last_user_id is null or profile.id > run.last_user_id)
        order by profile.id
        limit batch_size
    );
    free constant uuid[] := private.free_books(owners);
    owner uuid;
begin
    run := private.draft_filings_of(run, free);
    -- Nobody is waited for: books that are in use come at the end.
    foreach owner in array array(select unnest(owners) except select unnest(free)) loop
        run := private.note_failure(run, owner, '55P03', 'Somebody else was writing to the books.');
    end loop;
    run.last_user_id := coalesce(owners[cardinality(owners)], run.last_user_id);
    if cardinality(owners) < batch_size then
        run := private.draft_filings_of_busy_books(run);
    end if;
    return run;
end;
$$;
comment on function private.run_batch is
'Goes on with a run for the next users, in the order of their ids; one that fails, or whose books stay locked, is noted and passed over.';

create function private.take_up_run(asked_job text, asked_instant timestamptz)
returns public.job_runs
language plpgsql
set search_path = ''
as $$
declare
    run public.job_runs;
begin
    -- A firing that ran out of time, or was killed, is fired again with the same instant. What another firing is at work
    -- on just now is locked and left to it.
    select * into run from public.job_runs as known
    where known.job = asked_job and known.as_of = asked_instant and known.finished_at is null
    order by known.started_at
    limit 1
    for update skip locked;
    if not found then
        insert into public.job_runs (job, as_of) values (asked_job, asked_instant) returning * into run;
        perform private.forget_idempotency_keys();
        perform private.forget_logged_out_sessions();
        perform private.forget_expired_books();
    end if;
    return run;
end;
$$;
comment on function private.take_up_run is 'The unfinished run of a job for an instant, where it stopped, or a new one.';

create function api.run_job(
    job text, as_of timestamptz default now(), run_id uuid default null, batch_size integer default 500
)
returns public.job_runs
language plpgsql
security definer -- works on the books of all users; only the service role may call it
set search_path = ''
as $$
declare
    run public.job_runs;
begin
    if job is distinct from 'generate_tax_filings' then
        perform private.raise_problem(422, 'unknown_job', 'job is generate_tax_filings.', 'job');
    end if;
    if run_id is null then
        run := private.take_up_run(run_job.job, run_job.as_of);
    else
        select * into run from public.job_runs where id = run_id for update;
        if not found then
            perform private.raise_problem(404, 'job_run_not_found', 'There is no such run.', 'run_id');
        end if;
    end if;
    if run.finished_at is not null then
        return run;
    end if;
    run := private.run_batch(run, batch_size);
    update public.job_runs set
        finished_at = run.finished_at,
        processed = run.processed,
        failed = run.failed,
        failures = run.failures,
        last_user_id = run.last_user_id
    where id = run.id;
    return run;
end;
$$;
grant execute on function api.run_job to service_role;
comment on function api.run_job is
'Begins a run of a job or goes on with it, one batch of users a call; finished_at is set when nothing is left. Safe however often and parallel it is called.';


-- Policies -----------------------------------------------------------------------------------------

alter table public.job_runs enable row level security;
grant select on public.job_runs to service_role;

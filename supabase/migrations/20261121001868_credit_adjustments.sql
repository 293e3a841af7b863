-- Credit adjustments: input tax credit that is given back, for a time or for good, and what of it is claimed again.
--
-- Each is of a month, and goes into table 4(B) or 4(A) and 4(D)(1) of its GSTR-3B.


-- Tables -------------------------------------------------------------------------------------------

create table public.credit_adjustments (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
    period date not null,
    kind text not null,
    igst public.rupees not null default 0,
    cgst public.rupees not null default 0,
    sgst public.rupees not null default 0,
    reason text,
    bill_id uuid,
    reclaims_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint credit_adjustments_owner_key unique (id, user_id),
    constraint credit_adjustments_bill_belongs_to_user foreign key (bill_id, user_id) references public.bills (id, user_id),
    constraint credit_adjustments_reclaims_belongs_to_user
    foreign key (reclaims_id, user_id) references public.credit_adjustments (id, user_id),
    constraint credit_adjustments_kind_known
    check (kind in ('rule_37', 'rule_37a', 'rule_38', 'rule_42_43', 'other', 'reclaim')),
    constraint credit_adjustments_period_is_a_month
    check (extract(day from period) = 1 and period between '2017-07-01' and '9998-12-01'),
    constraint credit_adjustments_amount_positive
    check (igst >= 0 and cgst >= 0 and sgst >= 0 and igst + cgst + sgst > 0),
    constraint credit_adjustments_reason_length check (char_length(reason) <= 1000),
    -- A reclaim names what it claims again: a reversal, or a bill with lines that were reversed for a time.
    constraint credit_adjustments_reclaim_names_its_reversal check (
        case kind when 'reclaim' then num_nonnulls(reclaims_id, bill_id) = 1 else reclaims_id is null end
    )
);
comment on table public.credit_adjustments is 'Reversals of input tax credit, and reclaims of what was reversed for a time.';
comment on column public.credit_adjustments.period is 'The month of the GSTR-3B, as its first day.';
comment on column public.credit_adjustments.kind is
'rule_37 (unpaid for 180 days), rule_37a (supplier did not pay), rule_38 (banks), rule_42_43 (exempt or private use), other, reclaim.';
comment on column public.credit_adjustments.igst is 'Rupees of integrated tax, above zero whichever way.';
comment on column public.credit_adjustments.cgst is 'Rupees of central tax, above zero whichever way.';
comment on column public.credit_adjustments.sgst is 'Rupees of state or union territory tax, above zero whichever way.';
comment on column public.credit_adjustments.reason is 'Why, for those who read it later.';
comment on column public.credit_adjustments.bill_id is 'The bill that a reversal is about; of a reclaim, the bill whose reversed lines are claimed again.';
comment on column public.credit_adjustments.reclaims_id is 'The reversal of which a reclaim claims again.';

-- Serves the list, the returns and the policy.
create index credit_adjustments_user_id_period_idx on public.credit_adjustments (user_id, period, id);
-- Serve the foreign keys, and what of a reversal was claimed again.
create index credit_adjustments_bill_id_idx on public.credit_adjustments (bill_id, user_id) where bill_id is not null;
create index credit_adjustments_reclaims_id_idx on public.credit_adjustments (reclaims_id, user_id) where reclaims_id is not null;


-- Rules --------------------------------------------------------------------------------------------

create function private.check_reclaimed(reversal_ids uuid[], bill_ids uuid[])
returns void
language plpgsql
security definer -- reads adjustments whoever writes
set search_path = ''
as $$
declare
    exceeded record;
begin
    select reversed.*, sums.igst as claimed_igst, sums.cgst as claimed_cgst, sums.sgst as claimed_sgst into exceeded
    from (
        select reversal.id as reversal_id, null::uuid as bill_id, reversal.igst, reversal.cgst, reversal.sgst
        from public.credit_adjustments as reversal
        -- Rules 38, 42 and 43 reverse for good (Circular 170/02/2022).
        where reversal.id = any(reversal_ids) and reversal.kind in ('rule_37', 'rule_37a', 'other')
        union all
        select null, line.bill_id, sum(line.igst), sum(line.cgst), sum(line.sgst)
        from public.bill_items as line
        where line.bill_id = any(bill_ids) and line.credit_status = 'temporarily_reversed'
        group by line.bill_id
    ) as reversed
    full join (
        select
            reclaim.reclaims_id as reversal_id,
            case when reclaim.reclaims_id is null then reclaim.bill_id end as bill_id,
            sum(reclaim.igst) as igst, sum(reclaim.cgst) as cgst, sum(reclaim.sgst) as sgst
        from public.credit_adjustments as reclaim
        where reclaim.kind = 'reclaim' and (reclaim.reclaims_id = any(reversal_ids) or reclaim.bill_id = any(bill_ids))
        group by 1, 2
    ) as sums
        on coalesce(sums.reversal_id, sums.bill_id) = coalesce(reversed.reversal_id, reversed.bill_id)
    where
        coalesce(sums.igst, 0) > coalesce(reversed.igst, 0)
        or coalesce(sums.cgst, 0) > coalesce(reversed.cgst, 0)
        or coalesce(sums.sgst, 0) > coalesce(reversed.sgst, 0)
    limit 1;
    if found then
        perform private.raise_problem(
            409, 'reclaim_exceeds_reversal',
            format(
                'Reversed for a time were IGST %s, CGST %s and SGST %s; claimed again would be IGST %s, CGST %s and SGST %s.',
                coalesce(exceeded.igst, 0), coalesce(exceeded.cgst, 0), coalesce(exceeded.sgst, 0),
                exceeded.claimed_igst, exceeded.claimed_cgst, exceeded.claimed_sgst
            )
        );
    end if;
end;
$$;
comment on function private.check_reclaimed is
'409 reclaim_exceeds_reversal when more would be claimed again than reversals, or lines of bills, have reversed for a time.';

create function private.prepare_credit_adjustment()
returns trigger
language plpgsql
security definer -- reads what it names whoever writes
set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' and (new.id, new.user_id) <> (old.id, old.user_id) then
        perform private.raise_problem(409, 'owner_is_fixed', 'An adjustment keeps its id and its owner.');
    end if;
    if new.bill_id is not null and not exists (
        select from public.bills where id = new.bill_id and user_id = new.user_id
    ) then
        perform private.raise_problem(404, 'bill_not_found', 'There is no such bill.', 'bill_id');
    elsif new.reclaims_id is not null and not exists (
        select from public.credit_adjustments
        where id = new.reclaims_id and user_id = new.user_id and period <= new.period
    ) then
        perform private.raise_problem(
            404, 'credit_adjustment_not_found', 'There is no such reversal up to this period.', 'reclaims_id'
        );
    end if;
    if tg_op = 'UPDATE' then
        perform private.check_claim_period_open(old.user_id, old.period);
    end if;
    perform private.check_claim_period_open(new.user_id, new.period);
    return new;
end;
$$;
comment on function private.prepare_credit_adjustment is 'Trigger: what an adjustment names is its user''s, and its period is open.';

create function private.keep_credit_adjustment()
returns trigger
language plpgsql
security definer -- reads profiles whoever deletes
set search_path = ''
as $$
begin
    -- Those of a user who is being deleted go with it: the profile is gone by then.
    if exists (select from public.profiles where id = old.user_id) then
        perform private.check_claim_period_open(old.user_id, old.period);
    end if;
    return old;
end;
$$;
comment on function private.keep_credit_adjustment is 'Trigger: an adjustment in a submitted period stays.';

create function private.check_reclaims()
returns trigger
language plpgsql
security definer -- reads adjustments whoever writes
set search_path = ''
as $$
begin
    perform private.check_reclaimed(
        array(select reclaims_id from new_rows where reclaims_id is not null union select id from new_rows where kind <> 'reclaim'),
        array(select bill_id from new_rows where kind = 'reclaim' and bill_id is not null)
    );
    return null;
end;
$$;
comment on function private.check_reclaims is 'Trigger: nothing is claimed again that was not reversed; 409 reclaim_exceeds_reversal.';

create function private.check_reclaimed_line()
returns trigger
language plpgsql
security definer -- reads adjustments whoever writes
set search_path = ''
as $$
begin
    perform private.check_reclaimed('{}', array(select id from public.bills where id = old.bill_id));
    return null;
end;
$$;
comment on function private.check_reclaimed_line is 'Trigger: lines stay reversed as far as they were claimed again; 409 reclaim_exceeds_reversal.';

create trigger check_owner before insert on public.credit_adjustments
for each row when (new.user_id <> auth.uid()) execute function private.refuse_other_owner();
create trigger keep before delete on public.credit_adjustments
for each row execute function private.keep_credit_adjustment();
create trigger prepare before insert or update on public.credit_adjustments
for each row execute function private.prepare_credit_adjustment();
create trigger touch before update on public.credit_adjustments
for each row execute function private.touch();
create trigger lock_books before insert or update or delete on public.credit_adjustments
for each statement execute function private.lock_own_books();
create trigger check_reclaims_insert after insert on public.credit_adjustments
referencing new table as new_rows for each statement execute function private.check_reclaims();
create trigger check_reclaims_update after update on public.credit_adjustments
referencing new table as new_rows for each statement execute function private.check_reclaims();
-- Deferred: an edit of a bill replaces its lines.
create constraint trigger keep_reclaimed after update or delete on public.bill_items
deferrable initially deferred
for each row when (old.credit_status = 'temporarily_reversed') execute function private.check_reclaimed_line();


-- Policies -----------------------------------------------------------------------------------------

alter table public.credit_adjustments enable row level security;
grant select, delete on public.credit_adjustments to authenticated;
grant insert (user_id, period, kind, igst, cgst, sgst, reason, bill_id, reclaims_id) on public.credit_adjustments to authenticated;
grant update (period, kind, igst, cgst, sgst, reason, bill_id, reclaims_id) on public.credit_adjustments to authenticated;
grant select, insert, update, delete on public.credit_adjustments to service_role;

create policy "users read their credit adjustments" on public.credit_adjustments
for select to authenticated using (user_id = (select private.current_user_id()));
create policy "users write credit adjustments of their own" on public.credit_adjustments
for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "users change their credit adjustments" on public.credit_adjustments
for update to authenticated
using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "users delete their credit adjustments" on public.credit_adjustments
for delete to authenticated using (user_id = (select private.current_user_id()));

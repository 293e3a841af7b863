-- Credit in the API: adjustments, and what the lint of returns asks about credit.


-- Adjustments --------------------------------------------------------------------------------------

create view api.credit_adjustments with (security_invoker = true) as
select
    adjustment.id,
    to_char(adjustment.period, 'MMYYYY') as period,
    adjustment.kind,
    adjustment.igst,
    adjustment.cgst,
    adjustment.sgst,
    adjustment.reason,
    adjustment.bill_id || '' as bill_id,
    adjustment.reclaims_id || '' as reclaims_id,
    adjustment.user_id,
    to_json(adjustment.created_at at time zone 'utc') #>> '{}' || 'Z' as created_at,
    to_json(adjustment.updated_at at time zone 'utc') #>> '{}' || 'Z' as updated_at,
    adjustment.period as month,
    adjustment.created_at as created_instant,
    adjustment.updated_at as updated_instant
from public.credit_adjustments as adjustment;
grant select on api.credit_adjustments to authenticated;
comment on view api.credit_adjustments is 'Reversals and reclaims of the caller.';

create type api.credit_adjustment_answer as (
    id uuid,
    period text,
    kind text,
    igst public.rupees,
    cgst public.rupees,
    sgst public.rupees,
    reason text,
    bill_id text,
    reclaims_id text,
    user_id uuid,
    created_at text,
    updated_at text
);
comment on type api.credit_adjustment_answer is 'What functions answer of an adjustment: the first columns of the view, in its order.';

create function api.create_credit_adjustment(adjustment jsonb)
returns api.credit_adjustment_answer
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer api.credit_adjustment_answer := json_populate_record(
        null::api.credit_adjustment_answer, private.replay('create_credit_adjustment', adjustment)
    );
    new_id uuid;
begin
    if answer.id is not null then
        return answer;
    end if;
    insert into public.credit_adjustments (user_id, period, kind, igst, cgst, sgst, reason, bill_id, reclaims_id)
    select caller, period, kind, coalesce(igst, 0), coalesce(cgst, 0), coalesce(sgst, 0), reason, bill_id, reclaims_id
    from jsonb_populate_record(null::public.credit_adjustments, private.with_months(adjustment, '{period}'))
    returning id into new_id;
    select * into answer from api.credit_adjustments where id = new_id;
    perform private.remember('create_credit_adjustment', adjustment, to_json(answer), '/api/credit-adjustments/' || new_id);
    return answer;
end;
$$;
grant execute on function api.create_credit_adjustment to authenticated;
comment on function api.create_credit_adjustment is 'Records a reversal of credit, or a reclaim of one.';

create function api.update_credit_adjustment(adjustment_id uuid, adjustment jsonb)
returns api.credit_adjustment_answer
language plpgsql
set search_path = ''
as $$
declare
    changed public.credit_adjustments;
    answer api.credit_adjustment_answer;
begin
    perform private.open_books();
    -- Locked, because the dashboard writes without the books, and all fields are written back.
    select * into changed from public.credit_adjustments where id = adjustment_id for no key update;
    if not found then
        perform private.raise_problem(404, 'credit_adjustment_not_found', 'There is no such adjustment.');
    end if;
    changed := jsonb_populate_record(changed, private.with_months(adjustment, '{period}'));
    update public.credit_adjustments set
        period = changed.period,
        kind = changed.kind,
        igst = changed.igst,
        cgst = changed.cgst,
        sgst = changed.sgst,
        reason = changed.reason,
        bill_id = changed.bill_id,
        reclaims_id = changed.reclaims_id
    where id = adjustment_id;
    select * into answer from api.credit_adjustments where id = adjustment_id;
    return answer;
end;
$$;
grant execute on function api.update_credit_adjustment to authenticated;
comment on function api.update_credit_adjustment is 'Changes the named fields of an adjustment.';

create function api.delete_credit_adjustment(adjustment_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.open_books();
    delete from public.credit_adjustments where id = adjustment_id;
    if not found then
        perform private.raise_problem(404, 'credit_adjustment_not_found', 'There is no such adjustment.');
    end if;
end;
$$;
grant execute on function api.delete_credit_adjustment to authenticated;
comment on function api.delete_credit_adjustment is 'Deletes an adjustment that nothing claims again.';


-- What the lint asks -------------------------------------------------------------------------------

create view private.credit_findings with (security_invoker = true) as
-- An expense with tax claims nothing: it names neither supplier nor number (CGST Rules, Rule 36).
select
    expense.user_id, 'ITC01' as code, date_trunc('month', expense.day)::date as period, null::uuid as bill_id,
    expense.id as transaction_id, null::integer as position
from public.transactions as expense
where
    expense.transaction_type = 'expense' and expense.tax_amount > 0
    and not exists (
        select from public.bills as bill
        where bill.transaction_id = expense.id
    )
union all
-- Two bills whose numbers differ only in how they are written.
select bill.user_id, 'ITC02', bill.claim_period, bill.id, null, null
from public.bills as bill
where
    exists (
        select from public.bills as other
        where
            other.user_id = bill.user_id and other.number_key = bill.number_key and other.kind = bill.kind
            and other.financial_year = bill.financial_year and other.supplier_gstin = bill.supplier_gstin
            and other.id <> bill.id
    )
union all
-- Claimed after 30 November that follows the year: October's return is the last one due before it (CGST Act s.16(4)).
select bill.user_id, 'ITC03', bill.claim_period, bill.id, null, line.position
from public.bills as bill
inner join public.bill_items as line on line.bill_id = bill.id
where
    bill.claim_period > make_date(bill.financial_year + 1, 10, 1) and bill.kind <> 'credit_note'
    and line.credit_status = 'eligible' and line.igst + line.cgst + line.sgst > 0
union all
-- Unpaid for 180 days, and not reversed: in the month after which the 180 days are over (CGST Rules, Rule 37).
select bill.user_id, 'ITC04', date_trunc('month', bill.bill_date + 181)::date, bill.id, null, null
from public.bills as bill
where
    bill.transaction_id is null and bill.kind = 'bill' and not bill.reverse_charge and bill.claim_period is not null
    and exists (
        select from public.bill_items as line
        where line.bill_id = bill.id and line.credit_status = 'eligible' and line.igst + line.cgst + line.sgst > 0
    )
    and not exists (
        select from public.credit_adjustments as adjustment
        where adjustment.bill_id = bill.id and adjustment.kind = 'rule_37'
    )
union all
-- Claimed before GSTR-2B has it (CGST Act s.16(2)(aa)).
select bill.user_id, 'ITC05', bill.claim_period, bill.id, null, null
from public.bills as bill
where
    bill.supplier_type in ('regular', 'sez') and bill.claim_period is not null
    and (bill.in_2b_period is null or bill.in_2b_period > bill.claim_period)
union all
-- Central and state tax of another state gives no credit here.
select bill.user_id, 'ITC06', bill.claim_period, bill.id, null, line.position
from public.bills as bill
inner join public.bill_items as line on line.bill_id = bill.id
inner join public.profiles as profile on profile.id = bill.user_id
where
    bill.claim_period is not null and line.credit_status = 'eligible' and line.cgst > 0
    and (bill.place_of_supply <> profile.state_code or bill.supplier_type = 'regular' and bill.supplier_state_code <> profile.state_code);
grant select on private.credit_findings to authenticated, service_role;
comment on view private.credit_findings is
'What the lint of a period says about credit: ITC01 to ITC06, with the bill and its line, or the expense.';

create view private.credit_lines with (security_invoker = true) as
select
    bill.user_id,
    bill.id as bill_id,
    line.position,
    bill.claim_period,
    bill.kind,
    bill.supplier_type,
    bill.reverse_charge,
    line.treatment,
    line.credit_status,
    line.credit_type,
    case bill.kind when 'credit_note' then -line.taxable_value else line.taxable_value end as taxable_value,
    case bill.kind when 'credit_note' then -line.igst else line.igst end as igst,
    case bill.kind when 'credit_note' then -line.cgst else line.cgst end as cgst,
    case bill.kind when 'credit_note' then -line.sgst else line.sgst end as sgst,
    bill.bill_date,
    -- Table 5 of GSTR-3B: between states is what is supplied in another one than the supplier's.
    coalesce(bill.supplier_state_code <> bill.place_of_supply, false) as inter_state
from public.bills as bill
inner join public.bill_items as line on line.bill_id = bill.id;
grant select on private.credit_lines to authenticated, service_role;
comment on view private.credit_lines is 'The lines of bills as the tables 3.1(d), 4 and 5 of GSTR-3B sum them: credit notes are negative.';

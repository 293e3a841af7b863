-- GSTR-2B beside the bills: which document is which bill, and what the user decides.
--
-- Exact is what says the same. Probable is what differs in something that people write differently, and says in what. Each
-- document has one bill at most, and each bill one document.


-- Matching -----------------------------------------------------------------------------------------

create function private.gstr2b_differences(document public.gstr2b_documents, bill public.bills)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
declare
    -- Rupees by which the amounts differ, the head that differs most.
    difference constant numeric := greatest(
        abs(document.taxable_value - bill.taxable_value), abs(document.igst - bill.igst),
        abs(document.cgst - bill.cgst), abs(document.sgst - bill.sgst)
    );
begin
    return array_remove(array[
        case
            when document.number_key <> bill.number_key then case
                when private.document_number_key(document.original_number) = bill.number_key then 'amends_another'
                else 'number_differs'
            end
            when upper(document.document_number) <> upper(bill.bill_number) then 'number_written_differently'
        end,
        case when document.supplier_gstin <> bill.supplier_gstin then 'other_gstin_of_pan' end,
        case when document.document_date <> bill.bill_date then 'date_differs' end,
        case
            when difference > greatest(10, document.taxable_value / 100) then 'amount_differs'
            when difference > 0 then 'amount_differs_little'
        end
    ], null);
end;
$$;
grant execute on function private.gstr2b_differences to authenticated;
comment on function private.gstr2b_differences is
'In what a document of GSTR-2B and a bill differ. A little is up to ten rupees, or one in a hundred.';

create function private.gstr2b_pairs_by_number(owner uuid, asked_period date)
returns table (document_id uuid, bill_id uuid, reasons text[])
language sql
stable
set search_path = ''
set enable_nestloop = off -- nothing is known of the rows of a query inside: a loop over both sides takes minutes
as $$
    with documents as materialized (
        select
            written as document, written.id, written.kind, written.bill_id, written.number_key,
            coalesce(substr(written.supplier_gstin, 3, 10), '') as pan,
            private.document_number_key(written.original_number) as original_key
        from public.gstr2b_documents as written
        where written.user_id = owner and written.period = asked_period
    ),
    bills as materialized (
        select
            written as bill, written.id, written.kind, written.number_key,
            coalesce(substr(written.supplier_gstin, 3, 10), '') as pan
        from public.bills as written
        where written.user_id = owner and (written.in_2b_period is null or written.in_2b_period = asked_period)
    ),
    -- What was accepted is one, whatever differs.
    decided as materialized (
        select documents.id as document_id, bills.id as bill_id, private.gstr2b_differences(documents.document, bills.bill) as reasons
        from documents
        inner join bills on bills.id = documents.bill_id
    ),
    candidates as materialized (
        select
            near.document_id, near.bill_id, private.gstr2b_differences(near.document, near.bill) as reasons,
            abs((near.document).document_date - (near.bill).bill_date) as days
        from (
            -- The same number, however it is written, of the same person; or that of what is amended.
            select documents.id as document_id, bills.id as bill_id, documents.document, bills.bill
            from documents
            inner join bills
                on bills.number_key = documents.number_key and bills.pan = documents.pan and bills.kind = documents.kind
            union all
            select documents.id, bills.id, documents.document, bills.bill
            from documents
            inner join bills
                on bills.number_key = documents.original_key and bills.pan = documents.pan and bills.kind = documents.kind
            where documents.original_key <> documents.number_key
        ) as near
        where
            not exists (select from decided where decided.document_id = near.document_id)
            and not exists (select from decided where decided.bill_id = near.bill_id)
    ),
    ranked as (
        select
            candidate.document_id, candidate.bill_id, candidate.reasons,
            row_number() over (
                partition by candidate.document_id order by cardinality(candidate.reasons), candidate.days, candidate.bill_id
            ) as bill_rank,
            row_number() over (
                partition by candidate.bill_id order by cardinality(candidate.reasons), candidate.days, candidate.document_id
            ) as document_rank
        from candidates as candidate
        -- One number says nothing where day and amounts are both others: each year begins with 1.
        where not (candidate.reasons @> '{date_differs,amount_differs}' or candidate.reasons @> '{other_gstin_of_pan,amount_differs}')
    )
    select decided.document_id, decided.bill_id, decided.reasons from decided
    union all
    -- Each is the best of the other: what is exact comes first.
    select ranked.document_id, ranked.bill_id, ranked.reasons from ranked where ranked.bill_rank = 1 and ranked.document_rank = 1
$$;
grant execute on function private.gstr2b_pairs_by_number to authenticated;
comment on function private.gstr2b_pairs_by_number is
'The documents of a GSTR-2B and the bills that they were accepted as, or that have their number.';

create function private.gstr2b_pairs(owner uuid, asked_period date)
returns table (document_id uuid, bill_id uuid, reasons text[])
language sql
stable
set search_path = ''
set enable_nestloop = off -- nothing is known of the rows of a query inside: a loop over both sides takes minutes
as $$
    with by_number as materialized (
        select * from private.gstr2b_pairs_by_number(owner, asked_period)
    ),
    -- Of the rest: the same supplier and day, and amounts that differ by paise. Where several are alike, in their order.
    documents as materialized (
        select
            written as document, written.id, written.supplier_gstin, written.document_date, written.kind,
            round(written.taxable_value) as rupees,
            row_number() over (
                partition by written.supplier_gstin, written.document_date, written.kind, round(written.taxable_value)
                order by written.document_number, written.id
            ) as place
        from public.gstr2b_documents as written
        where
            written.user_id = owner and written.period = asked_period and written.supplier_gstin is not null
            and not exists (select from by_number where by_number.document_id = written.id)
    ),
    bills as materialized (
        select
            written as bill, written.id, written.supplier_gstin, written.bill_date, written.kind,
            round(written.taxable_value) as rupees,
            row_number() over (
                partition by written.supplier_gstin, written.bill_date, written.kind, round(written.taxable_value)
                order by written.bill_number, written.id
            ) as place
        from public.bills as written
        where
            written.user_id = owner and (written.in_2b_period is null or written.in_2b_period = asked_period)
            and not exists (select from by_number where by_number.bill_id = written.id)
    )
    select by_number.document_id, by_number.bill_id, by_number.reasons from by_number
    union all
    select documents.id, bills.id, private.gstr2b_differences(documents.document, bills.bill)
    from documents
    inner join bills
        on
        bills.supplier_gstin = documents.supplier_gstin and bills.bill_date = documents.document_date
        and bills.kind = documents.kind and bills.rupees = documents.rupees and bills.place = documents.place
    where
        abs((bills.bill).igst - (documents.document).igst) <= 1
        and abs((bills.bill).cgst - (documents.document).cgst) <= 1
        and abs((bills.bill).sgst - (documents.document).sgst) <= 1
$$;
grant execute on function private.gstr2b_pairs to authenticated;
comment on function private.gstr2b_pairs is 'The documents of a GSTR-2B and the bills they are, with what differs: by number, and the rest by day and amounts.';

create function private.gstr2b_document_json(document public.gstr2b_documents)
returns json
language sql
stable
set search_path = ''
as $$
    select case when document.id is not null then json_build_object(
        'id', document.id, 'section', document.section, 'kind', document.kind, 'supplier_gstin', document.supplier_gstin,
        'supplier_name', document.supplier_name, 'document_number', document.document_number,
        'document_date', document.document_date, 'reverse_charge', document.reverse_charge,
        'total_amount', document.total_amount, 'taxable_value', document.taxable_value, 'igst', document.igst,
        'cgst', document.cgst, 'sgst', document.sgst, 'cess', document.cess, 'credit_available', document.credit_available,
        'reason', document.reason, 'decision', document.decision
    ) end
$$;
grant execute on function private.gstr2b_document_json to authenticated;
comment on function private.gstr2b_document_json is 'A document of GSTR-2B as the API answers it; null for none.';

create function private.matched_bill_json(bill public.bills)
returns json
language sql
stable
set search_path = ''
as $$
    select case when bill.id is not null then json_build_object(
        'id', bill.id, 'kind', bill.kind, 'supplier_gstin', bill.supplier_gstin, 'supplier_name', bill.supplier_name,
        'bill_number', bill.bill_number, 'bill_date', bill.bill_date, 'taxable_value', bill.taxable_value, 'igst', bill.igst,
        'cgst', bill.cgst, 'sgst', bill.sgst, 'claim_period', to_char(bill.claim_period, 'MMYYYY'),
        'in_2b_period', to_char(bill.in_2b_period, 'MMYYYY')
    ) end
$$;
grant execute on function private.matched_bill_json to authenticated;
comment on function private.matched_bill_json is 'A bill beside GSTR-2B as the API answers it; null for none.';

create function private.gstr2b_matches(owner uuid, asked_period date)
returns table (match text, reasons text[], document_id uuid, bill_id uuid)
language sql
stable
set search_path = ''
set enable_nestloop = off -- nothing is known of the rows of a query inside: a loop over both sides takes minutes
as $$
    with pairs as materialized (
        select * from private.gstr2b_pairs(owner, asked_period)
    )
    select
        case when pair.document_id is null then 'missing_here' when pair.reasons = '{}' then 'exact' else 'probable' end,
        coalesce(pair.reasons, '{}'), document.id, pair.bill_id
    from public.gstr2b_documents as document
    left join pairs as pair on pair.document_id = document.id
    where document.user_id = owner and document.period = asked_period
    union all
    -- Claimed in this month, and reported to the portal by nobody.
    select 'missing_there', '{}', null, bill.id
    from public.bills as bill
    where
        bill.user_id = owner and bill.claim_period = asked_period and bill.in_2b_period is null
        and bill.supplier_type in ('regular', 'sez')
        and not exists (select from pairs where pairs.bill_id = bill.id)
$$;
grant execute on function private.gstr2b_matches to authenticated;
comment on function private.gstr2b_matches is 'Every document of a GSTR-2B with its bill, and the bills claimed in its month that it does not have.';

create function private.gstr2b_counts(matches text[])
returns json
language sql
immutable
set search_path = ''
as $$
    select json_object_agg(known.match, (select count(*) from unnest(matches) as match where match = known.match))
    from unnest('{exact,probable,missing_here,missing_there}'::text[]) as known (match)
$$;
grant execute on function private.gstr2b_counts to authenticated;
comment on function private.gstr2b_counts is 'How many matches there are of each kind.';

create function api.gstr2b(period text, kind text default null, most integer default 100, skipped integer default 0)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    caller constant uuid := (private.current_profile()).id;
    asked_period constant date := private.period_start(period, 'period');
begin
    return (
        with matches as materialized (
            select * from private.gstr2b_matches(caller, asked_period)
        ),
        page as (
            select
                found.match, found.reasons, document, bill,
                row_number() over (
                    order by
                        array_position('{probable,missing_here,missing_there,exact}', found.match),
                        coalesce(document.document_date, bill.bill_date), coalesce(document.id, bill.id)
                ) as place
            from matches as found
            left join public.gstr2b_documents as document on document.id = found.document_id
            left join public.bills as bill on bill.id = found.bill_id
            where found.match = coalesce(gstr2b.kind, found.match)
            order by place
            limit most offset skipped
        )
        select json_build_object(
            'period', gstr2b.period,
            'counts', private.gstr2b_counts(array(select match from matches)),
            'matches', (
                select coalesce(json_agg(json_build_object(
                    'match', page.match, 'reasons', page.reasons,
                    'document', private.gstr2b_document_json(page.document), 'bill', private.matched_bill_json(page.bill)
                ) order by page.place), '[]'::json)
                from page
            )
        )
    );
end;
$$;
grant execute on function api.gstr2b to authenticated;
comment on function api.gstr2b is 'GSTR-2B of a month beside the caller''s bills: what needs a look first.';


-- Reading the file ---------------------------------------------------------------------------------

create function api.read_gstr2b(file jsonb)
returns json
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer json := private.replay('read_gstr2b', file);
    read_period constant date := private.period_start(file ->> 'period', 'data.rtnprd');
    own_gstin constant text := (select gstin from public.profiles where id = caller);
    field constant text := 'data.gstin';
    replaced bigint;
    read_documents bigint;
begin
    if answer is not null then
        return answer;
    elsif own_gstin is distinct from file ->> 'gstin' then
        perform private.raise_problem(
            409, 'portal_file_of_another_gstin',
            case
                when own_gstin is null then 'Your profile has no GSTIN. Add it, and read the file again.'
                else format('The file is of %s, and your profile has %s.', file ->> 'gstin', own_gstin)
            end,
            field
        );
    end if;
    with gone as (
        delete from public.gstr2b_documents where user_id = caller and period = read_period
        returning section, supplier_gstin, kind, document_number, document_date, decision, bill_id
    ),
    written as (
        insert into public.gstr2b_documents (
            user_id, period, section, kind, supplier_gstin, supplier_name, supplier_period, document_number, document_date,
            place_of_supply, port_code, reverse_charge, total_amount, taxable_value, igst, cgst, sgst, cess, credit_available,
            reason, original_number, original_date, items, decision, bill_id
        )
        select
            caller, read_period, document.section, document.kind, document.supplier_gstin, document.supplier_name,
            private.period_start(document.supplier_period, 'data.docdata'), document.document_number, document.document_date,
            document.place_of_supply, document.port_code, document.reverse_charge,
            -- Customs names no total: goods from abroad bear integrated tax.
            coalesce(document.total_amount, sums.taxable_value + sums.igst), sums.taxable_value, sums.igst, sums.cgst,
            sums.sgst, sums.cess, document.credit_available, document.reason, document.original_number,
            document.original_date, document.items, before.decision, before.bill_id
        from jsonb_to_recordset(file -> 'documents') as document (
            section text, kind text, supplier_gstin text, supplier_name text, supplier_period text, document_number text,
            document_date date, place_of_supply text, port_code text, reverse_charge boolean, total_amount numeric,
            credit_available boolean, reason text, original_number text, original_date date, items jsonb
        )
        cross join lateral (
            select
                sum(item.taxable_value) as taxable_value, sum(item.igst) as igst, sum(item.cgst) as cgst,
                sum(item.sgst) as sgst, sum(item.cess) as cess
            from jsonb_to_recordset(document.items) as item (
                taxable_value numeric, igst numeric, cgst numeric, sgst numeric, cess numeric
            )
        ) as sums
        -- What was decided about a document stays with it.
        left join lateral (
            select gone.decision, gone.bill_id
            from gone
            where
                gone.decision is not null and gone.section = document.section
                and gone.supplier_gstin is not distinct from document.supplier_gstin and gone.kind = document.kind
                and gone.document_number = document.document_number and gone.document_date = document.document_date
            limit 1
        ) as before on true
        returning 1
    )
    select (select count(*) from gone), (select count(*) from written) into replaced, read_documents;
    answer := json_build_object(
        'period', file ->> 'period', 'gstin', file ->> 'gstin', 'documents', read_documents, 'replaced', replaced
    );
    perform private.remember('read_gstr2b', file, answer);
    return answer;
end;
$$;
grant execute on function api.read_gstr2b to authenticated;
comment on function api.read_gstr2b is 'Keeps the documents of a file GSTR-2B in place of those of an earlier file of its month; decisions stay.';


-- Decisions ----------------------------------------------------------------------------------------

create function private.claim_period_is_open(owner uuid, period date)
returns boolean
language plpgsql
security definer -- reads filings whoever asks
set search_path = ''
as $$
begin
    perform private.check_claim_period_open(owner, period);
    return true;
exception
    when sqlstate 'PT409' then
        return false;
end;
$$;
grant execute on function private.claim_period_is_open to authenticated;
comment on function private.claim_period_is_open is 'Whether the credit of a period may still change.';

create function private.gstr2b_bill(document public.gstr2b_documents)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    status constant text := case
        when document.credit_available then 'eligible'
        when document.reason = 'P' then 'pos_restricted'
        when document.reason = 'C' then 'time_barred'
        else 'not_claimed'
    end;
begin
    return jsonb_build_object(
        'kind', document.kind, 'supplier_name', coalesce(document.supplier_name, document.supplier_gstin, 'Customs'),
        'supplier_gstin', document.supplier_gstin,
        'supplier_type', case document.section when 'impgsez' then 'sez' when 'impg' then 'overseas' else 'regular' end,
        'bill_number', document.document_number, 'bill_date', document.document_date,
        'received_on', document.document_date, 'place_of_supply', document.place_of_supply, 'port_code', document.port_code,
        'reverse_charge', document.reverse_charge, 'claim_period', to_char(document.period, 'MMYYYY'),
        'in_2b_period', to_char(document.period, 'MMYYYY'),
        'notes', case when document.cess > 0 then format('Cess of %s rupees is not claimed.', document.cess) end,
        'items', (
            select jsonb_agg(item - 'cess' || jsonb_build_object(
                'description', 'As reported in GSTR-2B', 'credit_status', status,
                'tax_rate', coalesce((item ->> 'tax_rate')::numeric, private.nearest_rate(item))
            ))
            from jsonb_array_elements(document.items) as item
        )
    );
end;
$$;
grant execute on function private.gstr2b_bill to authenticated;
comment on function private.gstr2b_bill is 'The bill that a document of GSTR-2B becomes, as a request would write it.';

create function private.nearest_rate(item jsonb)
returns numeric
language sql
stable
set search_path = ''
as $$
    select known.rate
    from public.gst_rates as known
    order by abs(
        (item ->> 'taxable_value')::numeric * known.rate / 100
        - (item ->> 'igst')::numeric - (item ->> 'cgst')::numeric - (item ->> 'sgst')::numeric
    ), known.rate
    limit 1
$$;
grant execute on function private.nearest_rate to authenticated;
comment on function private.nearest_rate is 'The GST rate that explains the tax of an item best: the portal names no rate where it gives no items.';

create function private.bill_of_document(document public.gstr2b_documents, named_id uuid, decision text)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
    bill public.bills;
begin
    select * into bill from public.bills where id = named_id;
    if not found then
        perform private.raise_problem(404, 'bill_not_found', 'There is no such bill.', 'decisions');
    elsif
        bill.kind <> document.kind
        or substr(bill.supplier_gstin, 3, 10) is distinct from substr(document.supplier_gstin, 3, 10)
    then
        perform private.raise_problem(
            422, 'portal_document_is_no_bill',
            format('%s of GSTR-2B and the bill %s are not of one supplier and kind.', document.document_number, bill.bill_number),
            'decisions'
        );
    elsif exists (
        select from public.gstr2b_documents as other
        where other.bill_id = named_id and other.id <> document.id and other.decision = 'accepted'
    ) then
        perform private.raise_problem(
            422, 'portal_document_is_no_bill',
            format('The bill %s was accepted as another document already.', bill.bill_number), 'decisions'
        );
    end if;
    -- A claim in a filed return stays where it is.
    update public.bills set
        in_2b_period = document.period,
        claim_period = case
            when decision = 'deferred' then null
            when bill.claim_period is null or private.claim_period_is_open(bill.user_id, bill.claim_period)
                then greatest(document.period, date_trunc('month', bill.bill_date))
            else bill.claim_period
        end
    where id = named_id;
    return named_id;
end;
$$;
grant execute on function private.bill_of_document to authenticated;
comment on function private.bill_of_document is
'Claims a bill in the period of its document, or defers it; 422 portal_document_is_no_bill for one of another supplier or kind.';

create function api.decide_gstr2b(decided jsonb)
returns json
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := private.open_books();
    answer json := private.replay('decide_gstr2b', decided, 200);
    decided_period constant date := private.period_start(decided ->> 'period', 'period');
    made record;
    document public.gstr2b_documents;
    chosen_bill_id uuid;
begin
    if answer is not null then
        return answer;
    end if;
    for made in
        select
            (said.decision ->> 'document_id')::uuid as document_id, said.decision ->> 'decision' as decision,
            coalesce((said.decision ->> 'bill_id')::uuid, pair.bill_id) as bill_id
        from jsonb_array_elements(decided -> 'decisions') with ordinality as said (decision, place)
        left join private.gstr2b_pairs(caller, decided_period) as pair
            on pair.document_id = (said.decision ->> 'document_id')::uuid
        order by said.place
    loop
        select * into document
        from public.gstr2b_documents as known
        where known.id = made.document_id and known.period = decided_period
        for no key update;
        if not found then
            perform private.raise_problem(
                404, 'portal_document_not_found', 'GSTR-2B of this period has no such document.', 'decisions'
            );
        end if;
        chosen_bill_id := case
            when made.bill_id is not null then private.bill_of_document(document, made.bill_id, made.decision)
            when made.decision = 'accepted' then private.write_bill(caller, private.gstr2b_bill(document))
        end;
        update public.gstr2b_documents as known set decision = made.decision, bill_id = chosen_bill_id
        where known.id = document.id;
    end loop;
    answer := private.gstr2b_counts(array(select match from private.gstr2b_matches(caller, decided_period)));
    perform private.remember('decide_gstr2b', decided, answer, null, 200);
    return answer;
end;
$$;
grant execute on function api.decide_gstr2b to authenticated;
comment on function api.decide_gstr2b is 'Accepts or defers documents of a GSTR-2B, all or none; answers how the month matches then.';

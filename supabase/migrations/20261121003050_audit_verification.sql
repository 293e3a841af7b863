-- Verification of the audit: the chain, and every record against what its entries say.


-- The chain ----------------------------------------------------------------------------------------

create function private.broken_links()
returns table (rule text, user_id uuid, number bigint, record_type text, record_id uuid, details text)
language sql
stable
set search_path = ''
as $$
    -- A hole counts as a broken link at the entry after it; a tail that was cut off, at the entry that should be there.
    select distinct on (link.user_id)
        'chain_is_unbroken', link.user_id, link.number, link.record_type, link.record_id, link.fault
    from (
        select
            entry.user_id,
            entry.number,
            entry.record_type,
            entry.record_id,
            case
                when entry.number <> lag(entry.number, 1, 0::bigint) over chain + 1
                    then format('entry %s is missing', lag(entry.number, 1, 0::bigint) over chain + 1)
                when entry.erased is not null and exists (select from public.profiles where id = entry.user_id and closed_at is null)
                    then 'what it told was erased'
                when entry.hash <> private.audit_hash(lag(entry.hash, 1, '\x') over chain, entry)
                    then 'the hash does not fit the entry and the one before'
            end as fault
        from public.audit_entries as entry
        window chain as (partition by entry.user_id order by entry.number)
        union all
        select head.user_id, head.last_number, null, null, 'the last entry is not the one that was written last'
        from private.audit_heads as head
        left join lateral (
            select entry.number, entry.hash
            from public.audit_entries as entry
            where entry.user_id = head.user_id
            order by entry.number desc
            limit 1
        ) as last_entry on true
        where (coalesce(last_entry.number, 0), coalesce(last_entry.hash, '\x')) <> (head.last_number, head.last_hash)
    ) as link
    where link.fault is not null
    order by link.user_id, link.number
$$;
grant execute on function private.broken_links to authenticated, service_role;
comment on function private.broken_links is 'The first broken link of each chain that the caller may see.';


-- What the entries say -----------------------------------------------------------------------------

create function private.without_removed(image jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    part text;
begin
    foreach part in array '{items,settlements}'::text[] loop
        if image -> part @? '$.* ? (@ == null)' then
            image := jsonb_set(image, array[part], (
                select coalesce(jsonb_object_agg(known.key, known.value) filter (where known.value <> 'null'), '{}')
                from jsonb_each(image -> part) as known
            ));
        end if;
    end loop;
    return image;
end;
$$;
grant execute on function private.without_removed to authenticated, service_role;
comment on function private.without_removed is 'The image of a record without the lines and settlements that went.';

create aggregate private.merged(jsonb) (
    sfunc = private.overlaid, stype = jsonb, initcond = '{}', finalfunc = private.without_removed
);
grant execute on function private.merged to authenticated, service_role;
comment on aggregate private.merged(jsonb) is 'Images of a record laid over each other, the last one on top.';

create function private.differing_fields(told jsonb, present jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    if told = present then
        return null;
    end if;
    -- Only what an entry knows: a column that is new says nothing about what was written before it.
    return (
        select string_agg(differing.field, ', ' order by differing.field)
        from (
            select field.key as field from jsonb_each(told) as field
            where field.key not in ('items', 'settlements') and present ? field.key and field.value <> present -> field.key
            union all
            select part from unnest('{items,settlements}'::text[]) as part
            where exists (
                select from jsonb_each(coalesce(told -> part, '{}')) as said (id, image)
                full join jsonb_each(coalesce(present -> part, '{}')) as known (id, image) using (id)
                where said.image is null or known.image is null or private.differing_fields(said.image, known.image) is not null
            )
        ) as differing
    );
end;
$$;
grant execute on function private.differing_fields to authenticated, service_role;
comment on function private.differing_fields is 'The names of the fields in which a record is not what was told about it, null where none is.';

create function private.differing_before(told jsonb, before jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    if told @> before then
        return null;
    end if;
    return (
        select string_agg(differing.field, ', ' order by differing.field)
        from (
            select field.key as field from jsonb_each(before) as field
            where field.key not in ('items', 'settlements') and told ? field.key and field.value <> told -> field.key
            union all
            select part from unnest('{items,settlements}'::text[]) as part
            where exists (
                select from jsonb_each(coalesce(before -> part, '{}')) as said (id, image)
                where
                    case
                        when said.image = 'null' then coalesce(told -> part ? said.id, false)
                        when not coalesce(told -> part ? said.id, false) then true
                        else private.differing_fields(told -> part -> said.id, said.image) is not null
                    end
            )
        ) as differing
    );
end;
$$;
grant execute on function private.differing_before to authenticated, service_role;
comment on function private.differing_before is 'The names of the fields that an entry found otherwise than they were told before, null where none is.';

create function private.audit_story()
returns table (
    user_id uuid, record_type text, record_id uuid, number bigint, operation text, before jsonb, told_before jsonb,
    told jsonb, is_last boolean, written numeric
)
language sql
stable
set search_path = ''
as $$
    select
        entry.user_id, entry.record_type, entry.record_id, entry.number, entry.operation, entry.before,
        lag(entry.told) over story, entry.told, lead(entry.number) over story is null, entry.written
    from (
        select
            part.user_id, part.record_type, part.record_id, part.life, part.number, part.operation, part.before,
            -- Of a record whose life does not begin with an insert, nothing is known.
            case
                when part.operation <> 'delete' and count(*) filter (where part.operation = 'insert') over until > 0
                    then private.merged(part.after) over until
            end as told,
            sum(part.written) over until as written
        from (
            select
                said.*,
                -- An id may be used again: the new record has nothing of the one that was deleted.
                count(*) filter (where said.operation = 'delete') over (
                    partition by said.user_id, said.record_type, said.record_id order by said.number
                    rows between unbounded preceding and 1 preceding
                ) as life
            from (
                select
                    user_id, record_type, record_id, number, operation, before - 'balance' as before,
                    after - '{balance,invoice}'::text[] as after,
                    coalesce((after ->> 'balance')::numeric, 0) - coalesce((before ->> 'balance')::numeric, 0) as written
                from public.audit_entries
                union all
                -- The invoice of a sale, which the sale's entry tells.
                select user_id, 'invoices', (after -> 'invoice' ->> 'id')::uuid, number, 'insert', null, (after -> 'invoice') - 'id', 0
                from public.audit_entries
                where after ? 'invoice'
            ) as said
        ) as part
        window until as (
            partition by part.user_id, part.record_type, part.record_id, part.life order by part.number
            rows between unbounded preceding and current row
        )
    ) as entry
    window story as (partition by entry.user_id, entry.record_type, entry.record_id, entry.life order by entry.number)
$$;
grant execute on function private.audit_story to authenticated, service_role;
comment on function private.audit_story is
'Each entry with what the entries of its record say together, before it and with it; written is what was typed of a balance.';


-- What is there ------------------------------------------------------------------------------------

create function private.audited_records()
returns table (user_id uuid, record_type text, record_id uuid, image jsonb)
language sql
stable
set search_path = ''
as $$
    select
        found.user_id, found.record_type, found.record_id,
        private.audit_image(found.record_type, found.record) || coalesce(found.parts, '{}')
    from (
        select id as user_id, 'profiles' as record_type, id as record_id, to_jsonb(profile) as record, null::jsonb as parts
        from public.profiles as profile
        union all
        select user_id, 'accounts', id, to_jsonb(account) - 'balance', null from public.accounts as account
        union all
        select user_id, 'contacts', id, to_jsonb(contact), null from public.contacts as contact
        union all
        select user_id, 'items', id, to_jsonb(catalogued), null from public.items as catalogued
        union all
        select written.user_id, 'transactions', written.id, to_jsonb(written), settled.parts
        from public.transactions as written
        left join (
            select
                settlement.transaction_id,
                jsonb_build_object('settlements', jsonb_object_agg(
                    settlement.id, private.audit_image('settlements', to_jsonb(settlement))
                )) as parts
            from public.settlements as settlement
            group by settlement.transaction_id
        ) as settled on settled.transaction_id = written.id
        union all
        select invoice.user_id, 'invoices', invoice.id, to_jsonb(invoice), lines.parts
        from public.invoices as invoice
        left join (
            select
                line.invoice_id,
                jsonb_build_object('items', jsonb_object_agg(
                    line.id, private.audit_image('invoice_items', to_jsonb(line))
                )) as parts
            from public.invoice_items as line
            group by line.invoice_id
        ) as lines on lines.invoice_id = invoice.id
        union all
        select bill.user_id, 'bills', bill.id, to_jsonb(bill), lines.parts
        from public.bills as bill
        left join (
            select
                line.bill_id,
                jsonb_build_object('items', jsonb_object_agg(
                    line.id, private.audit_image('bill_items', to_jsonb(line))
                )) as parts
            from public.bill_items as line
            group by line.bill_id
        ) as lines on lines.bill_id = bill.id
        union all
        select user_id, 'credit_adjustments', id, to_jsonb(adjustment), null from public.credit_adjustments as adjustment
        union all
        select user_id, 'settlements', id, to_jsonb(settlement), null from public.settlements as settlement
        where settlement.transaction_id is null
        union all
        select user_id, 'tax_filings', id, to_jsonb(filing), null from public.tax_filings as filing
        union all
        select user_id, 'repairs', id, to_jsonb(repair), null from private.repairs as repair
    ) as found
$$;
grant execute on function private.audited_records to authenticated, service_role;
comment on function private.audited_records is 'Every audited record as it is now.';


-- The check ----------------------------------------------------------------------------------------

create function api.verify_audit()
returns table (rule text, user_id uuid, number bigint, record_type text, record_id uuid, details text)
language sql
stable
set search_path = ''
set timezone = 'UTC' -- as when the entries were written
set statement_timeout = '18s' -- reads every entry there is; shared/supabase/rest.py waits for it
as $$
    with story as materialized (
        select * from private.audit_story()
    ),
    compared as (
        select
            user_id, record_type, record_id, said.number,
            case
                when found.image is null then 'the record is gone'
                when said.told is null then 'the record was not written by an audited statement'
                else 'changed in ' || private.differing_fields(said.told, found.image)
            end as fault
        from (select * from story where story.is_last and story.operation <> 'delete') as said
        full join private.audited_records() as found using (user_id, record_type, record_id)
    ),
    -- A balance is what was typed of it, and what the transactions that were told have moved.
    moved as (
        select movement.account_id, sum(movement.amount) as amount
        from story
        cross join lateral private.movements_of(
            jsonb_populate_record(
                null::public.transactions, story.told || jsonb_build_object('id', story.record_id, 'user_id', story.user_id)
            ), 1
        ) as movement
        where story.is_last and story.record_type = 'transactions' and story.told is not null
        group by movement.account_id
    ),
    balances as (
        select account.user_id, account.id, said.number
        from story as said
        inner join public.accounts as account on account.id = said.record_id and account.user_id = said.user_id
        left join moved on moved.account_id = account.id
        where
            said.is_last and said.record_type = 'accounts' and said.told is not null
            and account.balance <> said.written + coalesce(moved.amount, 0)
    )
    select * from private.broken_links()
    union all
    select 'record_is_as_audited', user_id, compared.number, record_type, record_id, compared.fault
    from compared
    where compared.fault is not null
    union all
    select 'record_is_as_audited', balances.user_id, balances.number, 'accounts', balances.id, 'changed in balance'
    from balances
    union all
    -- What was changed past the triggers and then again by a statement shows in what that statement found.
    select
        'entry_continues', story.user_id, story.number, story.record_type, story.record_id,
        'found another ' || private.differing_before(story.told_before, story.before)
    from story
    where
        story.told_before is not null and story.before is not null
        and private.differing_before(story.told_before, story.before) is not null
$$;
grant execute on function api.verify_audit to authenticated, service_role;
comment on function api.verify_audit is
'The first broken link of each chain, and every record that is not as its entries left it: always nothing. Of the caller''s audit or, for the service role, of all.';


-- The contract's shape -----------------------------------------------------------------------------

create function api.audit_verification()
returns json
language sql
stable
set search_path = ''
set statement_timeout = '18s' -- reads every entry there is; shared/supabase/rest.py waits for it
as $$
    select json_build_object(
        'entries', (select coalesce(sum(last_number), 0) from private.audit_heads),
        'head', (select encode(last_hash, 'hex') from private.audit_heads where user_id = private.current_user_id()),
        'faults', (
            select coalesce(json_agg(json_build_object(
                'rule', rule, 'number', number, 'record_type', record_type, 'record_id', record_id, 'details', details
            )), '[]'::json)
            from api.verify_audit()
        )
    )
$$;
grant execute on function api.audit_verification to authenticated;
comment on function api.audit_verification is
'How many entries the caller''s chain has, the hash it ends with, to be kept elsewhere as an anchor, and what does not hold.';

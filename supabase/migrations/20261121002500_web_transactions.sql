-- Web, transactions: the list with its filters.


-- The page -----------------------------------------------------------------------------------------

create function web.transactions_page(filters jsonb default '{}')
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
    page_size constant integer := 50;
begin
    return (
        with matching as not materialized (
            select entry.*
            from public.transactions as entry
            where
                entry.user_id = reader.id
                and (filters ->> 'type' is null or entry.transaction_type = filters ->> 'type')
                and (
                    filters ->> 'account' is null
                    or (filters ->> 'account')::uuid in (entry.account_id, entry.transfer_account_id)
                )
                and (filters ->> 'category' is null or entry.category = filters ->> 'category')
                and (filters ->> 'from' is null or entry.day >= (filters ->> 'from')::date)
                and (filters ->> 'to' is null or entry.day <= (filters ->> 'to')::date)
                and (filters ->> 'q' is null or entry.description ilike private.containing(filters ->> 'q'))
        ),
        page as (
            select entry.*
            from matching as entry
            where filters ->> 'after' is null or (entry.date, entry.id) < (
                select last.date, last.id from public.transactions as last
                where last.id = (filters ->> 'after')::uuid and last.user_id = reader.id
            )
            order by entry.date desc, entry.id desc
            limit page_size + 1
        )
        select json_build_object(
            'today', private.today(reader.id),
            'page_size', page_size,
            'accounts', private.account_choices(),
            'default_tax_rate', trim_scale(private.usual_tax_rate(reader.id)),
            'categories', (
                select coalesce(json_agg(known.category order by known.category), '[]')
                from (
                    select distinct recent.category
                    from (
                        select entry.category from public.transactions as entry
                        where entry.user_id = reader.id
                        order by entry.date desc, entry.id desc
                        limit 500
                    ) as recent
                    where recent.category is not null
                ) as known
            ),
            'totals', (
                select json_build_object(
                    'count', count(*),
                    'money_in', coalesce(sum(entry.amount) filter (where entry.transaction_type = 'sale'), 0.00),
                    'money_out', coalesce(sum(entry.amount) filter (where entry.transaction_type = 'expense'), 0.00)
                )
                from matching as entry
            ),
            'transactions', (
                select coalesce(json_agg(json_build_object(
                    'id', entry.id,
                    'day', entry.day,
                    'transaction_type', entry.transaction_type,
                    'description', entry.description,
                    'category', entry.category,
                    'amount', entry.amount,
                    'tax_amount', shown.tax_amount,
                    'account_name', account.name,
                    'transfer_account_name', receiver.name,
                    'invoice_id', shown.invoice_id,
                    'invoice_number', invoice.invoice_number
                ) order by entry.date desc, entry.id desc), '[]')
                from page as entry
                inner join public.accounts as account on account.id = entry.account_id
                left join public.accounts as receiver on receiver.id = entry.transfer_account_id
                inner join api.transactions as shown on shown.id = entry.id
                left join public.invoices as invoice on invoice.id = shown.invoice_id
            )
        )
    );
end;
$$;
grant execute on function web.transactions_page to authenticated;
comment on function web.transactions_page is
'A page of transactions, newest first, with sums and what the form offers; one row more than page_size says there are others.';

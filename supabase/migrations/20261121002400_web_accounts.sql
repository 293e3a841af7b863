-- Web, accounts: the page with the last movements, and the form that changes an account.


-- The page -----------------------------------------------------------------------------------------

create function web.accounts_page()
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    reader constant public.profiles := private.current_profile();
begin
    return json_build_object(
        'total_balance', (select coalesce(sum(account.balance), 0.00) from public.accounts as account where account.user_id = reader.id),
        'accounts', (
            select coalesce(json_agg(json_build_object(
                'id', account.id,
                'name', account.name,
                'balance', account.balance,
                'is_default', account.is_default,
                'entries', (
                    select coalesce(json_agg(json_build_object(
                        'kind', entry.kind,
                        'amount', entry.amount,
                        'balance_after', entry.balance_after,
                        'day', coalesce(entry.day, (entry.created_at at time zone reader.time_zone)::date),
                        'description', case
                            when entry.kind <> 'transaction' then initcap(entry.kind)
                            when entry.transaction_type is null then 'Transaction, deleted since'
                            else coalesce(nullif(entry.description, ''), entry.category, initcap(entry.transaction_type))
                        end
                    ) order by entry.entry_number desc), '[]')
                    from (
                        select ledger.*, moved.description, moved.category, moved.transaction_type, moved.day
                        from public.ledger_entries as ledger
                        left join public.transactions as moved on moved.id = ledger.transaction_id
                        where ledger.user_id = reader.id and ledger.account_id = account.id
                        order by ledger.entry_number desc
                        limit 20
                    ) as entry
                )
            ) order by account.is_default desc, account.created_at, account.id), '[]')
            from public.accounts as account
            where account.user_id = reader.id
        )
    );
end;
$$;
grant execute on function web.accounts_page to authenticated;
comment on function web.accounts_page is 'The accounts with their last movements and the running balance.';


-- The form -----------------------------------------------------------------------------------------

create function web.update_account(account_id uuid, account jsonb, shown_balance numeric)
returns json
language plpgsql
set search_path = ''
as $$
declare
    request constant jsonb := jsonb_build_object('account_id', account_id, 'account', account, 'shown_balance', shown_balance);
    balance_now numeric;
    answer json;
begin
    -- Before the balance is read: what comes in later waits until the adjustment is written.
    perform private.open_books();
    answer := private.replay('web.update_account', request, 200);
    if answer is not null then
        return answer;
    end if;
    -- Locked, because the dashboard writes without the books.
    select known.balance into balance_now from public.accounts as known
    where known.id = update_account.account_id
    for no key update;
    if account ? 'balance' and shown_balance is distinct from balance_now and balance_now is not null then
        perform private.raise_problem(
            409, 'balance_moved', 'Money has moved since the page was opened. Nothing was changed; save again to set your balance.',
            'balance'
        );
    end if;
    answer := to_json(api.update_account(account_id, account));
    perform private.remember('web.update_account', request, answer, status => 200);
    return answer;
end;
$$;
grant execute on function web.update_account to authenticated;
comment on function web.update_account is
'api.update_account for a form that has shown the balance: one that has moved since is not overwritten.';

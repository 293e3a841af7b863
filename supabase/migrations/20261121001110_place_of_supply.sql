-- Place of supply: where a document's supply takes place, which decides between IGST and CGST with SGST.
--
-- Sources: IGST Act s.7 (inter-state), 8 (intra-state), 10 and 12 (place of supply).


create function private.state_of_customer(invoice public.invoices)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return case
        when invoice.party_type = 'overseas' then '96'
        -- The number of a foreign mission begins with a state, that of an organisation overseas too.
        else coalesce(left(invoice.customer_gstin, 2), invoice.customer_state_code)
    end;
end;
$$;
grant execute on function private.state_of_customer to authenticated;
comment on function private.state_of_customer is 'The state of a document''s customer: 96 overseas, else that of the GSTIN or the one that is known.';

create function private.fill_place_of_supply(invoice public.invoices)
returns public.invoices
language plpgsql
stable
security definer -- reads the seller's state whoever writes
set search_path = ''
as $$
declare
    seller_state constant text := coalesce(
        invoice.seller ->> 'state_code', (select state_code from public.profiles where id = invoice.user_id)
    );
begin
    invoice.place_of_supply := coalesce(
        invoice.place_of_supply, private.state_of_customer(invoice), seller_state
    );
    -- Unknown means intra-state; a place outside of India is inter-state whoever sells.
    -- And so are exports and supplies to special economic zones, also within the seller's state (IGST Act s.7(5)).
    invoice.inter_state := coalesce(
        invoice.supply_type not in ('domestic', 'deemed_export')
        or invoice.place_of_supply = '96' or invoice.place_of_supply <> seller_state,
        false
    );
    return invoice;
end;
$$;
grant execute on function private.fill_place_of_supply to authenticated;
comment on function private.fill_place_of_supply is 'Fills in place of supply and inter_state (IGST Act s.7, 8 and 10).';

create function private.place_of_supply_is_derived(invoice public.invoices)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
    return coalesce(
        invoice.place_of_supply = private.state_of_customer(invoice), not invoice.inter_state
    );
end;
$$;
comment on function private.place_of_supply_is_derived is
'Whether a place of supply came from the customer''s GSTIN or state or, without them, from the seller''s state, and so follows them.';

create function private.recalculate_place_of_supply(placed_id uuid)
returns void
language plpgsql
security definer -- callers may not write inter_state
set search_path = ''
as $$
declare
    placed public.invoices;
begin
    select * into placed from public.invoices
    where id = placed_id and user_id = private.current_user_id()
    for no key update;
    if private.place_of_supply_is_derived(placed) then
        placed.place_of_supply := null;
    end if;
    placed.seller := case when placed.status <> 'draft' then private.seller_snapshot(placed.user_id) end;
    placed := private.fill_place_of_supply(placed);
    update public.invoices as invoice set
        seller = placed.seller,
        place_of_supply = placed.place_of_supply,
        inter_state = placed.inter_state
    where
        invoice.id = placed.id
        and (invoice.seller, invoice.place_of_supply, invoice.inter_state)
        is distinct from (placed.seller, placed.place_of_supply, placed.inter_state);
end;
$$;
grant execute on function private.recalculate_place_of_supply to authenticated;
comment on function private.recalculate_place_of_supply is
'Takes the snapshot of the seller again and finds the place of supply of an invoice of the caller with what is known by now.';

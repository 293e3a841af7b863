-- Document parties: the seller and the customer as a document keeps them, whatever they become later.


create function private.seller_snapshot(owner uuid)
returns jsonb
language plpgsql
stable
security definer -- reads the profile whoever writes
set search_path = ''
as $$
begin
    return (
        select jsonb_strip_nulls(jsonb_build_object(
            'name', coalesce(profile.business_name, profile.full_name, profile.username, profile.email),
            'email', profile.email,
            'gstin', profile.gstin,
            'address', profile.address,
            'state_code', profile.state_code
        ))
        from public.profiles as profile
        where profile.id = owner
    );
end;
$$;
grant execute on function private.seller_snapshot to authenticated, service_role;
comment on function private.seller_snapshot is 'The user as the supplier on a document that is issued now (CGST Rules, Rule 46(a)).';

create function private.copied_from_contact(new_invoice public.invoices)
returns public.invoices
language plpgsql
stable
security definer -- reads the contact whoever writes
set search_path = ''
as $$
declare
    contact public.contacts;
begin
    select * into contact from public.contacts where id = new_invoice.customer_id and user_id = new_invoice.user_id and is_customer;
    if not found then
        perform private.raise_problem(404, 'customer_not_found', 'There is no such customer.', 'customer_id');
    end if;
    new_invoice.customer_name := coalesce(new_invoice.customer_name, contact.name);
    new_invoice.customer_email := coalesce(new_invoice.customer_email, contact.email);
    new_invoice.customer_address := coalesce(new_invoice.customer_address, contact.address);
    new_invoice.customer_gstin := coalesce(new_invoice.customer_gstin, contact.gstin);
    new_invoice.customer_state_code := coalesce(new_invoice.customer_state_code, contact.state_code);
    return new_invoice;
end;
$$;
comment on function private.copied_from_contact is
'An invoice with the fields of the customer that it names, where it has none of its own; it keeps its copy.';

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
            'state_code', profile.state_code,
            'legal_name', profile.legal_name,
            'gst_scheme', profile.gst_scheme,
            'lut_number', profile.lut_number
        ))
        from public.profiles as profile
        where profile.id = owner
    );
end;
$$;
grant execute on function private.seller_snapshot to authenticated, service_role;
comment on function private.seller_snapshot is 'The user as the supplier on a document that is issued now (CGST Rules, Rule 46(a)).';

create function private.party_identity_fault(identity text, party_type text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case party_type
        when 'uin' then case
            when identity !~ '^[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]$'
                then 'a UIN is four digits, three letters, five digits, UN or ON, and a check character'
        end
        when 'non_resident' then case
            when identity !~ '^[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]$'
                then 'the number of a non-resident is four digits, three letters, five digits, NR and a check character'
        end
        when 'tds_deductor' then case
            when identity !~ '^[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]$'
                then 'the number of a TDS deductor has D as its 14th character'
        end
        else private.gstin_fault(identity)
    end;
end;
$$;
grant execute on function private.party_identity_fault to authenticated;
comment on function private.party_identity_fault is 'What is wrong with the number of a party of this type, in words; null when nothing is.';

create function private.checked_party_identity(value text, party_type text, field text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    identity constant text := private.plain_gstin(value);
    fault text := private.party_identity_fault(identity, party_type);
begin
    if fault is null and identity is null and party_type in ('regular', 'composition', 'sez', 'uin', 'tds_deductor', 'non_resident') then
        fault := format('a customer that is %s has one', replace(party_type, '_', ' '));
    elsif fault is null and identity is not null and party_type in ('unregistered', 'overseas') then
        fault := format('a customer that is %s has none', party_type);
    -- The check character is the same for all kinds of numbers.
    elsif fault is null and right(identity, 1) <> private.gstin_check_character(identity) then
        fault := format('the check character should be %s', private.gstin_check_character(identity));
    end if;
    if fault is not null then
        perform private.raise_problem(422, 'invalid_gstin', format('GSTIN %s is not valid: %s.', coalesce(identity, 'is missing and'), fault), field);
    end if;
    return identity;
end;
$$;
comment on function private.checked_party_identity is
'The plain form of the number of a party, checked to its last character by its type; 422 invalid_gstin.';

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
    new_invoice.customer_pincode := coalesce(new_invoice.customer_pincode, contact.pincode);
    new_invoice.customer_country_code := coalesce(new_invoice.customer_country_code, contact.country_code);
    return new_invoice;
end;
$$;
comment on function private.copied_from_contact is
'An invoice with the fields of the customer that it names, where it has none of its own; it keeps its copy.';

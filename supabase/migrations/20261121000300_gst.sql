-- GST: states, rates with their dates, the check of a GSTIN, and the one function that computes the tax.
--
-- Sources: CGST Act s.15 (value), s.170 and Rule 46 (2 decimals on invoices), IGST Act s.7-10 (place of supply),
-- rate notifications 9/2025-CTR and 19/2025-CTR. Amounts are rupees with 2 decimals, rounded half-up.


-- Types --------------------------------------------------------------------------------------------

create domain public.tax_rate as numeric(6, 3)
constraint tax_rate_between_0_and_100 check (value between 0 and 100);
comment on domain public.tax_rate is 'A GST rate in percent, 0 to 100, three decimals (half of 0.25 % is 0.125 %).';

create type private.gst_amounts as (
    taxable_value numeric(15, 2),
    cgst numeric(15, 2),
    sgst numeric(15, 2),
    igst numeric(15, 2),
    tax_amount numeric(15, 2),
    total_amount numeric(15, 2)
);
comment on type private.gst_amounts is 'What private.gst answers: tax_amount = cgst + sgst + igst, total_amount = taxable_value + tax_amount.';


-- Tables -------------------------------------------------------------------------------------------

create table public.gst_states (
    code text primary key,
    name text not null,
    has_utgst boolean not null default false,
    constraint gst_states_code_is_two_digits check (code ~ '^[0-9]{2}$')
);
comment on table public.gst_states is 'State codes of GST: the first two digits of a GSTIN, and places of supply.';
comment on column public.gst_states.has_utgst is 'A union territory without legislature: the state half of the tax is called UTGST (CGST Act s.2(114)).';

create table public.gst_rates (
    rate public.tax_rate not null,
    valid_from date not null,
    valid_to date,
    only_for text,
    note text not null,
    primary key (rate, valid_from)
);
comment on table public.gst_rates is 'GST rates with the days they were in force. A rate outside of it earns a warning, never an error.';
comment on column public.gst_rates.rate is 'Percent.';
comment on column public.gst_rates.valid_from is 'The first day on which the rate was in force.';
comment on column public.gst_rates.valid_to is 'The last day on which it was in force; null as long as it is.';
comment on column public.gst_rates.only_for is 'What alone the rate is for, so that anything else earns a warning; null: no such bound.';
comment on column public.gst_rates.note is 'What the rate is for.';

insert into public.gst_states (code, name, has_utgst) values
('01', 'Jammu and Kashmir', false), ('02', 'Himachal Pradesh', false), ('03', 'Punjab', false),
('04', 'Chandigarh', true), ('05', 'Uttarakhand', false), ('06', 'Haryana', false), ('07', 'Delhi', false),
('08', 'Rajasthan', false), ('09', 'Uttar Pradesh', false), ('10', 'Bihar', false), ('11', 'Sikkim', false),
('12', 'Arunachal Pradesh', false), ('13', 'Nagaland', false), ('14', 'Manipur', false), ('15', 'Mizoram', false),
('16', 'Tripura', false), ('17', 'Meghalaya', false), ('18', 'Assam', false), ('19', 'West Bengal', false),
('20', 'Jharkhand', false), ('21', 'Odisha', false), ('22', 'Chhattisgarh', false), ('23', 'Madhya Pradesh', false),
('24', 'Gujarat', false), ('26', 'Dadra and Nagar Haveli and Daman and Diu', true), ('27', 'Maharashtra', false),
('29', 'Karnataka', false), ('30', 'Goa', false), ('31', 'Lakshadweep', true), ('32', 'Kerala', false),
('33', 'Tamil Nadu', false), ('34', 'Puducherry', false), ('35', 'Andaman and Nicobar Islands', true),
('36', 'Telangana', false), ('37', 'Andhra Pradesh', false), ('38', 'Ladakh', true), ('96', 'Other Countries', false),
('97', 'Other Territory', true)
on conflict do nothing;

-- What stands there already was restored, or typed into the dashboard: it stays.
insert into public.gst_rates (rate, valid_from, valid_to, only_for, note) values
(0, '2017-07-01', null, null, 'nil-rated, exempt or zero-rated'),
(0.1, '2017-10-23', null, null, 'supplies to merchant exporters'),
(0.25, '2017-07-01', null, null, 'rough diamonds and precious stones'),
(1, '2017-07-01', null, null, 'special schemes'),
(1.5, '2019-04-01', null, null, 'cut and polished diamonds'),
(3, '2017-07-01', null, null, 'gold, silver, jewellery'),
(5, '2017-07-01', null, null, 'merit rate'),
(6, '2022-04-01', null, null, 'special schemes'),
(7.5, '2019-04-01', null, null, 'construction services'),
(12, '2017-07-01', '2025-09-21', null, 'standard rate of old'),
(12, '2025-09-22', null, 'bricks, tiles and fly ash', 'what is left of the standard rate of old'),
(18, '2017-07-01', null, null, 'standard rate'),
(28, '2017-07-01', '2025-09-21', null, 'demerit rate of old'),
(28, '2025-09-22', '2026-01-31', 'tobacco', 'what was left of the demerit rate of old'),
(40, '2025-09-22', null, null, 'demerit rate')
on conflict do nothing;


-- The tax ------------------------------------------------------------------------------------------

create function private.gst(amount numeric, rate numeric, price_includes_tax boolean, inter_state boolean)
returns private.gst_amounts
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    result private.gst_amounts;
    rounded constant numeric := round(amount, 2);
    -- An inclusive price fixes the gross: the tax is taken out first and the taxable value is what remains,
    -- so that the parts always add back to the price. 100.00 at 18 % is 84.74 + 7.63 + 7.63.
    divisor constant numeric := case when price_includes_tax then 100 + rate else 100 end;
begin
    if inter_state then
        result.igst := round(rounded * rate / divisor, 2);
        result.cgst := 0;
    else
        -- Each half is computed at half the rate: halving a rounded tax would give unequal halves.
        result.igst := 0;
        result.cgst := round(rounded * rate / 2 / divisor, 2);
    end if;
    result.sgst := result.cgst;
    result.tax_amount := result.cgst + result.sgst + result.igst;
    result.taxable_value := case when price_includes_tax then rounded - result.tax_amount else rounded end;
    result.total_amount := result.taxable_value + result.tax_amount;
    return result;
end;
$$;
grant execute on function private.gst to authenticated, service_role;
comment on function private.gst is
'The only place where GST is computed: CGST = SGST at half the rate each, or IGST, rounded half-up to the paisa (spec: Calculate GST).';

create function private.tax_in_words(seller_state text, place_of_supply text, inter_state boolean)
returns text
language sql
stable
set search_path = ''
as $$
    select case
        when inter_state then format('%s → %s: IGST', coalesce(seller.name, 'Your state'), place.name)
        when seller.code is null then 'CGST + SGST, as long as your state is unknown'
        else format('Within %s: CGST + %s', seller.name, case when seller.has_utgst then 'UTGST' else 'SGST' end)
    end
    from (values (seller_state, place_of_supply)) as asked (seller_code, place_code)
    left join public.gst_states as seller on seller.code = asked.seller_code
    left join public.gst_states as place on place.code = asked.place_code
$$;
grant execute on function private.tax_in_words to authenticated;
comment on function private.tax_in_words is 'Which GST is due and why, for people: Maharashtra → Karnataka: IGST.';


-- GSTIN --------------------------------------------------------------------------------------------

create function private.gstin_check_character(gstin text)
returns text
language sql
immutable
strict
parallel safe
set search_path = ''
as $$
    select substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', ((36 - sum(product / 36 + product % 36) % 36) % 36)::integer + 1, 1)
    from (
        select
            (strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(gstin, place, 1)) - 1)
            * (case when place % 2 = 1 then 1 else 2 end) as product
        from generate_series(1, 14) as place
    ) as weighted
$$;
grant execute on function private.gstin_check_character to authenticated;
comment on function private.gstin_check_character is 'The 15th character that the first 14 of a GSTIN demand.';

create function private.gstin_fault(gstin text)
returns text
language sql
stable
strict
set search_path = ''
as $$
    select case
        when length(gstin) <> 15 then format('a GSTIN has 15 characters, this one has %s', length(gstin))
        when gstin !~ '^[0-9]{2}' then 'a GSTIN starts with the two digits of its state'
        when gstin !~ '^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z]'
            then 'characters 3 to 12 are a PAN: five letters, four digits, one letter'
        when gstin !~ '^.{12}[1-9A-Z]' then 'character 13 counts the registrations of a PAN: 1 to 9 or A to Z'
        when gstin !~ '^.{13}Z' then 'character 14 of a regular GSTIN is Z'
        when not exists (select from public.gst_states where code = left(gstin, 2) and code <> '96')
            then format('%s is not a state code', left(gstin, 2))
        when gstin !~ '^.{14}[0-9A-Z]' or right(gstin, 1) <> private.gstin_check_character(gstin)
            then format('the check character should be %s', private.gstin_check_character(gstin))
    end
$$;
grant execute on function private.gstin_fault to authenticated;
comment on function private.gstin_fault is 'What is wrong with a GSTIN (no spaces, upper case), in words; null when nothing is.';

create function private.plain_gstin(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return nullif(upper(regexp_replace(value, '\s', '', 'g')), '');
end;
$$;
grant execute on function private.plain_gstin to authenticated;
comment on function private.plain_gstin is 'A GSTIN without spaces and in upper case, null for an empty one.';

create function private.checked_gstin(value text, field text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    gstin constant text := private.plain_gstin(value);
    fault constant text := private.gstin_fault(gstin);
begin
    if fault is not null then
        perform private.raise_problem(422, 'invalid_gstin', format('GSTIN %s is not valid: %s.', gstin, fault), field);
    end if;
    return gstin;
end;
$$;
comment on function private.checked_gstin is 'The plain form of a valid GSTIN, null for an empty one; 422 invalid_gstin with the reason and the field otherwise.';


-- Rates --------------------------------------------------------------------------------------------

create function private.unusual_rates(day date, rates numeric[])
returns numeric[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return array(
        select distinct trim_scale(asked.rate)
        from unnest(rates) as asked (rate)
        where
            asked.rate is not null
            and not exists (
                select from public.gst_rates as known
                where
                    known.rate = asked.rate and day >= known.valid_from and day <= coalesce(known.valid_to, day)
                    and known.only_for is null
            )
    );
end;
$$;
grant execute on function private.unusual_rates to authenticated;
comment on function private.unusual_rates is 'Those of the rates that were no GST rates on that day, or for few goods only.';

create function private.rate_warnings(unusual_rates numeric[], day date)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
    if unusual_rates = '{}' then
        return '[]';
    end if;
    return (
        select json_agg(json_build_object(
            'code', 'unusual_tax_rate',
            'message', case
                when known.only_for is null then format('%s %% is not a GST rate in force on %s.', unusual_rate, day)
                else format('%s %% is a GST rate only for %s on %s.', unusual_rate, known.only_for, day)
            end
        ))
        from unnest(unusual_rates) as unusual_rate
        left join public.gst_rates as known
            on known.rate = unusual_rate and day >= known.valid_from and day <= coalesce(known.valid_to, day)
    );
end;
$$;
grant execute on function private.rate_warnings to authenticated;
comment on function private.rate_warnings is
'The warnings an invoice or a calculation carries for rates that were none on that day, or for few goods only.';


-- Policies -----------------------------------------------------------------------------------------

alter table public.gst_states enable row level security;
alter table public.gst_rates enable row level security;
grant select on public.gst_states, public.gst_rates to authenticated, service_role;

create policy "everyone signed in reads the states" on public.gst_states for select to authenticated using (true);
create policy "everyone signed in reads the rates" on public.gst_rates for select to authenticated using (true);

-- GST in the contract: the tax on an amount, and that of an invoice as it stands in the books.


-- The contract's shape -----------------------------------------------------------------------------

create function private.gst_answer(
    original_amount numeric, tax_rate numeric, tax_included boolean, computed private.gst_amounts, warnings jsonb
)
returns json
language sql
stable
set search_path = ''
as $$
    select json_build_object(
        'original_amount', round(original_amount, 2),
        'tax_rate', trim_scale(tax_rate),
        'taxable_value', computed.taxable_value,
        'tax_amount', computed.tax_amount,
        'total_amount', computed.total_amount,
        'tax_included', tax_included,
        'breakdown', json_build_object('cgst', computed.cgst, 'sgst', computed.sgst, 'igst', computed.igst),
        'warnings', warnings
    )
$$;
grant execute on function private.gst_answer to authenticated;
comment on function private.gst_answer is 'A GST calculation in the contract''s shape.';


-- The contract's functions -------------------------------------------------------------------------

create function api.calculate_gst(
    amount numeric, tax_included boolean default false, tax_rate numeric default 18, inter_state boolean default false
)
returns json
language sql
stable
set search_path = ''
as $$
    select private.gst_answer(
        amount, tax_rate::public.tax_rate, tax_included, private.gst(amount, tax_rate, tax_included, inter_state),
        private.rate_warnings(
            private.unusual_rates(private.today(private.current_user_id()), array[tax_rate]),
            private.today(private.current_user_id())
        )::jsonb
    )
$$;
grant execute on function api.calculate_gst to authenticated;
comment on function api.calculate_gst is 'GST on an amount, in rupees (spec: Calculate GST).';

create function private.rates_of(invoice public.invoices)
returns numeric[]
language sql
stable
set search_path = ''
as $$
    select array(
        select distinct trim_scale(coalesce(item.tax_rate, invoice.tax_rate)) as rate
        from public.invoice_items as item
        where item.invoice_id = invoice.id
        order by rate
    )
$$;
grant execute on function private.rates_of to authenticated;
comment on function private.rates_of is 'The GST rates that the lines of an invoice have, each once, the lowest first.';

create function private.mixed_rate_warnings(rates numeric[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select case when cardinality(rates) > 1 then jsonb_build_array(jsonb_build_object(
        'code', 'mixed_tax_rates',
        'message', format(
            'The lines are taxed at %s %%, each at its own; tax_rate is that of lines without one.',
            array_to_string(rates, ' %, ')
        )
    )) else '[]' end
$$;
grant execute on function private.mixed_rate_warnings to authenticated;
comment on function private.mixed_rate_warnings is 'The warning that a calculation carries when its lines have several rates.';

create function api.calculate_invoice_gst(invoice_id uuid)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
    invoice public.invoices;
    rates numeric[];
begin
    select * into invoice from public.invoices where id = invoice_id;
    if not found then
        perform private.raise_problem(404, 'invoice_not_found', 'There is no such invoice.');
    end if;
    rates := private.rates_of(invoice);
    return private.gst_answer(
        case when invoice.price_includes_tax then invoice.total_amount else invoice.subtotal end,
        case cardinality(rates) when 1 then rates[1] else invoice.tax_rate end,
        invoice.price_includes_tax,
        row(invoice.subtotal, invoice.cgst, invoice.sgst, invoice.igst, invoice.tax_amount, invoice.total_amount)::private.gst_amounts,
        private.mixed_rate_warnings(rates) || private.rate_warnings(
            private.unusual_rates(invoice.issue_day, rates), invoice.issue_day
        )::jsonb
    );
end;
$$;
grant execute on function api.calculate_invoice_gst to authenticated;
comment on function api.calculate_invoice_gst is 'The GST of an invoice as it stands in the books (spec: Calculate GST for a specific invoice).';

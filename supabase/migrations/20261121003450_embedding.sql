-- Embedding: which tables the Data API may put into each other's rows.
--
-- PostgREST follows every foreign key in both directions, and again from there: invoice_items -> invoices -> invoice_items
-- answers the square of an invoice's lines. So a row may embed what it belongs to, and a document its lines; nothing leads
-- to a document, and nobody embeds all that belongs to a row. A function with the name of a table, of a row of another
-- table, takes the place of the foreign keys between the two (PostgREST's computed relationships): these refuse. Views
-- of the contracts embed nothing, except an invoice its notes: PostgREST finds the foreign keys of a view in its columns,
-- and there the columns that lead to others are expressions.
-- tests/security/tenants/test_embedding.py finds a foreign key that is missing here.

do $$
declare
    refused record;
begin
    for refused in
        select * from (values
            ('profiles', 'accounts'), ('profiles', 'blacklisted_tokens'), ('profiles', 'contacts'), ('profiles', 'invoices'),
            ('profiles', 'invoice_items'), ('profiles', 'items'), ('profiles', 'ledger_entries'), ('profiles', 'settlements'),
            ('profiles', 'tax_filings'), ('profiles', 'transactions'),
            ('gst_states', 'contacts'), ('gst_states', 'invoices'), ('gst_states', 'profiles'),
            ('accounts', 'transactions'), ('transactions', 'settlements'), ('transactions', 'tax_filings'),
            ('invoices', 'invoices'), ('invoices', 'settlements'), ('invoice_items', 'invoices'), ('settlements', 'invoices'),
            ('profiles', 'bills'), ('profiles', 'bill_items'), ('profiles', 'credit_adjustments'), ('profiles', 'gstr2b_documents'),
            ('gst_states', 'bills'), ('transactions', 'bills'), ('bills', 'bills'), ('bills', 'bill_items'),
            ('bills', 'credit_adjustments'), ('bills', 'gstr2b_documents'), ('credit_adjustments', 'credit_adjustments')
        ) as pairs (source, target)
    loop
        execute format(
            $function$
            create function public.%1$I(public.%2$I)
            returns setof public.%1$I
            language plpgsql
            set search_path = ''
            as $body$
            begin
                perform private.raise_problem(
                    400, 'embedding_not_available', 'Rows of %2$s do not embed %1$s. Ask for the rows of %1$s by themselves.'
                );
            end;
            $body$;
            grant execute on function public.%1$I(public.%2$I) to authenticated, service_role;
            comment on function public.%1$I(public.%2$I) is 'Refuses to embed %1$s in %2$s: 400 embedding_not_available.';
            $function$,
            refused.target, refused.source
        );
    end loop;
end;
$$;
notify pgrst, 'reload schema';

-- GST registration: under which scheme the user supplies, and who may collect tax.
--
-- Only a registered person may collect tax (CGST Act s.32), and one under the composition scheme may not (s.10(4)). Who has
-- declared neither is not stopped, as the contract has it, but warned; see private.invoice_warnings.


create function private.may_collect_tax(owner uuid)
returns boolean
language plpgsql
stable
security definer -- reads the profile whoever writes
set search_path = ''
as $$
begin
    return coalesce((select gst_scheme from public.profiles where id = owner), 'regular') = 'regular';
end;
$$;
grant execute on function private.may_collect_tax to authenticated, service_role;
comment on function private.may_collect_tax is 'False for who has declared to be unregistered or under the composition scheme.';

create function private.check_tax_allowed(owner uuid, tax_rate numeric)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if tax_rate > 0 and not private.may_collect_tax(owner) then
        perform private.raise_problem(
            422, 'tax_not_allowed',
            'You declared that you are not registered, or under the composition scheme: no tax may be collected (CGST Act s.10, 32).',
            'tax_rate'
        );
    end if;
end;
$$;
grant execute on function private.check_tax_allowed to authenticated, service_role;
comment on function private.check_tax_allowed is '422 tax_not_allowed for a rate above zero of a user who has declared that no tax is collected.';

create function private.usual_tax_rate(owner uuid)
returns numeric
language plpgsql
stable
security definer -- reads the profile whoever writes
set search_path = ''
as $$
begin
    return (
        select case when coalesce(gst_scheme, 'regular') = 'regular' then default_tax_rate else 0 end
        from public.profiles where id = owner
    );
end;
$$;
grant execute on function private.usual_tax_rate to authenticated, service_role;
comment on function private.usual_tax_rate is 'The rate of what names none, in percent: that of the profile, zero where no tax is collected.';

-- Money: the type of every amount, and amounts in words as India counts.


-- Types --------------------------------------------------------------------------------------------

-- `numeric` accepts NaN and holds it greater than every number, so a plain `> 0` would let it through.
create domain public.rupees as numeric(15, 2)
constraint rupees_is_a_number check (value <> 'NaN');
comment on domain public.rupees is 'An amount of Indian rupees, exact to the paisa; never NaN.';


-- Amounts in words ---------------------------------------------------------------------------------

create function private.number_in_words(whole numeric)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
    ones constant text[] := string_to_array(
        'One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen '
        'Eighteen Nineteen', ' '
    );
    tens constant text[] := string_to_array('Ten Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety', ' ');
    scale record;
begin
    if whole = 0 then
        return 'Zero';
    elsif whole < 20 then
        return ones[whole::integer];
    elsif whole < 100 then
        return concat_ws('-', tens[div(whole, 10)::integer], ones[mod(whole, 10)::integer]);
    end if;
    for scale in
        select * from (values (10000000, 'Crore'), (100000, 'Lakh'), (1000, 'Thousand'), (100, 'Hundred')) as scales (size, name)
    loop
        if whole >= scale.size then
            return concat_ws(
                ' ', private.number_in_words(div(whole, scale.size)), scale.name,
                case when mod(whole, scale.size) > 0 then private.number_in_words(mod(whole, scale.size)) end
            );
        end if;
    end loop;
    return null;
end;
$$;
grant execute on function private.number_in_words to authenticated;
comment on function private.number_in_words is 'A whole number in words as India counts: 1123000 is Eleven Lakh Twenty-Three Thousand.';

create function private.amount_in_words(amount numeric)
returns text
language sql
immutable
set search_path = ''
as $$
    select concat_ws(
        ' and ',
        case
            when trunc(amount) = 1 then 'One Rupee'
            when trunc(amount) > 1 or amount = 0 then private.number_in_words(trunc(amount)) || ' Rupees'
        end,
        case mod(amount, 1) * 100
            when 0 then null
            when 1 then 'One Paisa'
            else private.number_in_words(mod(amount, 1) * 100) || ' Paise'
        end
    ) || ' Only'
$$;
grant execute on function private.amount_in_words to authenticated;
comment on function private.amount_in_words is
'Rupees in words, in lakh and crore: One Thousand One Hundred Eighty Rupees and Fifty Paise Only.';

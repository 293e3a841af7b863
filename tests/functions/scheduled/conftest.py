"""What the tests of the schedule share."""

from uuid import UUID

import psycopg
import pytest

from tests.functions.scheduled.jobs import USERS
from tests.target import Target


@pytest.fixture(scope="module")
def town(target: Target) -> list[UUID]:
    """A thousand users of all frequencies and of several zones; some have sold something in each year."""
    with psycopg.connect(target.db_url) as database:
        users = database.execute(
            """
            insert into auth.users (id, email)
            select gen_random_uuid(), format('town-%%s-%%s@example.com', number, gen_random_uuid())
            from generate_series(1, %s) as number
            returning id
            """,
            (USERS,),
        ).fetchall()
        ids = sorted(user for (user,) in users)
        database.execute(
            """
            update public.profiles set
                filing_frequency = (array['monthly', 'quarterly', 'annually'])[1 + mod(place, 3)],
                time_zone = case mod(place, 40) when 0 then 'America/New_York' when 1 then 'UTC' else 'Asia/Kolkata' end
            from unnest(%s::uuid[]) with ordinality as town (user_id, place)
            where id = town.user_id
            """,
            (ids,),
        )
        database.execute(
            """
            insert into public.transactions (user_id, transaction_type, amount, tax_rate, date)
            select user_id, 'sale', 118, 18, make_date(year, 9, 15)
            from unnest(%s::uuid[]) with ordinality as town (user_id, place), generate_series(2010, 2012) as year
            where mod(place, 30) = 1
            """,
            (ids,),
        )
    return ids

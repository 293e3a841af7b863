"""What somebody could break of the promise that neighbours neither see nor stop each other, past row level security."""

from tests.mutations.sabotage import Sabotage, sql

ESTIMATES = "tests/security/tenants/test_estimates.py"
BUSY = "tests/security/test_busy_tenant.py"

NEIGHBOURS: list[Sabotage] = [
    sql("Nobody is told an estimate", "requests", "(planned|estimated)", "(planned)", ESTIMATES),
    sql(
        "There are no samples of customers", "planner_statistics",
        "alter column customer_email set statistics 0,\n", "", ESTIMATES,
    ),
    sql(
        "Lines do not lead back to their invoice", "embedding",
        "('invoice_items', 'invoices'), ", "", "tests/security/tenants/test_embedding.py",
    ),
    sql(
        "Accounts do not embed their transactions", "accounts",
        "coalesce(user_id) as user_id", "user_id", "tests/security/tenants/test_embedding.py",
    ),
    sql("Few requests of a user hold a connection", "requests", "perform private.take_connection(caller);", "", BUSY),
    sql("A read ends", "requests", "'statement_timeout', '4s'", "'statement_timeout', '8s'", BUSY),
    sql("Few wait for their books", "books", "perform private.take_place_in_queue(user_id);", "", BUSY),
    sql(
        "Busy books come at the end", "schedule",
        "free constant uuid[] := private.free_books(owners, batch_size);", "free constant uuid[] := owners;",
        "tests/functions/scheduled/test_busy_books.py",
    ),
]  # fmt: skip

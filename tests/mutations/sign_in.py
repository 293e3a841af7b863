"""What somebody could break about sessions, tokens, and the limits of log-in."""

from tests.mutations.sabotage import Sabotage, sql

MIDDLEWARE = "tests/security/test_middleware.py"
SESSIONS = "tests/security/test_sessions.py"
TOKENS = "tests/functions/auth/test_tokens.py"

SIGN_IN: list[Sabotage] = [
    # Sessions and tokens
    sql(
        "A token that was logged out is dead", "sessions",
        "where known.user_id = owner and known.session_id =", "where false and known.session_id =",
        "tests/security/test_logout.py",
    ),
    sql(
        "Policies know what was logged out", "sessions",
        "where user_id = auth.uid() and session_id =", "where false and session_id =",
        f"{SESSIONS} -k policies",
    ),
    sql(
        "A session that Supabase Auth has ended is dead", "sessions",
        "session.id = session_is_open.session_id\n", "true or session.id = session_is_open.session_id\n",
        SESSIONS,
    ),
    sql("A refresh token that is used again ends its session", "sessions", "and not token.revoked", "", SESSIONS),
    Sabotage(
        "A token's signature is verified", "shared/auth/tokens.py",
        'options={"require": _REQUIRED_CLAIMS}', 'options={"require": _REQUIRED_CLAIMS, "verify_signature": False}',
        "tests/shared/auth",
    ),
    Sabotage(
        "A published key signs nothing symmetric", "shared/auth/tokens.py",
        "if key.key_id and key.algorithm_name in _ASYMMETRIC", "if key.key_id",
        "tests/shared/auth",
    ),
    Sabotage(
        "A token is a signed-in user's", "shared/auth/tokens.py",
        'claims["role"] != "authenticated" or claims.get("is_anonymous") is True', 'claims["role"] == "nobody"',
        TOKENS,
    ),
    # The limits of log-in
    sql("Ten failures are enough", "login_limits", "pair_failures >= 10", "pair_failures > 10", MIDDLEWARE),
    sql(
        "Attempts count while they are undecided", "login_limits",
        "pair_attempts >= 10 or account_attempts >= 100 or client_attempts >= 100", "false",
        "tests/security/test_bursts.py",
    ),
    sql("Who gets in is no longer suspected", "login_limits", "create trigger forget_attempts after insert on auth.sessions\nfor each row execute function private.forget_attempts();", "", MIDDLEWARE),
    Sabotage(
        "A refusal takes the same time for everybody", "functions/auth/usernames.py",
        "_REFUSAL_SECONDS = 0.5", "_REFUSAL_SECONDS = 0.0", f"{MIDDLEWARE} -k Strangers",
    ),
    Sabotage(
        "Pages count guesses, too", "functions/auth/browser_login.py",
        "names.sign_in(auth, Login.model_validate(sent))", "auth.sign_in(*Login.model_validate(sent).model_dump().values())",
        f"{MIDDLEWARE} -k pages",
    ),
    Sabotage(
        "Who logs in came from our page", "shared/web/csrf.py",
        "if not comes_from_us(request.headers):", "if request.method == 'GET':", "tests/functions/web/test_sign_in.py -k another_site",
    ),
    Sabotage(
        "A forgotten password tells nothing about users", "functions/auth/passwords.py",
        "_MAIL_SECONDS = 1.5", "_MAIL_SECONDS = 0.0", "tests/functions/auth/test_passwords.py -k time",
    ),
    Sabotage(
        "A new password takes the current one", "functions/auth/passwords.py",
        "raise WrongPassword from None", "session = {}", "tests/functions/auth/test_passwords.py -k Change",
    ),
]  # fmt: skip

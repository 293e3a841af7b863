"""The settings of Auth: that of Supabase Lite, or Supabase Auth itself."""

import json
from pathlib import Path
from typing import Any

from local.process.ports import HOST, Ports
from local.project import ROOT, Problem, supabase_config
from local.supabase import keys

SENDER = "no-reply@renpay.test"
_RECORD = "auth"
_LIMITED = ("ANONYMOUS_USERS", "EMAIL_SENT", "OTP", "TOKEN_REFRESH", "VERIFY")


def lite_environment(db_url: str, ports: Ports, *, with_mailbox: bool) -> dict[str, str]:
    """What `auth.mjs` reads."""
    config = supabase_config()["auth"]
    settings = {
        "port": ports.auth,
        "database_url": db_url,
        "issuer": _issuer(ports),
        "jwt_secret": keys.JWT_SECRET,
        "site_url": _site_url(ports),
        "jwt_expiry": config["jwt_expiry"],
        "minimum_password_length": config["minimum_password_length"],
        "enable_refresh_token_rotation": config["enable_refresh_token_rotation"],
        "enable_confirmations": config["email"]["enable_confirmations"],
        "mail_templates": {
            name: {**template, "content_path": str(ROOT / template["content_path"])}
            for name, template in mail_templates().items()
        },
        "sender": SENDER,
        "smtp_port": ports.smtp if with_mailbox else None,
    }
    return {"AUTH_SETTINGS": json.dumps(settings), "DO_NOT_TRACK": "1", "LITE_TELEMETRY": "0"}


def supabase_environment(db_url: str, ports: Ports, *, with_mailbox: bool) -> dict[str, str]:
    """What Supabase Auth reads, as a hosted project with our supabase/config.toml sets it."""
    config = supabase_config()["auth"]
    allowed = [_site_url(ports), *config["additional_redirect_urls"]]
    return {
        "PORT": str(ports.auth),
        "API_EXTERNAL_URL": f"http://{HOST}:{ports.gateway}",
        "DATABASE_URL": db_url,
        "GOTRUE_API_HOST": HOST,
        "GOTRUE_DB_DRIVER": "postgres",
        "GOTRUE_DB_MAX_POOL_SIZE": "8",
        "GOTRUE_SITE_URL": _site_url(ports),
        "GOTRUE_URI_ALLOW_LIST": ",".join(allowed),
        "GOTRUE_DISABLE_SIGNUP": _text(not config["enable_signup"]),
        "GOTRUE_EXTERNAL_EMAIL_ENABLED": "true",
        "GOTRUE_PASSWORD_MIN_LENGTH": str(config["minimum_password_length"]),
        "GOTRUE_JWT_SECRET": keys.JWT_SECRET,
        "GOTRUE_JWT_ISSUER": _issuer(ports),
        "GOTRUE_JWT_EXP": str(config["jwt_expiry"]),
        "GOTRUE_JWT_AUD": "authenticated",
        "GOTRUE_JWT_DEFAULT_GROUP_NAME": "authenticated",
        "GOTRUE_JWT_ADMIN_ROLES": "service_role",
        "GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED": _text(config["enable_refresh_token_rotation"]),
        "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL": str(config["refresh_token_reuse_interval"]),
        "GOTRUE_SECURITY_SB_FORWARDED_FOR_ENABLED": "true",
        # Everybody on this machine has the same address, so limits for each address would count all together.
        **{f"GOTRUE_RATE_LIMIT_{name}": "100000" for name in _LIMITED},
        **_mail_settings(config["email"], ports, with_mailbox=with_mailbox),
    }


def _mail_settings(email: dict[str, Any], ports: Ports, *, with_mailbox: bool) -> dict[str, str]:
    links = {
        f"GOTRUE_MAILER_URLPATHS_{name}": "/auth/v1/verify"
        for name in ("CONFIRMATION", "INVITE", "RECOVERY", "EMAIL_CHANGE")
    }
    # Supabase Auth reads templates from an address. The mailbox has them.
    templates = {
        f"GOTRUE_MAILER_TEMPLATES_{name.upper()}": f"http://{HOST}:{ports.mailbox}/templates/{name}"
        for name in mail_templates()
    }
    subjects = {
        f"GOTRUE_MAILER_SUBJECTS_{name.upper()}": template["subject"]
        for name, template in mail_templates().items()
    }
    server = {
        "GOTRUE_SMTP_HOST": HOST,
        "GOTRUE_SMTP_PORT": str(ports.smtp),
        "GOTRUE_SMTP_ADMIN_EMAIL": SENDER,
        "GOTRUE_SMTP_SENDER_NAME": "Renpay",
    }
    return {
        "GOTRUE_MAILER_AUTOCONFIRM": _text(not email["enable_confirmations"]),
        "GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED": _text(email["double_confirm_changes"]),
        **links,
        **subjects,
        **({**server, **templates} if with_mailbox else {}),
    }


def mail_templates() -> dict[str, dict[str, str]]:
    """Subject and file of each mail that supabase/config.toml changes, by its name there."""
    templates: dict[str, dict[str, str]] = supabase_config()["auth"]["email"].get("template", {})
    return templates


def claim_data(folder: Path, auth: Path | None) -> None:
    """Record whose tables of Auth the data folder has. Raises Problem if they are those of the other Auth."""
    record, ours = folder / _RECORD, "Supabase Lite" if auth is None else "Supabase Auth"
    if not record.exists():
        record.write_text(ours)
    elif (theirs := record.read_text()) != ours:
        way_back = "Set SUPABASE_AUTH" if auth is None else "Unset SUPABASE_AUTH"
        raise Problem(
            f"The local data has the tables of {theirs}, not of {ours}. {way_back}, or run `make reset`."
        )


def _issuer(ports: Ports) -> str:
    return f"http://{HOST}:{ports.gateway}/auth/v1"


def _site_url(ports: Ports) -> str:
    """The address of the pages: that of supabase/config.toml, with the port that they have here."""
    return f"{supabase_config()['auth']['site_url'].rpartition(':')[0]}:{ports.api}"


def _text(value: bool) -> str:
    return str(value).lower()

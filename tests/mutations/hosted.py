"""What somebody could break about hosted Supabase and the deployment to it."""

from tests.mutations.sabotage import Sabotage

AUTH = "tests/functions/auth/test_hosted_auth.py"
REST = "tests/shared/supabase/test_rest.py"
PROJECT = "tests/deploy/test_project_settings.py"
SETTINGS = "tests/deploy/test_settings.py"

HOSTED = [
    Sabotage(
        "A refresh that has to wait ends no session", "shared/web/session.py",
        "if isinstance(problem, InvalidRefreshToken):", "if True:", "tests/functions/web/test_hosted_session.py",
    ),
    Sabotage(
        "A schema that is not exposed logs nobody out", "shared/supabase/rest.py",
        "if answer.is_error and error_of(answer).code != accepted:",
        "if answer.is_error and not (accepted and answer.status_code in {406, 416}):", REST,
    ),
    Sabotage("A page of a gateway is no error of ours", "shared/problems/gateway.py", " or answer.status_code >= _FIRST_OF_GATEWAYS", "", AUTH),
    Sabotage("A closed registration is sent once", "functions/auth/usernames.py", "except UnexplainedFailure:", "except Problem:", f"{AUTH} -k sent_once"),
    Sabotage("Who has no mail is told", "shared/supabase/auth.py", '    "email_address_not_authorized": EmailNotDeliverable,\n', "", f"{AUTH} -k TestRegistration"),
    Sabotage("A full disk lets people log in", "functions/auth/usernames.py", "except DatabaseReadOnly:", "except LookupError:", f"{AUTH} -k read_only"),
    Sabotage(
        "Limits count the user's address", "deploy/database.py",
        "    forward_client_addresses(settings, ref)\n", "", PROJECT,
    ),
    Sabotage(
        "The dashboard's choice of who may register stays", "deploy/database.py",
        'f"{key} = {value}\\n" if value else ""', 'f"{key} = {value or True}\\n".lower()', SETTINGS,
    ),
    Sabotage("A password needs the current one", "supabase/config.toml", "require_current_password = true\n", "", PROJECT),
    Sabotage("A wrong issuer is found before the deployment", "deploy/tokens.py", "if issuer != demanded.issuer:", "if not issuer:", f"{PROJECT} -k TestTokens"),
    Sabotage("The deployer may switch on the access log", "deploy/deployer-policy.json", '        "logs:CreateLogDelivery",\n', "", "tests/deploy/test_deployer_policy.py -k access_log"),
    Sabotage(
        "A new stage is silent", "deploy/resources.cjs",
        'TreatMissingData: "missing",', 'TreatMissingData: "breaching",', "tests/deploy/test_deployment.py -k missed_run",
    ),
]  # fmt: skip

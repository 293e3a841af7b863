"""`make deploy` into an emulated AWS: what arrives there, and in the template what the emulation drops."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.functions import api_url
from deploy.service import SERVERLESS_YML, functions
from local.gateway.routes import Service
from shared.supabase.http_client import ANSWER_WITHIN_SECONDS, CONNECT_SECONDS
from tests.deploy.aws import REGION
from tests.deploy.conftest import STAGE, Deployed

NAMES = [function.name for function in functions()]
HTTP = sorted({route.function for route in Service.read(SERVERLESS_YML).routes})
SECRET = [function.name for function in functions() if function.reads_secret_key]


def logical(name: str) -> str:
    return name[0].upper() + name[1:]


def statements(deployed: Deployed, role: str) -> list[dict[str, Any]]:
    [policy] = deployed.properties(role)["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


@pytest.fixture
def alarms(deployed: Deployed) -> list[dict[str, Any]]:
    client = deployed.aws.client("cloudwatch")
    found: list[dict[str, Any]] = client.describe_alarms(MaxRecords=100)["MetricAlarms"]
    return found


class TestStack:
    def test_it_is_complete(self, deployed: Deployed) -> None:
        [stack] = deployed.aws.client("cloudformation").describe_stacks()["Stacks"]
        assert (stack["StackName"], stack["StackStatus"]) == ("renpay-prod", "UPDATE_COMPLETE")
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        assert outputs["HttpApiUrl"].startswith("https://")

    @pytest.mark.parametrize("own_name", ["", "http://127.0.0.1:1"], ids=["none", "without its CNAME"])
    def test_without_a_name_of_its_own_it_answers_at_the_address_that_aws_gave(
        self, deployed: Deployed, own_name: str
    ) -> None:
        [stack] = deployed.aws.client("cloudformation").describe_stacks()["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        settings = {**os.environ, **deployed.aws.environment, "API_URL": own_name}
        assert api_url(STAGE, settings) == outputs["HttpApiUrl"]

    def test_cfn_lint_finds_no_error(self, deployed: Deployed, tmp_path: Path) -> None:
        template = tmp_path / "template.json"
        template.write_text(json.dumps(deployed.template))
        cfn_lint = Path(sys.executable).with_name("cfn-lint")
        # W3005: osls names dependencies that follow from references, too.
        options = ["--regions", REGION, "--ignore-checks", "W3005", "--template", str(template)]
        found = subprocess.run([cfn_lint, *options], capture_output=True, text=True, check=False)
        assert (found.stdout, found.returncode) == ("", 0)

    def test_no_secret_is_in_the_template(self, deployed: Deployed) -> None:
        assert "sb_secret_key" not in json.dumps(deployed.template)
        for function in deployed.resources("AWS::Lambda::Function").values():
            assert "SUPABASE_SECRET_KEY" not in function["Properties"]["Environment"]["Variables"]

    def test_the_secret_key_is_in_the_parameter_store(self, deployed: Deployed) -> None:
        stored = deployed.aws.client("ssm").get_parameter(
            Name="/renpay/prod/supabase-secret-key", WithDecryption=True
        )["Parameter"]
        assert (stored["Type"], stored["Value"]) == ("SecureString", "sb_secret_key")


class TestFunctions:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_bytes_are_those_that_were_built(self, deployed: Deployed, name: str) -> None:
        built = deployed.packages[name].path.read_bytes()
        configuration = deployed.aws.client("lambda").get_function(FunctionName=f"renpay-prod-{name}")[
            "Configuration"
        ]
        assert configuration["CodeSha256"] == base64.b64encode(hashlib.sha256(built).digest()).decode()
        code = deployed.properties(f"{logical(name)}LambdaFunction")["Code"]
        [bucket] = deployed.aws.client("s3").list_buckets()["Buckets"]
        uploaded = deployed.aws.client("s3").get_object(Bucket=bucket["Name"], Key=code["S3Key"])
        assert uploaded["Body"].read() == built

    @pytest.mark.parametrize("name", NAMES)
    def test_it_runs_as_serverless_yml_says(self, deployed: Deployed, name: str) -> None:
        client = deployed.aws.client("lambda")
        configuration = client.get_function_configuration(FunctionName=f"renpay-prod-{name}")
        assert configuration["Runtime"] == "python3.13"
        assert configuration["Handler"] == f"functions/{name}/handler.handler"
        variables = configuration["Environment"]["Variables"]
        assert variables["SUPABASE_URL"] == deployed.project.url
        assert variables["SUPABASE_KEY"] == "sb_publishable_key"
        assert variables["METRICS_NAMESPACE"] == "renpay-prod"
        template = deployed.properties(f"{logical(name)}LambdaFunction")
        assert template["Architectures"] == ["arm64"]
        log = deployed.properties(f"{logical(name)}LogGroup")
        assert log == {"LogGroupName": f"/aws/lambda/renpay-prod-{name}", "RetentionInDays": 90}

    @pytest.mark.parametrize("name", HTTP)
    def test_it_gives_up_before_the_gateway_and_after_its_own_client(
        self, deployed: Deployed, name: str
    ) -> None:
        [integration] = [
            resource["Properties"]
            for logical_id, resource in deployed.resources("AWS::ApiGatewayV2::Integration").items()
            if logical_id == f"HttpApiIntegration{logical(name)}"
        ]
        seconds = deployed.properties(f"{logical(name)}LambdaFunction")["Timeout"]
        assert ANSWER_WITHIN_SECONDS + CONNECT_SECONDS < seconds < integration["TimeoutInMillis"] / 1000 <= 30

    def test_snapshots_are_taken_where_people_wait(self, deployed: Deployed) -> None:
        snapped = {
            logical_id
            for logical_id, function in deployed.resources("AWS::Lambda::Function").items()
            if function["Properties"].get("SnapStart") == {"ApplyOn": "PublishedVersions"}
        }
        assert "AuthLambdaFunction" in snapped
        assert not snapped & {"ScheduledLambdaFunction", "SystemLambdaFunction"}
        aliases = deployed.resources("AWS::Lambda::Alias")
        assert len(aliases) == len(snapped)
        alias = deployed.aws.client("lambda").get_alias(FunctionName="renpay-prod-auth", Name="snapstart")
        assert alias["FunctionVersion"] == "1"


class TestGateway:
    def test_each_route_leads_to_its_function(self, deployed: Deployed) -> None:
        client = deployed.aws.client("apigatewayv2")
        [api] = client.get_apis()["Items"]
        targets = {
            f"integrations/{integration['IntegrationId']}": integration
            for integration in client.get_integrations(ApiId=api["ApiId"])["Items"]
        }
        found = {
            route["RouteKey"]: targets[route["Target"]]
            for route in client.get_routes(ApiId=api["ApiId"])["Items"]
        }
        assert len(found) == len(Service.read(SERVERLESS_YML).routes)
        for route in Service.read(SERVERLESS_YML).routes:
            key = "$default" if route.path == "/{proxy+}" else f"{route.method} {route.path}"
            function = found[key]["IntegrationUri"].partition(":function:")[2]
            assert function.split(":")[0] == f"renpay-prod-{route.function}"
            assert found[key]["PayloadFormatVersion"] == "2.0"
            assert found[key]["IntegrationType"] == "AWS_PROXY"

    def test_only_our_own_pages_may_call_it_from_a_browser(self, deployed: Deployed) -> None:
        [api] = deployed.aws.client("apigatewayv2").get_apis()["Items"]
        cors = api["CorsConfiguration"]
        assert cors["AllowOrigins"] == ["https://app.example.com"]
        assert {"Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id"} <= set(
            cors["AllowHeaders"]
        )
        assert {"X-Request-Id", "Retry-After", "Location", "X-Total-Count"} <= set(cors["ExposeHeaders"])

    def test_it_is_throttled_and_logs_no_more_than_it_may(self, deployed: Deployed) -> None:
        client = deployed.aws.client("apigatewayv2")
        [api] = client.get_apis()["Items"]
        stage = client.get_stage(ApiId=api["ApiId"], StageName="$default")
        assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 500
        passwords = ("ANY /api/auth/{proxy+}", "ANY /api/v1/auth/{proxy+}", "POST /login", "POST /register")
        assert set(passwords) <= set(stage["RouteSettings"])
        for settings in stage["RouteSettings"].values():
            assert settings["ThrottlingRateLimit"] == 50
        line = json.loads(stage["AccessLogSettings"]["Format"].replace("$context.status", "200"))
        assert not any(
            word in value for value in map(str, line.values()) for word in ("path", "query", "authorizer")
        )
        assert deployed.properties("HttpApiLogGroup")["RetentionInDays"] == 90

    def test_it_may_call_its_functions_and_nobody_else_may(self, deployed: Deployed) -> None:
        permissions = deployed.resources("AWS::Lambda::Permission").values()
        assert len(permissions) == len(HTTP)
        for permission in permissions:
            assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
            assert {"Ref": "HttpApi"} in permission["Properties"]["SourceArn"]["Fn::Join"][1]


class TestRoles:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_function_may_do_what_it_needs_and_no_more(self, deployed: Deployed, name: str) -> None:
        allowed = {
            action: statement["Resource"]
            for statement in statements(deployed, f"{logical(name)}Role")
            for action in statement["Action"]
        }
        own = {"logs:CreateLogStream", "logs:PutLogEvents"}
        own |= {"ssm:GetParameter"} if name in SECRET else set()
        own |= {"sqs:SendMessage"} if name == "scheduled" else set()
        assert set(allowed) == own
        assert f"log-group:/aws/lambda/renpay-prod-{name}:*" in allowed["logs:PutLogEvents"]["Fn::Sub"]

    def test_only_auth_and_scheduled_may_read_the_secret_key(self, deployed: Deployed) -> None:
        assert sorted(SECRET) == ["auth", "scheduled"]
        for name in SECRET:
            [statement] = [
                s for s in statements(deployed, f"{logical(name)}Role") if "ssm:GetParameter" in s["Action"]
            ]
            assert statement["Resource"]["Fn::Sub"].endswith(":parameter/renpay/prod/supabase-secret-key")
            variables = deployed.properties(f"{logical(name)}LambdaFunction")["Environment"]["Variables"]
            assert variables["SUPABASE_SECRET_KEY_PARAMETER"] == "/renpay/prod/supabase-secret-key"

    def test_each_function_has_a_role_of_its_own(self, deployed: Deployed) -> None:
        client = deployed.aws.client("lambda")
        roles = [
            client.get_function_configuration(FunctionName=f"renpay-prod-{name}")["Role"] for name in NAMES
        ]
        assert len(set(roles)) == len(NAMES)

    def test_no_statement_has_a_wildcard(self, deployed: Deployed) -> None:
        for role in deployed.resources("AWS::IAM::Role"):
            for statement in statements(deployed, role):
                assert "*" not in statement["Action"]
                assert statement["Resource"] != "*"


class TestSchedules:
    @pytest.mark.parametrize(
        ("job", "expression"),
        [("generate_tax_filings", "cron(30 0 * * ? *)")],
    )
    def test_a_job_runs_after_midnight_in_india(self, deployed: Deployed, job: str, expression: str) -> None:
        schedule = deployed.aws.client("scheduler").get_schedule(Name=f"renpay-prod-{job.replace('_', '-')}")
        assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == (
            expression,
            "Asia/Kolkata",
        )
        target = schedule["Target"]
        assert target["Arn"].endswith(":function:renpay-prod-scheduled")
        assert json.loads(target["Input"]) == {"job": job, "scheduled_time": "<aws.scheduler.scheduled-time>"}
        assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}
        assert target["DeadLetterConfig"]["Arn"].endswith(":renpay-prod-dead-letters")

    def test_the_scheduler_may_call_that_function_and_no_other(self, deployed: Deployed) -> None:
        invoke, bury = statements(deployed, "SchedulerRole")
        assert (invoke["Action"], invoke["Resource"]) == (
            ["lambda:InvokeFunction"],
            {"Fn::GetAtt": ["ScheduledLambdaFunction", "Arn"]},
        )
        assert (bury["Action"], bury["Resource"]) == (
            ["sqs:SendMessage"],
            {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        )
        [trust] = deployed.properties("SchedulerRole")["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}

    def test_a_run_that_fails_is_tried_again_and_then_kept(self, deployed: Deployed) -> None:
        client = deployed.aws.client("lambda")
        config = client.get_function_event_invoke_config(FunctionName="renpay-prod-scheduled")
        assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 3600)
        dead_letters = deployed.properties("ScheduledLambdaFunction")["DeadLetterConfig"]
        assert dead_letters == {"TargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}


class TestAlarms:
    @pytest.mark.parametrize("name", NAMES)
    def test_errors_and_throttles_of_each_function(self, alarms: list[dict[str, Any]], name: str) -> None:
        own = [{"Name": "FunctionName", "Value": f"renpay-prod-{name}"}]
        assert {alarm["MetricName"] for alarm in alarms if alarm["Dimensions"] == own} == {
            "Errors",
            "Throttles",
        }

    @pytest.mark.parametrize("job", ["generate_tax_filings"])
    def test_a_missed_run_is_told_but_not_before_the_first(
        self, alarms: list[dict[str, Any]], job: str
    ) -> None:
        [alarm] = [alarm for alarm in alarms if alarm["Dimensions"] == [{"Name": "job", "Value": job}]]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("renpay-prod", "finished_runs")
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        assert alarm["Period"] * alarm["EvaluationPeriods"] > 24 * 3600
        # In CloudWatch an alarm begins without data and tells changes of its state only: a new stage is silent.
        assert alarm["TreatMissingData"] == "missing"
        assert alarm["InsufficientDataActions"] == alarm["AlarmActions"]

    def test_dead_letters_and_server_errors(self, alarms: list[dict[str, Any]]) -> None:
        metrics = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms}
        assert ("AWS/SQS", "ApproximateNumberOfMessagesVisible") in metrics
        assert ("AWS/ApiGateway", "5xx") in metrics

    def test_they_reach_somebody(self, deployed: Deployed, alarms: list[dict[str, Any]]) -> None:
        [topic] = deployed.aws.client("sns").list_topics()["Topics"]
        assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {topic["TopicArn"]}
        [subscription] = deployed.aws.client("sns").list_subscriptions()["Subscriptions"]
        assert subscription["Endpoint"] == "alarms@example.com"

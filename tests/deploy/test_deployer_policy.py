"""What the deployer may do, in deploy/deployer-policy.json: all that a deployment asks for, within its own names."""

import json
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from local.project import ROOT
from tests.deploy.aws import REGION
from tests.deploy.conftest import Deployed

POLICY: dict[str, Any] = json.loads((ROOT / "deploy" / "deployer-policy.json").read_text())
# API Gateway: Logging for HTTP APIs, the permissions of who switches it on.
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:CreateLogGroup",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
# CloudFormation makes each resource with the rights of the deployer.
ACTIONS = {
    "AWS::ApiGatewayV2::Api": "apigateway:POST",
    "AWS::ApiGatewayV2::ApiMapping": "apigateway:POST",
    "AWS::ApiGatewayV2::DomainName": "apigateway:POST",
    "AWS::ApiGatewayV2::Integration": "apigateway:POST",
    "AWS::ApiGatewayV2::Route": "apigateway:POST",
    "AWS::ApiGatewayV2::Stage": "apigateway:PATCH",
    "AWS::CloudWatch::Alarm": "cloudwatch:PutMetricAlarm",
    "AWS::IAM::Role": "iam:PutRolePolicy",
    "AWS::Lambda::Alias": "lambda:CreateAlias",
    "AWS::Lambda::EventInvokeConfig": "lambda:PutFunctionEventInvokeConfig",
    "AWS::Lambda::Function": "lambda:CreateFunction",
    "AWS::Lambda::Permission": "lambda:AddPermission",
    "AWS::Lambda::Version": "lambda:PublishVersion",
    "AWS::Logs::LogGroup": "logs:PutRetentionPolicy",
    "AWS::S3::Bucket": "s3:CreateBucket",
    "AWS::S3::BucketPolicy": "s3:PutBucketPolicy",
    "AWS::SNS::Topic": "sns:CreateTopic",
    "AWS::SQS::Queue": "sqs:CreateQueue",
    "AWS::Scheduler::Schedule": "scheduler:CreateSchedule",
}


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


def allows(action: str) -> bool:
    return any(fnmatchcase(action, allowed) for s in POLICY["Statement"] for allowed in actions(s))


def test_it_has_the_form_of_a_policy(tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": POLICY}}
    template.write_text(json.dumps({"Resources": {"Deployer": policy}}))
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    options = ["--regions", REGION, "--template", str(template)]
    found = subprocess.run([cfn_lint, *options], capture_output=True, text=True, check=False)
    assert (found.stdout, found.returncode) == ("", 0)
    # The most that a managed policy may have, without spaces.
    assert len(json.dumps(POLICY, separators=(",", ":"))) < 6144


def test_it_may_switch_on_the_access_log() -> None:
    [statement] = [s for s in POLICY["Statement"] if "logs:CreateLogDelivery" in actions(s)]
    assert set(actions(statement)) == LOG_DELIVERY
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")


@pytest.mark.parametrize("statement", POLICY["Statement"], ids=lambda statement: statement["Sid"])
def test_whatever_a_service_can_is_allowed_to_our_own_names_only(statement: dict[str, Any]) -> None:
    assert statement["Effect"] == "Allow"
    resources = statement["Resource"]
    names = [resources] if isinstance(resources, str) else resources
    if any("*" in action for action in actions(statement)):
        assert [name for name in names if "renpay-" not in name] == []


def test_a_role_is_given_to_functions_and_schedules_only() -> None:
    [statement] = [s for s in POLICY["Statement"] if "iam:PassRole" in actions(s)]
    assert statement["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "lambda.amazonaws.com",
        "scheduler.amazonaws.com",
    ]


def test_each_resource_of_the_template_can_be_made(deployed: Deployed) -> None:
    kinds = {resource["Type"] for resource in deployed.template["Resources"].values()}
    assert kinds <= ACTIONS.keys()
    assert [kind for kind in kinds if not allows(ACTIONS[kind])] == []


def test_each_call_of_a_deployment_is_allowed(deployed: Deployed) -> None:
    assert {"cloudformation:CreateStack", "s3:PutObject", "ssm:PutParameter"} <= deployed.asked
    assert sorted(action for action in deployed.asked if not allows(action)) == []

"""An AWS on this machine: moto, taught the resource types of our template that it cannot deploy by itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.awslambda.models import LambdaVersion
from moto.cloudformation import models, parsing, utils
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.common_models import CloudFormationModel
from moto.server import ThreadedMotoServer

from tests.deploy.aws import Aws

Properties = Mapping[str, Any]

# Where the name of a service in a signature is not its prefix in a policy.
_PREFIXES = {"monitoring": "cloudwatch"}


@contextmanager
def running_aws() -> Iterator[Aws]:
    """An empty account of its own."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        aws = Aws(f"http://{host}:{port}")
        _teach(aws)
        _listen(aws)
        yield aws
    finally:
        server.stop()


def _teach(aws: Aws) -> None:
    """Deploy what moto's CloudFormation skips by calls of the services: the names are the same there."""
    gateway, lambda_, cloudwatch, scheduler = map(
        aws.client, ("apigatewayv2", "lambda", "cloudwatch", "scheduler")
    )
    _deploy("AWS::ApiGatewayV2::Api", lambda _, own: gateway.create_api(**own)["ApiId"])
    _deploy("AWS::ApiGatewayV2::Stage", lambda _, own: gateway.create_stage(**own)["StageName"])
    _deploy(
        "AWS::ApiGatewayV2::Integration", lambda _, own: gateway.create_integration(**own)["IntegrationId"]
    )
    _deploy("AWS::ApiGatewayV2::Route", lambda _, own: gateway.create_route(**own)["RouteId"])
    _deploy("AWS::Lambda::Alias", lambda _, own: lambda_.create_alias(**own)["AliasArn"])
    _deploy("AWS::Lambda::EventInvokeConfig", lambda name, own: _event_invoke_config(lambda_, name, own))
    _deploy(
        "AWS::CloudWatch::Alarm",
        lambda name, own: cloudwatch.put_metric_alarm(AlarmName=name, **own) and name,
    )
    _deploy("AWS::Scheduler::Schedule", lambda _, own: scheduler.create_schedule(**own)["ScheduleArn"])
    # moto would enforce it without its condition, and lock the deployment out.
    _deploy("AWS::S3::BucketPolicy", lambda name, _: name)
    # The alias asks for it.
    LambdaVersion.get_cfn_attribute = lambda version, _: str(version.version)  # type: ignore[attr-defined]
    _warnings_are_no_errors()
    for known in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        known.cache_clear()


def _listen(aws: Aws) -> None:
    """Note the action of each call, where moto would ask whether it is allowed."""

    def note(request: Any, *_: Any) -> None:
        # The scope of a signature: access key, day, region, service.
        scope = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else "nobody"
        action = request.method if service == "apigateway" else request._get_action()  # noqa: SLF001
        aws.asked.add(f"{_PREFIXES.get(service, service)}:{action}")

    setattr(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", note)  # noqa: B010


def _event_invoke_config(client: Any, name: str, own: Properties) -> str:
    client.put_function_event_invoke_config(**{key: own[key] for key in own if key != "Qualifier"})
    return name


def _deploy(kind: str, create: Callable[[str, Any], str]) -> None:
    """Have moto's CloudFormation make resources of a kind with `create`, which answers their ids."""

    def create_it(
        cls: type[Any],
        /,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        made = cls()
        made.physical_resource_id = create(resource_name, cloudformation_json["Properties"])
        return made

    def not_needed(*_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"{kind}: tests deploy once")

    members = {
        # moto reads the name of a service out of it.
        "__module__": "moto.cloudformation.taught",
        "cloudformation_type": staticmethod(lambda: kind),
        "cloudformation_name_type": staticmethod(lambda: ""),
        "has_cfn_attr": classmethod(lambda cls, attr: False),
        "create_from_cloudformation_json": classmethod(create_it),
        "update_from_cloudformation_json": classmethod(not_needed),
        "delete_from_cloudformation_json": classmethod(not_needed),
    }
    type(kind.replace("::", ""), (CloudFormationModel,), members)


def _warnings_are_no_errors() -> None:
    lint = utils.validate_template_cfn_lint
    errors = lambda template: [found for found in lint(template) if found.rule.id.startswith("E")]  # noqa: E731
    vars(models)["validate_template_cfn_lint"] = errors

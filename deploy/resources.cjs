// The CloudFormation resources beside the functions: a role for each, alarms, schedules, the API's limits.
// They are derived from serverless.yml, so a new function needs only an entry there.

"use strict";

const SECONDS_OF_AN_HOUR = 3600;

const capitalized = (text) => text[0].toUpperCase() + text.slice(1);
const pascal = (name) => name.split(/[-_]/).map(capitalized).join("");
const arn = (id) => ({ "Fn::GetAtt": [id, "Arn"] });
const sub = (template) => ({ "Fn::Sub": template });

module.exports = async ({ resolveConfigurationProperty, resolveVariable }) => {
  const functions = await resolveConfigurationProperty(["functions"]);
  const custom = await resolveConfigurationProperty(["custom"]);
  const prefix = `${await resolveVariable("self:service")}-${await resolveVariable("self:provider.stage")}`;
  const params = {};
  for (const name of ["authRate", "authBurst", "rate", "burst", "alarmEmail", "domain", "certificate"]) {
    params[name] = await resolveVariable(`param:${name}`);
  }

  const names = Object.keys(functions);
  return {
    Resources: Object.assign(
      {},
      ...names.map((name) => role(name, `${prefix}-${name}`, functions[name])),
      ...names.map((name) => functionAlarms(name, `${prefix}-${name}`)),
      alarmTopic(params.alarmEmail),
      gatewayAlarm(prefix),
      deadLetters(prefix),
      schedules(prefix, custom),
      params.domain ? domain(params.domain, params.certificate) : {},
    ),
    extensions: { HttpApiStage: throttling(params, functions.auth) },
  };
};

// The role of a function: it may write its own log, and do what its entry in serverless.yml needs -----------------------

function role(name, functionName, entry) {
  const statements = [
    allow(
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${functionName}:*`),
    ),
  ];
  const parameter = entry.environment?.SUPABASE_SECRET_KEY_PARAMETER;
  if (parameter) {
    statements.push(
      allow(
        ["ssm:GetParameter"],
        sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${parameter}`),
      ),
    );
  }
  if (entry.onError) statements.push(allow(["sqs:SendMessage"], arn("DeadLetters")));
  return { [`${pascal(name)}Role`]: serviceRole("lambda.amazonaws.com", statements) };
}

function serviceRole(service, statements, conditions = {}) {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...conditions }],
      },
      Policies: [{ PolicyName: "own", PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
    },
  };
}

const allow = (actions, resource) => ({ Effect: "Allow", Action: actions, Resource: resource });

// The limits and the domain of the API ------------------------------------------------------------------------------------

function throttling(params, auth) {
  const limits = (rate, burst) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
  const authRoutes = auth.events.map((event) => event.httpApi);
  return {
    // A stage refuses settings for routes that do not exist yet.
    DependsOn: authRoutes.map((route) => routeId(route)),
    Properties: {
      DefaultRouteSettings: { DetailedMetricsEnabled: true, ...limits(params.rate, params.burst) },
      RouteSettings: Object.fromEntries(authRoutes.map((r) => [r, limits(params.authRate, params.authBurst)])),
    },
  };
}

// The logical id that osls gives to a route: `ANY /api/auth/{proxy+}` is HttpApiRouteAnyApiAuthProxyVar.
function routeId(route) {
  const [method, path] = route.split(" ");
  const segments = path.split("/").filter(Boolean);
  const named = segments.map((segment) => {
    const variable = /^\{(\w+)\+?\}$/.exec(segment);
    return variable ? `${capitalized(variable[1])}Var` : capitalized(segment);
  });
  return `HttpApiRoute${capitalized(method.toLowerCase())}${named.join("")}`;
}

function domain(name, certificate) {
  return {
    Domain: {
      Type: "AWS::ApiGatewayV2::DomainName",
      Properties: {
        DomainName: name,
        DomainNameConfigurations: [
          { CertificateArn: certificate, EndpointType: "REGIONAL", SecurityPolicy: "TLS_1_2" },
        ],
      },
    },
    DomainMapping: {
      Type: "AWS::ApiGatewayV2::ApiMapping",
      DependsOn: ["HttpApiStage"],
      Properties: { ApiId: { Ref: "HttpApi" }, DomainName: { Ref: "Domain" }, Stage: "$default" },
    },
  };
}

// The schedule -------------------------------------------------------------------------------------------------

function schedules(prefix, custom) {
  const resources = {
    SchedulerRole: serviceRole(
      "scheduler.amazonaws.com",
      [
        allow(["lambda:InvokeFunction"], arn("ScheduledLambdaFunction")),
        allow(["sqs:SendMessage"], arn("DeadLetters")),
      ],
      { Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } } },
    ),
  };
  for (const [job, expression] of Object.entries(custom.schedules)) {
    resources[`${pascal(job)}Schedule`] = schedule(`${prefix}-${job}`, job, expression, custom.timeZone);
    resources[`${pascal(job)}MissedAlarm`] = missedRunAlarm(prefix, job, custom.metrics);
  }
  return resources;
}

function schedule(name, job, expression, timeZone) {
  return {
    Type: "AWS::Scheduler::Schedule",
    Properties: {
      Name: name.replaceAll("_", "-"),
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: timeZone,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: arn("ScheduledLambdaFunction"),
        RoleArn: arn("SchedulerRole"),
        // The scheduled time, also if the event comes late or twice: the job uses it as its idempotency key.
        Input: JSON.stringify({ job, scheduled_time: "<aws.scheduler.scheduled-time>" }),
        // The default is 185 attempts in one day.
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: SECONDS_OF_AN_HOUR },
        DeadLetterConfig: { Arn: arn("DeadLetters") },
      },
    },
  };
}

function deadLetters(prefix) {
  return {
    DeadLetters: {
      Type: "AWS::SQS::Queue",
      Properties: {
        QueueName: `${prefix}-dead-letters`,
        MessageRetentionPeriod: 14 * 24 * SECONDS_OF_AN_HOUR,
        SqsManagedSseEnabled: true,
      },
    },
    DeadLettersAlarm: alarm("A job failed; its event is in the dead-letter queue.", {
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": ["DeadLetters", "QueueName"] } }],
      Statistic: "Maximum",
    }),
  };
}

// Alarms -------------------------------------------------------------------------------------------------------

function alarmTopic(email) {
  const subscription = email ? { Subscription: [{ Protocol: "email", Endpoint: email }] } : {};
  return { Alarms: { Type: "AWS::SNS::Topic", Properties: { ...subscription } } };
}

function functionAlarms(name, functionName) {
  const of = (metric) => ({
    Namespace: "AWS/Lambda",
    MetricName: metric,
    Dimensions: [{ Name: "FunctionName", Value: functionName }],
  });
  return {
    [`${pascal(name)}ErrorsAlarm`]: alarm(`${name} failed, or exceeded its time or memory.`, of("Errors")),
    [`${pascal(name)}ThrottlesAlarm`]: alarm(`${name} has no free execution environment.`, of("Throttles")),
  };
}

function gatewayAlarm(prefix) {
  return {
    ServerErrorsAlarm: alarm(`${prefix} answers with server errors.`, {
      Namespace: "AWS/ApiGateway",
      MetricName: "5xx",
      Dimensions: [{ Name: "ApiId", Value: { Ref: "HttpApi" } }],
      Threshold: 5,
    }),
  };
}

// The function counts each finished run. The alarm reports a day and an hour without one: it then has no data, which is
// a change of its state only after a first run. A new stage has no data from the start, and reports nothing.
function missedRunAlarm(prefix, job, namespace) {
  return alarm(`${job} has not finished for a day.`, {
    Namespace: namespace,
    MetricName: "finished_runs",
    Dimensions: [{ Name: "job", Value: job }],
    ComparisonOperator: "LessThanThreshold",
    Period: SECONDS_OF_AN_HOUR,
    EvaluationPeriods: 25,
    TreatMissingData: "missing",
    InsufficientDataActions: [{ Ref: "Alarms" }],
  });
}

function alarm(description, properties) {
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      AlarmDescription: description,
      AlarmActions: [{ Ref: "Alarms" }],
      Statistic: "Sum",
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      TreatMissingData: "notBreaching",
      ...properties,
    },
  };
}

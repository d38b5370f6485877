"""The resource types and properties that are free, or that the cost model counts."""

ACCOUNTED: dict[str, frozenset[str] | None] = {
    "AWS::ApiGatewayV2::Api": frozenset(
        {"CorsConfiguration", "Description", "Name", "ProtocolType"}
    ),
    "AWS::ApiGatewayV2::Integration": frozenset(
        {
            "ApiId", "Description", "IntegrationType", "IntegrationUri", "PayloadFormatVersion",
            "TimeoutInMillis",
        }
    ),
    "AWS::ApiGatewayV2::Route": None,
    "AWS::ApiGatewayV2::Stage": frozenset(
        {
            "ApiId", "AutoDeploy", "DefaultRouteSettings", "Description", "RouteSettings",
            "StageName",
        }
    ),
    "AWS::Budgets::Budget": None,
    "AWS::CloudWatch::Alarm": frozenset(
        {
            "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName",
            "ComparisonOperator", "DatapointsToAlarm", "Dimensions", "EvaluationPeriods",
            "ExtendedStatistic", "MetricName", "Metrics", "Namespace", "OKActions", "Period",
            "Statistic", "Threshold", "TreatMissingData", "Unit",
        }
    ),
    "AWS::CloudWatch::Dashboard": None,
    "AWS::DynamoDB::Table": frozenset(
        {
            "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled",
            "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
            "PointInTimeRecoverySpecification", "ProvisionedThroughput", "StreamSpecification",
            "TableName", "TimeToLiveSpecification",
        }
    ),
    "AWS::IAM::ManagedPolicy": None,
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": None,
    "AWS::Lambda::EventSourceMapping": frozenset(
        {
            "BatchSize", "BisectBatchOnFunctionError", "Enabled", "EventSourceArn",
            "FilterCriteria", "FunctionName", "FunctionResponseTypes",
            "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts",
            "ScalingConfig", "StartingPosition",
        }
    ),
    "AWS::Lambda::Permission": None,
    "AWS::Logs::LogGroup": frozenset({"LogGroupName", "RetentionInDays"}),
    "AWS::Logs::MetricFilter": None,
    "AWS::S3::Bucket": frozenset(
        {
            "BucketEncryption", "BucketName", "LifecycleConfiguration",
            "NotificationConfiguration", "OwnershipControls", "PublicAccessBlockConfiguration",
            "VersioningConfiguration",
        }
    ),
    "AWS::S3::BucketPolicy": None,
    "AWS::SNS::Subscription": frozenset({"Endpoint", "Protocol", "TopicArn"}),
    "AWS::SNS::Topic": frozenset({"DisplayName", "TopicName"}),
    "AWS::SNS::TopicPolicy": None,
    "AWS::SQS::Queue": frozenset(
        {
            "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "QueueName",
            "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy",
            "SqsManagedSseEnabled", "VisibilityTimeout",
        }
    ),
    "AWS::SQS::QueuePolicy": None,
    "AWS::Scheduler::Schedule": frozenset(
        {
            "Description", "FlexibleTimeWindow", "Name", "ScheduleExpression",
            "ScheduleExpressionTimezone", "State", "Target",
        }
    ),
    "AWS::Serverless::Function": frozenset(
        {
            "Architectures", "CodeUri", "Description", "Environment", "FunctionName", "Handler",
            "MemorySize", "PermissionsBoundary", "ReservedConcurrentExecutions", "Role", "Runtime",
            "Timeout",
        }
    ),
}  # fmt: skip
"""Resource types that cost nothing while they are not used, or that the cost model counts, each
with its properties of the same kind; None if no property of the type can cost."""

COSTLY_INSIDE = frozenset(
    {
        "ContributorInsightsSpecification", "EventBridgeConfiguration", "LambdaConfigurations",
        "NoncurrentVersionTransition", "NoncurrentVersionTransitions", "TopicConfigurations",
        "Transition", "Transitions", "WarmThroughput",
    }
)  # fmt: skip
"""Nested keys of these properties that cost, or that start something that no workload counts."""

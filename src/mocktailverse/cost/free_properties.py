"""The resource types and properties that are free, or that the cost model counts."""

FREE_TYPES = {
    "AWS::ApiGatewayV2::Route", "AWS::Budgets::Budget", "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}  # fmt: skip
"""Resource types that have no property that can cost."""

ACCOUNTED = {
    "AWS::ApiGatewayV2::Api": {"CorsConfiguration", "Description", "Name", "ProtocolType"},
    "AWS::ApiGatewayV2::Integration": {
        "ApiId", "Description", "IntegrationType", "IntegrationUri", "PayloadFormatVersion",
        "TimeoutInMillis",
    },
    "AWS::ApiGatewayV2::Stage": {
        "ApiId", "AutoDeploy", "DefaultRouteSettings", "Description", "StageName",
    },
    "AWS::CloudWatch::Alarm": {
        "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator",
        "DatapointsToAlarm", "Dimensions", "EvaluationPeriods", "ExtendedStatistic", "MetricName",
        "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Threshold",
        "TreatMissingData", "Unit",
    },
    "AWS::DynamoDB::Table": {
        "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
        "PointInTimeRecoverySpecification", "ProvisionedThroughput", "StreamSpecification",
        "TableName", "TimeToLiveSpecification",
    },
    "AWS::Lambda::Alias": {"Description", "FunctionName", "FunctionVersion", "Name"},
    "AWS::Lambda::EventSourceMapping": {
        "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "EventSourceArn",
        "FilterCriteria", "FunctionName", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ScalingConfig", "StartingPosition",
    },
    "AWS::Logs::LogGroup": {"LogGroupName", "RetentionInDays"},
    "AWS::S3::Bucket": {
        "BucketEncryption", "BucketName", "LifecycleConfiguration", "NotificationConfiguration",
        "OwnershipControls", "PublicAccessBlockConfiguration", "VersioningConfiguration",
    },
    "AWS::SNS::Subscription": {"Endpoint", "Protocol", "TopicArn"},
    "AWS::SNS::Topic": {"DisplayName", "TopicName"},
    "AWS::SQS::Queue": {
        "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "QueueName",
        "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy",
        "SqsManagedSseEnabled", "VisibilityTimeout",
    },
    "AWS::Scheduler::Schedule": {
        "Description", "FlexibleTimeWindow", "Name", "ScheduleExpression",
        "ScheduleExpressionTimezone", "State", "Target",
    },
    "AWS::Serverless::Function": {
        "Architectures", "CodeUri", "Description", "Environment", "FunctionName", "Handler",
        "LoggingConfig", "MemorySize", "PermissionsBoundary", "ReservedConcurrentExecutions",
        "Role", "Runtime", "Timeout",
    },
}  # fmt: skip
"""The properties that cost nothing while they are not used, or that the cost model counts, by
resource type."""

COSTLY_INSIDE = {
    "ContributorInsightsSpecification", "EventBridgeConfiguration", "LambdaConfigurations",
    "NoncurrentVersionTransition", "NoncurrentVersionTransitions", "TopicConfigurations",
    "Transition", "Transitions", "WarmThroughput",
}  # fmt: skip
"""Nested keys of these properties that cost, or that start something that no workload counts."""

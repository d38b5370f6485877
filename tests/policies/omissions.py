"""Actions of AWS's handler lists that the deploying role leaves out, each with the reason.

A handler lists what it may call for any property. Most omissions hold only while the template does
not set some property: the test fails when it does, and the action belongs into the role.
"""

from typing import NamedTuple


class Omission(NamedTuple):
    """Actions of one type's handlers that the role is not allowed."""

    type: str
    actions: tuple[str, ...]
    """Patterns of actions."""
    reason: str
    properties: tuple[str, ...] = ()
    """The properties for which the handler needs them; empty if the reason holds for all."""


def _unused(kind: str, actions: str, *properties: str) -> Omission:
    return Omission(
        f"AWS::{kind}", tuple(actions.split()), "the template does not use it", properties
    )


def _never(kind: str, actions: str, reason: str) -> Omission:
    return Omission(f"AWS::{kind}", tuple(actions.split()), reason)


_OTHER_NAME = "not an action of IAM: the Put action of the same configuration covers it"

OMISSIONS = [
    _unused("ApiGatewayV2::Api", "s3:getObject", "BodyS3Location"),
    _unused("ApiGatewayV2::Integration", "iam:PassRole", "CredentialsArn"),
    _unused(
        "DynamoDB::Table",
        "dynamodb:BatchWriteItem dynamodb:DeleteItem dynamodb:DescribeImport dynamodb:GetItem"
        " dynamodb:ImportTable dynamodb:PutItem dynamodb:Query dynamodb:Scan dynamodb:UpdateItem"
        " logs:* s3:*",
        "ImportSourceSpecification",
    ),
    _unused(
        "DynamoDB::Table",
        "dynamodb:PutResourcePolicy dynamodb:DeleteResourcePolicy",
        "ResourcePolicy",
    ),
    _unused(
        "DynamoDB::Table",
        "dynamodb:*ableKinesis* dynamodb:UpdateKinesis* kinesis:* iam:CreateServiceLinkedRole",
        "KinesisStreamSpecification",
    ),
    _unused(
        "DynamoDB::Table", "dynamodb:UpdateContributorInsights", "ContributorInsightsSpecification"
    ),
    _unused("DynamoDB::Table", "kms:*", "SSESpecification"),
    _never("DynamoDB::Table", "dynamodb:*TableReplica", "AWS::DynamoDB::GlobalTable has replicas"),
    _unused("IAM::Role", "iam:AttachRolePolicy iam:DetachRolePolicy", "ManagedPolicyArns"),
    _unused("IAM::Role", "iam:UpdateRole", "Description", "MaxSessionDuration"),
    _unused("IAM::Role", "iam:UpdateRoleDescription", "Description"),
    _never(
        "IAM::Role",
        "iam:UpdateAssumeRolePolicy",
        "it could open an existing role to others; people change a trust policy",
    ),
    _never("IAM::Role", "iam:DeleteRolePermissionsBoundary", "a role would escape its boundary"),
    _unused("Lambda::Alias", "lambda:*ProvisionedConcurrency*", "ProvisionedConcurrencyConfig"),
    # An update policy `CodeDeployLambdaAliasUpdate` needs them; weights are what it sets.
    _unused("Lambda::Alias", "codedeploy:*", "RoutingConfig"),
    _unused("Lambda::EventSourceMapping", "kms:*", "KmsKeyArn"),
    _unused("Lambda::Function", "ec2:*", "VpcConfig"),
    _unused("Lambda::Function", "elasticfilesystem:* s3files:*", "FileSystemConfigs"),
    _unused("Lambda::Function", "kms:*", "KmsKeyArn"),
    _unused(
        "Lambda::Function",
        "lambda:AssociateRuntimeAlias lambda:PutRuntimeManagementConfig",
        "RuntimeManagementConfig",
    ),
    _unused(
        "Lambda::Function",
        "lambda:GetCodeSigningConfig lambda:PutFunctionCodeSigningConfig"
        " lambda:DeleteFunctionCodeSigningConfig",
        "CodeSigningConfigArn",
    ),
    _unused("Lambda::Function", "lambda:*FunctionConcurrency", "ReservedConcurrentExecutions"),
    _unused("Lambda::Function", "lambda:GetLayerVersion", "Layers"),
    _unused("Lambda::Function", "lambda:PassCapacityProvider", "CapacityProviderConfig"),
    _unused("Lambda::Function", "lambda:PublishVersion", "PublishToLatestPublished"),
    _unused("Lambda::Function", "lambda:PutFunctionRecursionConfig", "RecursiveLoop"),
    _unused("Lambda::Function", "lambda:PutFunctionScalingConfig", "FunctionScalingConfig"),
    _never("Lambda::Function", "s3:GetObjectVersion", "a zip's key holds its hash, not a version"),
    _never(
        "Logs::LogGroup",
        "firehose:* logs:CreateLogDelivery s3:REST.PUT.OBJECT",
        "for logs that AWS services deliver elsewhere; ours stay in the group",
    ),
    _never("Logs::LogGroup", "logs:DeleteRetentionPolicy", "every group has a retention time"),
    _unused("Logs::LogGroup", "logs:*KmsKey", "KmsKeyId"),
    _unused("Logs::LogGroup", "logs:PutIndexPolicy logs:DeleteIndexPolicy", "FieldIndexPolicies"),
    _unused("Logs::LogGroup", "logs:PutDataProtectionPolicy", "DataProtectionPolicy"),
    _unused(
        "Logs::LogGroup",
        "logs:PutResourcePolicy logs:DeleteResourcePolicy",
        "ResourcePolicyDocument",
    ),
    _unused(
        "Logs::LogGroup", "logs:PutBearerTokenAuthentication", "BearerTokenAuthenticationEnabled"
    ),
    _unused("Logs::LogGroup", "logs:PutLogGroupDeletionProtection", "DeletionProtectionEnabled"),
    _unused(
        "S3::Bucket",
        "iam:PassRole s3:Put*Replication* s3:DeleteBucketReplication",
        "ReplicationConfiguration",
    ),
    _unused(
        "S3::Bucket",
        "s3:CreateBucketMetadata* s3:DeleteBucketMetadata* s3:UpdateBucketMetadata* s3tables:*",
        "MetadataTableConfiguration",
        "MetadataConfiguration",
    ),
    _unused("S3::Bucket", "s3:PutAccelerateConfiguration", "AccelerateConfiguration"),
    _unused("S3::Bucket", "s3:PutAnalytics* s3:DeleteBucketAnalytics*", "AnalyticsConfigurations"),
    _unused("S3::Bucket", "s3:PutBucketAbac", "AbacStatus"),
    _unused("S3::Bucket", "s3:PutBucketAcl s3:PutObjectAcl", "AccessControl"),
    _unused("S3::Bucket", "s3:PutBucketCORS s3:DeleteBucketCors", "CorsConfiguration"),
    _unused("S3::Bucket", "s3:PutBucketLogging", "LoggingConfiguration"),
    _unused(
        "S3::Bucket",
        "s3:Put*ObjectLockConfiguration",
        "ObjectLockConfiguration",
        "ObjectLockEnabled",
    ),
    _unused("S3::Bucket", "s3:PutBucketWebsite s3:DeleteBucketWebsite", "WebsiteConfiguration"),
    _unused("S3::Bucket", "s3:PutIntelligentTiering*", "IntelligentTieringConfigurations"),
    _unused("S3::Bucket", "s3:PutInventory*", "InventoryConfigurations"),
    _unused("S3::Bucket", "s3:PutMetrics* s3:DeleteBucketMetrics*", "MetricsConfigurations"),
    _never("S3::Bucket", "s3:DeleteBucketEncryption s3:DeleteBucketLifecycle", _OTHER_NAME),
    _never("S3::Bucket", "s3:DeleteBucketTagging", _OTHER_NAME),
    _never("S3::Bucket", "s3:DeleteObject", "CloudFormation deletes empty buckets only"),
    _unused("SNS::Subscription", "iam:GetRole iam:PassRole", "SubscriptionRoleArn"),
    _unused(
        "SNS::Subscription",
        "sns:SetSubscriptionAttributes",
        *("DeliveryPolicy", "FilterPolicy", "RawMessageDelivery", "RedrivePolicy"),
    ),
    _unused("SNS::Topic", "iam:GetRole iam:PassRole", "DeliveryStatusLogging"),
    _unused("SNS::Topic", "sns:PutDataProtectionPolicy", "DataProtectionPolicy"),
]

DENIED_IN_PROD = {"dynamodb:DeleteTable", "s3:DeleteBucket"}
"""What people do to prod's data, with another role."""

DENIED_WHILE_KEPT = {
    *("dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTimeToLive"),
    *("s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"),
    *("s3:PutBucketOwnershipControls", "s3:PutBucketVersioning"),
    *("s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"),
}
"""What a deployment may do to prod's data only while the parameter ProdData is `open`."""

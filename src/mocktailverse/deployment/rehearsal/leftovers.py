"""Tables and buckets that have an environment's names, although its stack does not exist."""

from botocore.exceptions import ClientError

from mocktailverse.cost.template import Template
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.stores.error_translation import error_code

_MISSING = ("404", "NoSuchBucket", "ResourceNotFoundException")


def find(target: DeployTarget) -> list[str]:
    """Return the names in the template that a table or a bucket of the account has already.

    AWS would refuse to create them again; the embedded AWS takes them over, and deletes them with
    the stack.
    """
    clients, account = target.clients, target.account
    values = {
        "Stage": target.env,
        "AWS::AccountId": account.id,
        "AWS::Region": account.region,
        **target.environment.parameters(),
    }
    names = []
    for resource in Template.read(target.checkout.template).resources(values):
        try:
            if resource.type == "AWS::DynamoDB::Table":
                name = resource.properties["TableName"]
                clients.dynamodb.describe_table(TableName=name)
                names.append(name)
            elif resource.type == "AWS::S3::Bucket":
                name = resource.properties["BucketName"]
                clients.s3.head_bucket(Bucket=name)
                names.append(name)
        except ClientError as error:
            if error_code(error) not in _MISSING:
                raise
    return names

"""The command `bulk` on the raw objects of a stack, and DynamoDB's import of what it writes."""

import json
from datetime import UTC, datetime

import pytest


@pytest.fixture
def imported(pipeline):
    """Return a function that imports a folder of parts into a new table, and returns its items."""
    dynamodb, bucket = pipeline.clients.dynamodb, pipeline.outputs["CatalogueBucket"]
    name = "reprocessed"

    def import_parts(folder):
        for path in folder.iterdir():
            pipeline.clients.s3.put_object(
                Bucket=bucket, Key=f"reprocessed/{path.name}", Body=path.read_bytes()
            )
        description = dynamodb.import_table(
            S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": "reprocessed/"},
            InputFormat="DYNAMODB_JSON",
            InputCompressionType="GZIP",
            TableCreationParameters={
                "TableName": name,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )["ImportTableDescription"]

        def status():
            described = dynamodb.describe_import(ImportArn=description["ImportArn"])
            return described["ImportTableDescription"]["ImportStatus"]

        pipeline.until(lambda: status() != "IN_PROGRESS")
        assert status() == "COMPLETED"
        items = dynamodb.scan(TableName=name, ConsistentRead=True)["Items"]
        return {item["id"]["S"]: json.dumps(item, sort_keys=True) for item in items}

    yield import_parts
    dynamodb.delete_table(TableName=name)


def test_a_bulk_reprocess_of_a_bucket_imports_the_items_of_the_drinks_table(
    pipeline, cli, imported, raw_record, tmp_path
):
    before = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    versions = [
        pipeline.put([raw_record("20001", "Sour"), raw_record("20002")], "a", observed_at=before),
        pipeline.put([raw_record("20001", "Fizz"), raw_record(None)], "b", observed_at=before + 1),
        pipeline.put([raw_record("20001", "Flip")], "c", observed_at=before - 1),
    ]
    pipeline.settled(*versions)
    output = tmp_path / "reprocessed"
    done = cli("bulk", output, "--processes", "2", "--json").json
    assert done == {"objects": 3, "read": 5, "rejected": 1, "items": 2}
    table = pipeline.table()
    assert '"Fizz"' in table["thecocktaildb:20001"]
    assert imported(output / "items") == table

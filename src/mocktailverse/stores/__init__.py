"""The AWS edge: everything that speaks to S3, SQS and DynamoDB; the only creator of clients."""

"""What an operator reads of a running environment: metrics, usage, quality, findings, report."""

"""What a month on AWS costs: measured usage, a dated price table, and the sum. Pure."""

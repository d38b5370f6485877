"""The drinks as files for other tools: CSV, NDJSON, JSON and Bar Assistant recipes."""

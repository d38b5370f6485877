"""Reports on a running environment: metrics, usage, quality, findings, traces; and drills."""

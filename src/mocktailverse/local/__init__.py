"""Parts that only run on a laptop: embedded AWS, simulated source, harness, data browser."""

"""What runs on a laptop only: the embedded AWS, the simulated source, the harness, the drills."""

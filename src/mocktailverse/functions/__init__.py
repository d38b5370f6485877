"""Lambda handlers, thin: event in, one call, answer out. Built once, on the first event."""

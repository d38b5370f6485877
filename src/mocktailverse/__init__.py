"""Mocktailverse: raw drink records in, a clean drinks catalogue out, event by event."""

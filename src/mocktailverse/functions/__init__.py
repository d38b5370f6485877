"""Lambda handlers, thin: parse the event, call one function, return its result.

Each builds its runtime (clients, stores, logger) on the first event and keeps it between
invocations.
"""

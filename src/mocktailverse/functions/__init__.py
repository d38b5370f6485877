"""Lambda handlers, thin: parse the event, call one function, return its result.

Each builds its runtime on the first event and keeps it between invocations.
"""

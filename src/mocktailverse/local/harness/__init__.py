"""The local harness: the API with what a developer wants beside it, before anything is deployed.

    /harness    a page that shows the way of a record, stage by stage
    /dev        what the page does, for scripts: raw files in, fetch, replay, redrive, events

For this machine alone, and never part of what is deployed.
"""

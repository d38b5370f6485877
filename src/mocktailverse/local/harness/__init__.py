"""The local test harness: the API with development tools, to try the pipeline before a deployment.

    /harness    a page that shows a record's journey, stage by stage
    /dev        the same for scripts: store raw files, fetch, replay, redrive, invoke functions

It runs on this machine only and is never deployed.
"""

"""Loads: what happened to each version of a raw object. Pure; imports `drinks` only.

A load is the processing of one raw object version. Elsewhere: load record, job run, checkpointed
batch.
"""

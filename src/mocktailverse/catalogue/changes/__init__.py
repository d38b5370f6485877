"""The published catalogue as a log: snapshots of the file, and the changes since each.

A publish stores what it changed, not the file, so its cost follows the change:

head       `catalogue-4.json` of format 4: which snapshot and which changes are the catalogue
changes    `catalogue-4/<version>.ndjson.gz`: the rows that one publish replaced
snapshots  `catalogue-4/<version>.sqlite`: the whole file at a version, now and then

Only the head is ever replaced, and only if it is still the one that the publisher has read. So what
it names is complete, and an upload without a head that names it is as if it had not happened.
"""

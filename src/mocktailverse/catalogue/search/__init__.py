"""The drink search: filters, full text, facets and pages, on an index in memory.

A query takes four steps: `matching` turns each filter and the text into a bitmap of drinks and
intersects them, `paging` orders the drinks and cuts a page, and `reader` reads the page's drinks
from the file.
"""

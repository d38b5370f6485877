"""Mutation testing: do the tests notice a fault in the code? See `make mutants`."""

"""Mutation testing: do the tests notice a fault put into the code? See `make mutants`."""

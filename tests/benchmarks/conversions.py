"""Convert every alcoholic drink of a file, and check each result against the limits.

    python tests/benchmarks/conversions.py FILE [--print N] [--seed S] [--style pantry]

FILE is an envelope of TheCocktailDB. Prints the share that converts by style, the reasons of
refusals, violations of the limits (there must be none) and the time of a conversion. `--print`
shows N random conversions as text, for judging them as a bartender would.
"""

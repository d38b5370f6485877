"""TheCocktailDB (https://www.thecocktaildb.com): client, strategies, sweep and record reader."""

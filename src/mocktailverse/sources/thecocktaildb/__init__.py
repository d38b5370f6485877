"""TheCocktailDB (https://www.thecocktaildb.com): its client, its strategies and its records."""

"""Balance: sugar, acid and energy of ingredients, and of a drink as it is served."""

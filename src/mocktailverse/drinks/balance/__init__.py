"""Balance: sugar, acid and energy of ingredients and of a mixture, as ranges."""

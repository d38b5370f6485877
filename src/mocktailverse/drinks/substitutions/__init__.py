"""What an ingredient line asks for, and what can replace it."""

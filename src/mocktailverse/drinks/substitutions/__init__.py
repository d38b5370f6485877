"""What an ingredient line asks for, and what can stand in for it."""

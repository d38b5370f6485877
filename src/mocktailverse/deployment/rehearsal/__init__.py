"""A rehearsal: deploy an environment, check what only AWS can confirm, and delete it again."""

"""The `report` command's figures, and how they are shown."""

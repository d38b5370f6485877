"""The reference tables: facts as CSV files, each figure with its source."""

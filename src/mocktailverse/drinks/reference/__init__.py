"""The reference tables: facts as CSV files, each with its source."""

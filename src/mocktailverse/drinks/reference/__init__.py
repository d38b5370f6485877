"""The reference tables: facts and vocabulary as CSV files, with their sources."""

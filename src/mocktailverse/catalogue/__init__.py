"""The catalogue that people read: one SQLite file, its format, its writer and its queries."""

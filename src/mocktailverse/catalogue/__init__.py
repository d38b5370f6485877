"""The catalogue, the published read model: one SQLite file, its format, writer and queries."""

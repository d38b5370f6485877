"""The page of the CSV export's columns."""

from pages.markdown import code, page, table

from mocktailverse.catalogue.exports.csv_columns import COLUMNS


def csv_columns() -> str:
    """The page."""
    return page(
        "Columns of the CSV export",
        "What stands in each column of the CSV file. The rules of the file stand in "
        "[exports](exports.md).",
        "`src/mocktailverse/catalogue/exports/csv_columns.py`",
        table(("column", "meaning"), [(code(one.name), one.meaning) for one in COLUMNS]),
    )

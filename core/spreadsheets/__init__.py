"""The one door for tables in and out: XLSX and CSV.

Out: text stays text, whatever it looks like, so that no cell ever becomes a formula. In:
a file is weighed before it is opened, and what comes out is plain text cells.
"""

from core.spreadsheets.reading import Grid, Table, read_grid, read_table
from core.spreadsheets.writing import Column, csv_response, write_csv, write_xlsx, xlsx_response

__all__ = [
    "Column",
    "Grid",
    "Table",
    "csv_response",
    "read_grid",
    "read_table",
    "write_csv",
    "write_xlsx",
    "xlsx_response",
]

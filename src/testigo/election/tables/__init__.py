"""The tables of an electoral council, as spreadsheets export them, into a definition and out of it.

`read_table` reads CSV, `read_map` says which column is what, `guess` makes a first map by the headers, `import_tables`
puts what the tables say into a definition's file, `export` writes the tables of a definition. Nothing here prints,
asks, or writes a file.
"""

from testigo.election.tables import headers
from testigo.election.tables.column_map import TABLES, ImportMap, named_columns, read_map
from testigo.election.tables.csv_table import MAX_BYTES, Shape, Table, read_table
from testigo.election.tables.exporting import export
from testigo.election.tables.guess import Guess, beside, guess, guess_all, map_text
from testigo.election.tables.importing import Change, Imported, import_tables

HEADER_WORDS = headers.ALL

__all__ = [
    "HEADER_WORDS",
    "MAX_BYTES",
    "TABLES",
    "Change",
    "Guess",
    "ImportMap",
    "Imported",
    "Shape",
    "Table",
    "beside",
    "export",
    "guess",
    "guess_all",
    "import_tables",
    "map_text",
    "named_columns",
    "read_map",
    "read_table",
]

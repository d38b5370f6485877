"""The format of the catalogue's file.

Columns are named as the fields of `Drink`; lists and dicts are JSON text, nested structs are
spread over columns with a prefix, times are ms since 1970 UTC, booleans are 0 and 1.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the functions that only need the file's name start without SQLite
    import sqlite3

FORMAT = 4
"""Stored in the file as `PRAGMA user_version`; each format has its own file (see `file_names`).

Raise it with any change. A column that is new in a format needs a default unless it may be null:
readers add it to copies of files of earlier formats (see `format_upgrade`).
"""

OLDEST_FORMAT = 1
"""The oldest format that lacks nothing but columns and tables, so that readers can upgrade it."""

PAGE_SIZE = 8192

TABLES = """
-- one row a drink, withdrawn ones too
CREATE TABLE drinks (
  row INTEGER PRIMARY KEY, -- rowid of its texts in drink_texts
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL, -- the name to sort by: without case and accents, 100 characters
  category TEXT,
  alcoholic TEXT,
  glass TEXT,
  iba TEXT,
  tags TEXT NOT NULL,
  instructions TEXT NOT NULL,
  video TEXT,
  image_url TEXT,
  image_licence TEXT,
  image_attribution TEXT,
  total_ml_min REAL,
  total_ml_max REAL,
  alcohol_g_min REAL,
  alcohol_g_max REAL,
  abv_percent_min REAL,
  abv_percent_max REAL,
  abv_served_percent_min REAL,
  abv_served_percent_max REAL,
  standard_drinks_min REAL,
  standard_drinks_max REAL,
  certainty TEXT NOT NULL,
  spirits TEXT NOT NULL,
  method TEXT,
  is_mocktail INTEGER,
  unknown_because TEXT NOT NULL DEFAULT '[]',
  likely_abv_served_percent REAL,
  sugar_g_min REAL,
  sugar_g_max REAL,
  acid_g_min REAL,
  acid_g_max REAL,
  sugar_served_g_per_100ml_min REAL,
  sugar_served_g_per_100ml_max REAL,
  acid_served_g_per_100ml_min REAL,
  acid_served_g_per_100ml_max REAL,
  energy_kcal_min REAL,
  energy_kcal_max REAL,
  convertible TEXT, -- pantry or bottle, the style in which it can become a mocktail; else null
  not_convertible_because TEXT, -- why it can in neither; null for mocktails, or if not yet known
  mocktail_needs TEXT, -- the lines of its pantry conversion, as JSON; see `conversions`
  quality TEXT NOT NULL,
  previous_name TEXT,
  content_hash TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  lineage_bucket TEXT NOT NULL,
  lineage_key TEXT NOT NULL,
  lineage_version_id TEXT NOT NULL,
  lineage_position INTEGER NOT NULL,
  transform_version INTEGER NOT NULL,
  description TEXT,
  credit_author TEXT,
  credit_url TEXT,
  credit_licence TEXT,
  stated_abv_percent REAL,
  garnish TEXT
);

-- one row an ingredient in use, and one for each more general ingredient
CREATE TABLE ingredients (
  name TEXT PRIMARY KEY, -- canonical
  kind TEXT, -- such as spirit or juice; null if the ingredient is not in the reference
  parent TEXT REFERENCES ingredients (name), -- what it is a kind of
  abv_percent REAL, -- strength by volume of the usual bottle; null if unknown
  alcoholic INTEGER, -- 1 or 0; null if unknown
  drinks INTEGER NOT NULL DEFAULT 0, -- drinks that name it, without withdrawn ones
  drinks_with_kinds INTEGER NOT NULL DEFAULT 0 -- drinks that name it or a kind of it, likewise
) WITHOUT ROWID;

-- for `this or a kind of it` in one join: (Rum, Rum), (Rum, White rum)
CREATE TABLE ingredient_kinds (
  general TEXT NOT NULL REFERENCES ingredients (name), -- an ingredient
  name TEXT NOT NULL REFERENCES ingredients (name), -- itself, or a kind of it
  PRIMARY KEY (general, name)
) WITHOUT ROWID;

-- one row an ingredient line
CREATE TABLE drink_ingredients (
  drink_id TEXT NOT NULL REFERENCES drinks (id), -- the drink
  position INTEGER NOT NULL,
  name TEXT NOT NULL REFERENCES ingredients (name),
  name_raw TEXT NOT NULL,
  measure_raw TEXT,
  amount_min REAL,
  amount_max REAL,
  unit TEXT NOT NULL,
  ml_min REAL,
  ml_max REAL,
  kind TEXT NOT NULL,
  certainty TEXT NOT NULL,
  preparation TEXT,
  alternatives TEXT NOT NULL DEFAULT '[]',
  optional INTEGER NOT NULL DEFAULT 0,
  form TEXT NOT NULL DEFAULT 'used', -- how the drink needs it: used, juice, fresh, rim ...
  variety TEXT NOT NULL DEFAULT '', -- the kind that the measure names: Cream sherry of "1 oz cream"
  PRIMARY KEY (drink_id, position)
) WITHOUT ROWID;

-- one row a tag of a drink
CREATE TABLE tags (
  drink_id TEXT NOT NULL REFERENCES drinks (id), -- the drink
  tag TEXT NOT NULL, -- one of its tags
  PRIMARY KEY (drink_id, tag)
) WITHOUT ROWID;

-- one row a spirit of a drink
CREATE TABLE drink_spirits (
  drink_id TEXT NOT NULL REFERENCES drinks (id), -- the drink
  spirit TEXT NOT NULL, -- one of its base spirits
  PRIMARY KEY (drink_id, spirit)
) WITHOUT ROWID;

-- one row a key of a drink's name; names that may mean the same drink have one in common
CREATE TABLE drink_name_keys (
  drink_id TEXT NOT NULL REFERENCES drinks (id), -- the drink
  key TEXT NOT NULL, -- the consonants of its name or of a word of it
  PRIMARY KEY (drink_id, key)
) WITHOUT ROWID;

-- the full-text index; rowid is drinks.row
-- (without its prefix index a search for words with one first letter takes ten times as long)
CREATE VIRTUAL TABLE drink_texts USING fts5 (
  name, ingredients, instructions, tags,
  tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
);

-- metadata of the file, one key a row
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""

INDEXES = """
CREATE INDEX drinks_by_name ON drinks (name_key, id);
CREATE INDEX drinks_by_category ON drinks (category);
CREATE INDEX drinks_by_glass ON drinks (glass);
CREATE INDEX drinks_by_alcoholic ON drinks (alcoholic);
CREATE INDEX drinks_by_abv ON drinks (abv_percent_max, id);
CREATE INDEX drinks_to_convert ON drinks (row)
  WHERE convertible IS NULL AND not_convertible_because IS NULL AND is_mocktail IS NOT 1;
CREATE INDEX drinks_by_observed ON drinks (observed_at, id);
CREATE INDEX drink_ingredients_by_name ON drink_ingredients (name, drink_id);
CREATE INDEX tags_by_tag ON tags (tag, drink_id);
CREATE INDEX drink_spirits_by_spirit ON drink_spirits (spirit, drink_id);
CREATE INDEX drink_name_keys_by_key ON drink_name_keys (key, drink_id);
"""


def create(connection: "sqlite3.Connection") -> None:
    """Create the tables in an empty database; create `INDEXES` after the first filling."""
    connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
    connection.executescript(TABLES)
    connection.execute(f"PRAGMA user_version = {FORMAT}")

"""The pages and where they are."""

from pathlib import Path

_PAGES = Path(__file__).parent / "pages"

EXPLORE = str(_PAGES / "explore.py")
SHELF = str(_PAGES / "shelf.py")
INSIGHTS = str(_PAGES / "insights.py")
PIPELINE = str(_PAGES / "pipeline.py")
COST = str(_PAGES / "cost.py")

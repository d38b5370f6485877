"""The pages and where they are."""

from pathlib import Path

# Not called pages: Streamlit would serve such a folder by itself, without the frame, until the
# first visitor has come by the front page.
_VIEWS = Path(__file__).parent / "views"

EXPLORE = str(_VIEWS / "explore_page.py")
SHELF = str(_VIEWS / "shelf_page.py")
INSIGHTS = str(_VIEWS / "insights_page.py")
PIPELINE = str(_VIEWS / "pipeline_page.py")
COST = str(_VIEWS / "cost_page.py")

"""The script of each page, for links to it."""

from pathlib import Path

# The folder is not called `pages`: Streamlit would serve the scripts of such a folder without the
# frame of app.py, until a visitor opens the front page.
_VIEWS = Path(__file__).parent / "views"

EXPLORE = str(_VIEWS / "explore_page.py")
SHELF = str(_VIEWS / "shelf_page.py")
INSIGHTS = str(_VIEWS / "insights_page.py")
PIPELINE = str(_VIEWS / "pipeline_page.py")
RECIPE = str(_VIEWS / "recipe_page.py")
COST = str(_VIEWS / "cost_page.py")

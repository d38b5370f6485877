"""The entry point for Streamlit Cloud: run the dashboard from this checkout, uninstalled."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from mocktailverse.dashboard.app import main

main()

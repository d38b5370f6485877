"""The dashboard as Streamlit Cloud starts it: from this checkout, without installing it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from mocktailverse.dashboard.app import main

main()

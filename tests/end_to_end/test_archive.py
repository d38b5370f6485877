"""An archive of one stack gives another stack the same catalogue."""

import json
from pathlib import Path

import pytest

from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options

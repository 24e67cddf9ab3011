import sys
from pathlib import Path

# The shop without a window, as the journeys' tests have it.
sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

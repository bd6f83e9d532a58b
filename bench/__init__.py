"""What is measured; each part prints a table and writes one JSON file."""

from pathlib import Path

RESULTS = Path(__file__).parent / "results"

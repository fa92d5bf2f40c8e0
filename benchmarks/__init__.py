"""What backs each speed figure of the documentation, a claim a file."""

import platform
from datetime import UTC, datetime
from pathlib import Path

import joblib


def describe_machine() -> str:
    """Name processor, cores, Python and date, for the line below a result."""
    python = platform.python_version()
    return f"{_name_cpu()}, {joblib.cpu_count()} cores, Python {python}, {datetime.now(UTC):%Y-%m-%d}"


def _name_cpu() -> str:
    """Name the processor as Linux does; elsewhere as Python does."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()

"""Durations and moments in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

_MINUTE = 60
_HOUR = 3600
_A_MOMENT = 8
_FEW = 5  # seconds to which seconds are said; minutes below which halves are told


def say_duration(seconds: float) -> str:
    """Say a duration in its two largest units: `41 s`, `3 min 05 s`, `1 h 20 min`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"


def say_roughly(seconds: float) -> str:
    """Say an estimated duration no finer than it can be known."""
    if seconds < _A_MOMENT:
        return "a few seconds"
    if seconds < _MINUTE - _FEW / 2:
        return f"about {_FEW * round(seconds / _FEW)} s"
    if seconds < _FEW * _MINUTE:
        return f"about {round(2 * seconds / _MINUTE) / 2:g} min"
    if seconds < 1.5 * _HOUR:
        return f"about {seconds / _MINUTE:.0f} min"
    return f"about {seconds / _HOUR:.1f} hours"


def say_when(moment: datetime) -> str:
    """Say a moment by the clock of who looks at the page."""
    return f"{moment.astimezone(say_zone()):%d %b %Y, %H:%M}"


def say_zone() -> ZoneInfo | None:
    """Say in which zone the clock of who looks at the page is; None where the browser does not tell."""
    zone = st.context.timezone
    return ZoneInfo(zone) if zone else None

"""Words of a user among Markdown of ours."""


def escape(words: str) -> str:
    """Keep what a user typed from being read as Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!$:~|<>&" else sign for sign in words)

"""The controls of what plays in the browser: a button, a slider, a choice of speed."""

from collections.abc import Mapping


def make_controls(slider: str, speed: str, speeds: Mapping[str, str], usual: str) -> str:
    """Make the HTML of controls that `replay.css` styles.

    Parameters
    ----------
    slider, speed : str
        What the slider and the choice of speed are called, for those who hear the page.
    speeds : mapping of str to str
        The words of each speed, by its value.
    usual : str
        The value that is chosen first.
    """
    options = "".join(
        f'<option value="{value}"{" selected" if value == usual else ""}>{words}</option>'
        for value, words in speeds.items()
    )
    return f"""
  <div class="controls">
    <button type="button" class="play" title="">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path class="triangle" d="M4 2v12l10-6z" /><path class="bars" d="M3 2h4v12H3zM9 2h4v12H9z" />
      </svg>
    </button>
    <input type="range" class="slider" min="0" step="1" aria-label="{slider}" />
    <select class="speed" aria-label="{speed}">{options}</select>
  </div>"""

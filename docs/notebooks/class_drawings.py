# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A class's drawings
#
# A class has drawn digits, each with what it should be. Drawings are strokes: lists of points, y down, at any scale. Here a small class is made up from
# ten shapes, each drawn by twenty hands that slant, stretch and tremble; a real one comes from the lab's *People* page or `python -m mnist_core corrections export class.json`.

# %%
import numpy as np

from mnist_core import SHIPPED_MODELS, draw_strokes, evaluate, load_model

t = np.linspace(0, 2 * np.pi, 30)
SHAPES = {
    0: [np.c_[50 + 30 * np.sin(t), 50 - 45 * np.cos(t)]],
    1: [np.array([[50, 5], [50, 95]])],
    2: [np.array([[22, 25], [35, 8], [58, 5], [74, 18], [74, 36], [55, 60], [22, 93], [80, 93]])],
    3: [np.array([[25, 12], [50, 5], [72, 18], [70, 36], [45, 48], [72, 58], [76, 78], [55, 94], [24, 88]])],
    4: [np.array([[35, 5], [22, 58], [80, 58]]), np.array([[62, 30], [60, 96]])],
    5: [np.array([[75, 6], [32, 6], [28, 44], [55, 38], [76, 54], [74, 78], [52, 94], [24, 88]])],
    6: [np.array([[66, 6], [40, 30], [26, 62], [34, 90], [58, 94], [74, 76], [64, 56], [40, 56], [28, 70]])],
    7: [np.array([[22, 8], [78, 8], [42, 95]])],
    8: [np.c_[50 + 24 * np.sin(2 * t), 50 - 44 * np.cos(t)]],
    9: [np.array([[74, 28], [56, 46], [32, 38], [30, 16], [52, 5], [74, 14], [74, 30], [68, 95]])],
}


def draw(digit: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a digit as one more hand would."""
    slant, width = rng.normal(0, 0.3), rng.uniform(0.5, 1.3)
    bend = np.array([[width, 0], [slant, 1]])
    return draw_strokes([(line - 50) @ bend + rng.normal(0, 5, line.shape) for line in SHAPES[digit]])


rng = np.random.default_rng(0)
labels = np.repeat(np.arange(10), 20)
images = np.stack([draw(digit, rng) for digit in labels])
images.shape

# %% [markdown]
# `draw_strokes` centres and scales as MNIST does. How do the built-in networks read this class?

# %%
for name in ("paper", "robust"):
    found = evaluate(load_model(SHIPPED_MODELS / name).network, images, labels)
    wrong = found.confusion.copy()
    np.fill_diagonal(wrong, 0)
    true, read = np.unravel_index(wrong.argmax(), wrong.shape)
    print(
        f"{name:7} {found.accuracy:.1%} of {len(labels)}; most often wrong: {true} read as {read}, {wrong.max()} times"
    )

# %% [markdown]
# Twenty drawings of one shape are not twenty people: an interval over images alone would be too narrow. With real people, count people
# (`mnist_core.insight.evaluation.people`).

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # My own .mat file
#
# Files of digits come in many layouts: images as rows or columns, read column by column as MATLAB does, ink dark on light, labels from 1 to 10. The lab
# says what it understood, and why. Here is a file as a course in MATLAB might have it.

# %%
import tempfile
from pathlib import Path

import numpy as np
from scipy.io import savemat

from mnist_core import SAMPLE_PATH, read_dataset

digits = read_dataset(SAMPLE_PATH)
folder = Path(tempfile.mkdtemp())
columns = digits.images[:1000].transpose(0, 2, 1).reshape(1000, -1)  # each image column by column
labels = np.where(digits.labels[:1000] == 0, 10, digits.labels[:1000])  # MATLAB counts from 1: a zero is 10
savemat(folder / "course.mat", {"X": 255 - np.round(255 * columns), "y": labels[:, None]})

# %%
mine = read_dataset(folder / "course.mat")
print(mine.origin.layout)
for reason in mine.origin.reasons:
    print("-", reason)

# %% [markdown]
# Nothing was lost on the way there and back:

# %%
print("images equal:", np.allclose(mine.images, digits.images[:1000], atol=1 / 255))
print("labels equal:", bool((mine.labels == digits.labels[:1000]).all()))

# %% [markdown]
# The same in the shell is `python -m mnist_core inspect course.mat`; [the table of layouts](../layouts.md) has all that open. A choice that the lab
# cannot make it asks for; `Choices` makes it in Python.

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The paper again, in Python
#
# A student's paper searched the hyper-parameters of a perceptron with two hidden layers: learning rate, both widths and the activation, 81
# candidates, each in five folds. Here is the same search, on the lab's built-in sample of 5,000 digits and with few epochs, so that it takes
# seconds. On the paper's own file give its path to `read_dataset`, and leave out `max_epochs`.

# %%
from mnist_core import PAPER_GRID, SAMPLE_PATH, GridSearch, read_dataset, split_dataset

digits = read_dataset(SAMPLE_PATH)
split = split_dataset(digits, seed=0)
print(f"{len(digits.images):,} images of {digits.images.shape[1]} x {digits.images.shape[2]}")
print(f"{len(split.train):,} to train on, {len(split.test):,} held out")

# %% [markdown]
# `GridSearch` reads as scikit-learn's `GridSearchCV` does, and trains all candidates of a fold side by side.

# %%
grid = {
    "lr": list(PAPER_GRID.lr),
    "hidden1": [24, 48, 96],
    "hidden2": [12, 24, 48],
    "activation": ["sigmoid", "relu", "tanh"],
}
search = GridSearch(grid, cv=5, max_epochs=6)
search.fit(digits.images[split.train], digits.labels[split.train])

results = search.cv_results_
print(f"{len(results['params'])} candidates; the best: {search.best_params_}")
print(f"mean accuracy over the folds {search.best_score_:.2%}")

# %% [markdown]
# The winner was retrained on all training images. On those that no network has seen it reads:

# %%
right = search.score(digits.images[split.test], digits.labels[split.test])
print(f"{right:.2%} of {len(split.test):,} held-out images")

# %% [markdown]
# Which axis mattered? The mean over all candidates that share a value says it roughly (`measure_importance` says it with intervals):

# %%
import numpy as np

scores = np.array(results["mean_test_score"])
for axis, values in grid.items():
    means = {
        value: float(
            np.mean(
                [score for score, one in zip(scores, results["params"], strict=True) if one[axis] == value]
            )
        )
        for value in values
    }
    print(f"{axis:10}", "  ".join(f"{value}: {mean:.1%}" for value, mean in means.items()))

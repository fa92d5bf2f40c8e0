# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # One seed or a thousand
#
# A network begins with random weights. Trained again from others, on the same images, it reads another share of the held-out ones. How much of a
# difference between two networks is such chance? Many seeds are trained side by side here, each as if it were alone.

# %%
import numpy as np

from mnist_core import PAPER_WINNER, SAMPLE_PATH, Recipe, evaluate, read_dataset, split_dataset, train_seeds

digits = read_dataset(SAMPLE_PATH)
split = split_dataset(digits, seed=0)
images, labels = digits.images[split.train], digits.labels[split.train]
trained = train_seeds(images, labels, PAPER_WINNER, Recipe(max_epochs=8), seeds=range(32))
accuracies = np.array(
    [
        evaluate(network, digits.images[split.test], digits.labels[split.test]).accuracy
        for network, _ in trained
    ]
)
print(
    f"{len(accuracies)} seeds: {accuracies.min():.2%} to {accuracies.max():.2%}, mean {accuracies.mean():.2%}"
)
print(f"standard deviation from seed to seed: {accuracies.std(ddof=1):.2%}")

# %% [markdown]
# What one seed tells of another network is worth this much. The chance of the held-out images alone, if they were drawn anew, is larger here,
# since they are few:

# %%
n = len(split.test)
of_images = np.sqrt(accuracies.mean() * (1 - accuracies.mean()) / n)
print(f"standard error by {n:,} images: {of_images:.2%}")

# %% [markdown]
# Two networks that read the same images share that second chance, so they are compared image by image (`python -m mnist_core compare robust paper digits.mat`),
# and the first by several seeds each. The mean of k seeds wobbles less:

# %%
rng = np.random.default_rng(0)
for k in (1, 4, 16):
    means = [rng.choice(accuracies, k).mean() for _ in range(2000)]
    print(f"{k:2} seeds: the mean wobbles by {np.std(means):.2%}")

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Why a field misleads
#
# The paper draws what a neuron looks for: a row of W1, of W2 W1, of W3 W2 W1, as a picture. These products leave the activations out, as if the network
# were one linear map. Behind the first layer that is not so. Here it is measured by how much.

# %%
import numpy as np
from matplotlib import pyplot as plt

from mnist_core import SAMPLE_PATH, SHIPPED_MODELS, evaluate, load_model, read_dataset, receptive_fields

digits = read_dataset(SAMPLE_PATH)  # held out: no shipped network has seen them
network = load_model(SHIPPED_MODELS / "paper").network
fields = receptive_fields(network, "output")
fields.shape

# %%
figure, axes = plt.subplots(2, 5, figsize=(9, 4), layout="constrained")
for digit, axis in enumerate(axes.flat):
    most = np.abs(fields[digit]).max()
    axis.imshow(fields[digit], cmap="RdBu_r", vmin=-most, vmax=most)
    axis.set_title(f"output {digit}", fontsize=9)
    axis.axis("off")

# %% [markdown]
# They hardly look like digits. Do they at least say what the network does? If so, an image times the field should read like the network:

# %%
by_fields = np.einsum("nij,dij->nd", digits.images, fields).argmax(axis=1)
print(f"the network reads       {evaluate(network, digits.images, digits.labels).accuracy:.1%}")
print(f"its fields alone read   {np.mean(by_fields == digits.labels):.1%}")

# %% [markdown]
# The fields leave out constants too. Even with the best scale and constant for each, by least squares, they explain only a part of what the outputs do:

# %%
import torch

with torch.no_grad():
    outputs = network(torch.from_numpy(digits.images.reshape(len(digits.images), -1))).numpy()
seen = np.einsum("nij,dij->nd", digits.images, fields)
shares = [np.corrcoef(seen[:, digit], outputs[:, digit])[0, 1] ** 2 for digit in range(10)]
print("explained of each output:", "  ".join(f"{digit}: {share:.2f}" for digit, share in enumerate(shares)))
print(f"mean {np.mean(shares):.2f}; 1 would be all")

# %% [markdown]
# So the pictures are of something that the network is not. There are eleven other ways, each with what it leaves out, such as
# `python -m mnist_core fields paper --layer output --method gradient --out fields`; the lab's Fields page shows them side by side.

"""The public data sets that can be fetched.

What each hash was taken from stands above it; docs/decisions/0038-public-data-sets.md lists them all.
"""

from dataclasses import replace

from mnist_core.data.fetching.public_set import Download, Part, PublicSet
from mnist_core.data.origin import Choices

_TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
_TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
_PAIRS = tuple(Part(name, name) for name in (*_TRAIN, *_TEST))

# Hashes and lengths: TensorFlow Datasets, tensorflow_datasets/url_checksums/mnist.txt; torchvision,
# torchvision/prototype/datasets/_builtin/mnist.py, has the same.
_MNIST_TRAIN = (
    Download(_TRAIN[1], "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881),
    Download(_TRAIN[0], "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422),
)
_MNIST_TEST = (
    Download(_TEST[1], "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542),
    Download(_TEST[0], "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877),
)
_MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://systemds.apache.org/assets/datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
# What Keras says in keras/src/datasets/mnist.py; the page of its makers names no terms.
_MNIST_LICENCE = (
    "Its makers' page names no licence; those who pass it on say CC BY-SA 3.0, © Yann LeCun and Corinna "
    "Cortes."
)
_MNIST_HOME = "http://yann.lecun.com/exdb/mnist/"
_MNIST_REFERENCE = (
    "LeCun, Bottou, Bengio and Haffner (1998), “Gradient-based learning applied to document "
    "recognition”, Proceedings of the IEEE 86."
)
_MNIST_CHOICES = Choices(coding="digits", values="bytes", ink="bright", orientation="upright")
_MNIST = PublicSet(
    name="mnist",
    title="MNIST",
    words="70,000 handwritten digits; the official 10,000 test images are its own test part, so that figures "
    "can be compared with published ones.",
    licence=_MNIST_LICENCE,
    home=_MNIST_HOME,
    reference=_MNIST_REFERENCE,
    mirrors=_MNIST_MIRRORS,
    downloads=(_MNIST_TEST[0], _MNIST_TRAIN[0], _MNIST_TEST[1], _MNIST_TRAIN[1]),
    parts=_PAIRS,
    folder="",  # where earlier versions have put its files
    choices=_MNIST_CHOICES,
)
MNIST_TEST = replace(
    _MNIST,
    name="mnist-test",
    title="MNIST's official test",
    words="MNIST's official 10,000 test images alone: to measure on, not to train on, so it is not offered.",
    downloads=_MNIST_TEST,
    parts=_PAIRS[2:],
)
"""What `benchmark` measures on."""

_MNIST_PAPER = replace(
    _MNIST,
    name="mnist-60000",
    title="MNIST 60000",
    words="MNIST's 60,000 training images alone, of which 50,000 are drawn to train and 10,000 held out, "
    "as in the paper.",
    downloads=_MNIST_TRAIN,
    parts=_PAIRS[:2],
)

# Hashes and lengths: TensorFlow Datasets, url_checksums/fashion_mnist.txt; Keras, keras/src/datasets/
# fashion_mnist.py, has the same hashes, and the second mirror. Its third has no https: the hash tells.
_FASHION = PublicSet(
    name="fashion-mnist",
    title="Fashion-MNIST",
    words="70,000 pictures of ten kinds of garments, 10,000 of them its own test part.",
    licence="MIT licence, © Zalando SE.",
    home="https://github.com/zalandoresearch/fashion-mnist",
    reference="Xiao, Rasul and Vollgraf (2017), “Fashion-MNIST: a novel image dataset for benchmarking "
    "machine learning algorithms”, arXiv:1708.07747.",
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    downloads=(
        Download(_TEST[1], "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
        Download(_TRAIN[1], "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
        Download(_TEST[0], "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
        Download(_TRAIN[0], "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
    ),
    parts=_PAIRS,
    choices=Choices(
        class_names="T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot",
        values="bytes",
        ink="bright",
        orientation="upright",
    ),
)

# Hashes and lengths: TensorFlow Datasets, url_checksums/kmnist.txt, and torchvision as above. Classes:
# kmnist_classmap.csv of its makers.
_KMNIST = PublicSet(
    name="kmnist",
    title="KMNIST",
    words="70,000 cursive Japanese characters of old books, ten hiragana, 10,000 of them its own test part.",
    licence="CC BY-SA 4.0: “KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created "
    "by NIJL and others), doi:10.20676/00000341.",
    home="https://github.com/rois-codh/kmnist",
    reference="Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto and Ha (2018), “Deep learning for "
    "classical Japanese literature”, arXiv:1812.01718.",
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ),
    downloads=(
        Download(_TEST[1], "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", 5_120),
        Download(_TRAIN[1], "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", 29_497),
        Download(_TEST[0], "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", 3_041_136),
        Download(_TRAIN[0], "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", 18_165_135),
    ),
    parts=_PAIRS,
    choices=Choices(
        class_names="お o,き ki,す su,つ tsu,な na,は ha,ま ma,や ya,れ re,を wo",
        values="bytes",
        ink="bright",
        orientation="upright",
    ),
)

# Hash and length: TensorFlow Datasets, url_checksums/emnist.txt. Both addresses give the archive whose MD5
# torchvision has, 58c8d27c78d21e728a6bc7b3cc06412e. Nobody publishes hashes of its members.
_EMNIST_FILES = (
    Download("gzip.zip", "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e", 561_753_746),
)
_EMNIST_MIRRORS = (
    "https://biometrics.nist.gov/cs_links/EMNIST/",
    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
)
_EMNIST_LICENCE = (
    "No licence is named. It is made of NIST's Special Database 19, in the public domain in the United "
    "States; NIST hands it out and asks to cite the paper."
)
_EMNIST_HOME = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
_EMNIST_REFERENCE = (
    "Cohen, Afshar, Tapson and van Schaik (2017), “EMNIST: extending MNIST to handwritten letters”, "
    "arXiv:1702.05373."
)


def _name_members(kind: str) -> tuple[Part, ...]:
    """Name what is read of EMNIST's archive; images and labels of training and test."""
    names = [
        f"emnist-{kind}-{part}-{what}-ubyte.gz"
        for part in ("train", "test")
        for what in ("images-idx3", "labels-idx1")
    ]
    return tuple(Part(name, "gzip.zip", f"gzip/{name}") for name in names)


_EMNIST_DIGITS = PublicSet(
    name="emnist-digits",
    title="EMNIST digits",
    words="280,000 handwritten digits, 40,000 of them its own test part; they take 0.9 GB once opened.",
    licence=_EMNIST_LICENCE,
    home=_EMNIST_HOME,
    reference=_EMNIST_REFERENCE,
    mirrors=_EMNIST_MIRRORS,
    downloads=_EMNIST_FILES,
    parts=_name_members("digits"),
    folder="emnist",
    choices=Choices(coding="digits", values="bytes", ink="bright", orientation="transposed"),
)
_EMNIST_LETTERS = replace(
    _EMNIST_DIGITS,
    name="emnist-letters",
    title="EMNIST letters",
    words="145,600 handwritten letters A to Z, small and large as one, 20,800 of them its own test part.",
    parts=_name_members("letters"),
    choices=Choices(coding="letters", values="bytes", ink="bright", orientation="transposed"),
)

# Hashes: torchvision, torchvision/prototype/datasets/_builtin/usps.py; nobody names the lengths.
_USPS = PublicSet(
    name="usps",
    title="USPS",
    words="9,298 digits of 16 x 16 pixels from zip codes on envelopes, 2,007 of them its own test part, "
    "a hard one.",
    licence="No licence is named; collected at CEDAR, Buffalo, for the US Postal Service, and passed on by "
    "many for research.",
    home="https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps",
    reference="Hull (1994), “A database for handwritten text recognition research”, IEEE PAMI 16.",
    mirrors=("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",),
    downloads=(
        Download("usps.t.bz2", "a9c0164e797d60142a50604917f0baa604f326e9a689698763793fa5d12ffc4e"),
        Download("usps.bz2", "3771e9dd6ba685185f89867b6e249233dd74652389f263963b3b741e994b034f"),
    ),
    parts=(Part("usps-train.bz2", "usps.bz2"), Part("usps-test.bz2", "usps.t.bz2")),
    choices=Choices(coding="one-is-zero", values="signed", ink="bright", orientation="upright"),
)

CATALOG = {
    one.name: one for one in (_MNIST, _MNIST_PAPER, _FASHION, _KMNIST, _EMNIST_DIGITS, _EMNIST_LETTERS, _USPS)
}
"""The public sets by their names."""


def find_set(name: str) -> PublicSet | None:
    """Find a public set by its name or its title; None where none is called so."""
    return CATALOG.get(name.lower().replace(" ", "-"))

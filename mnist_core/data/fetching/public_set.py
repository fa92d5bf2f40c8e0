"""What is known of a public data set: its files with hashes and mirrors, what they hold, on what terms."""

from dataclasses import dataclass, field

from mnist_core.data.origin import Choices

_MEGABYTE = 1e6


@dataclass(frozen=True)
class Download:
    """A file as mirrors have it.

    Attributes
    ----------
    name : str
        Of the file, at the end of each mirror's address.
    sha256 : str
        Of its bytes.
    n_bytes : int or None
        Its length; None where nobody names it.
    """

    name: str
    sha256: str
    n_bytes: int | None = None


@dataclass(frozen=True)
class Part:
    """What is read of a download as a file of its own.

    Attributes
    ----------
    name : str
        What it is called.
    download : str
        The name of the download.
    member : str
        Its path within a ZIP; empty where it is the download itself.
    """

    name: str
    download: str
    member: str = ""


@dataclass(frozen=True)
class PublicSet:
    """A public data set.

    Attributes
    ----------
    name : str
        What commands call it; the name of its folder too, unless it shares files with another.
    title : str
        What the data set is called; the name too, but for capitals and spaces.
    words : str
        What it holds, a sentence.
    licence : str
        On what terms, as far as that is known; a sentence.
    home : str
        The address where its makers tell of it.
    reference : str
        What to cite.
    mirrors : tuple of str
        Addresses of folders that hold the files, each ending in a slash; asked in this order.
    downloads : tuple of Download
        The files, the shortest first: a mirror that is dead shows before a long one begins.
    parts : tuple of Part
        What is read, training images first.
    folder : str or None
        Where below the lab's downloads its files lie; None for a folder of its name.
    choices : Choices
        What is known of its files, so that nothing need be recognised.
    """

    name: str
    title: str
    words: str
    licence: str
    home: str
    reference: str
    mirrors: tuple[str, ...]
    downloads: tuple[Download, ...]
    parts: tuple[Part, ...]
    folder: str | None = None
    choices: Choices = field(default_factory=Choices)

    @property
    def n_bytes(self) -> int | None:
        """Return the bytes of all its downloads; None where one is not known."""
        sizes = [one.n_bytes for one in self.downloads]
        return sum(size for size in sizes if size is not None) if None not in sizes else None

    @property
    def size_words(self) -> str:
        """Return the bytes of all its downloads in words; empty where that is not known."""
        return "" if self.n_bytes is None else f"{self.n_bytes / _MEGABYTE:.3g} MB"

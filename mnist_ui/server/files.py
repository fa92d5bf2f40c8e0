"""Which files each person's tabs were told of: nobody else gets them, whatever address they send."""

import re
from collections import OrderedDict, defaultdict

_TOLD = re.compile(rb"/(?:media|_stcore/upload_file)/[\w./-]+")
_OF_ONE = ("/media/", "/_stcore/upload_file/")
_MOST = 20_000  # addresses of a person that are remembered, the latest; each is of some sixty letters


class ToldFiles:
    """The addresses of files to take and of places to put some, by the person whose tab was told them."""

    def __init__(self) -> None:
        self._told: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)

    def note(self, person_id: str, data: bytes) -> None:
        """Note the addresses in what is sent to a tab of a person."""
        told = self._told[person_id]
        for address in _TOLD.findall(data):
            told[address.decode()] = None
            told.move_to_end(address.decode())
        while len(told) > _MOST:
            told.popitem(last=False)

    def lets(self, person_id: str, path: str) -> bool:
        """Say whether a person may ask for a path: it is for all, or was told to a tab of theirs."""
        return not path.startswith(_OF_ONE) or path in self._told[person_id]

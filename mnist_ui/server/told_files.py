"""Which files each person's tabs were told of: nobody else gets them, whatever address they send."""

import re
from collections import OrderedDict, defaultdict

# What is sent is no text: an address ends where its last part has its length.
_FILE, _PLACE = "/media/[0-9a-f]{32}", "/_stcore/upload_file/[0-9a-f-]{36}/[0-9a-f-]{36}"
_ADDRESS = f"{_FILE}|{_PLACE}"
_TOLD = re.compile(_ADDRESS.encode())
_ASKED = re.compile(rf"({_FILE})(?:\.\w+)?|({_PLACE})")
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
        if not path.startswith(_OF_ONE):
            return True
        asked = _ASKED.fullmatch(path)
        return asked is not None and (asked[1] or asked[2]) in self._told[person_id]

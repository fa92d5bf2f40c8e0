"""What is told of a search, and who listens to it."""

from threading import enumerate as list_threads

from mnist_core.search.events import EventListener
from mnist_core.search.news import News

EPOCH = {"candidate": 3, "fold": 1, "record": {"epoch": 2}}
FIT = {"candidate": 3, "fold": 1, "score": 0.5}


def test_what_could_not_be_told_is_told_the_next_time_and_then_no_more():
    told, broken = [], [True]

    def tell(kind, **values):
        if broken:
            raise OSError(broken.pop())
        told.append((kind, *values.values()))

    news = News(tell)
    for _ in range(3):
        try:
            news.report("epochs", [EPOCH])
        except OSError:
            continue
    news.report("fits", [FIT])

    assert told == [("epochs", [EPOCH]), ("fits", [FIT])]


def test_a_listener_that_is_closed_leaves_no_thread():
    before = list_threads()

    for _ in range(3):
        with EventListener() as listener:
            listener.sender.send("phase", text="searches")
            assert listener.receive(5.0) == {"kind": "phase", "text": "searches"}

    assert list_threads() == before


def test_a_listener_that_nobody_called_leaves_no_thread():
    before = list_threads()

    with EventListener():
        pass

    assert list_threads() == before

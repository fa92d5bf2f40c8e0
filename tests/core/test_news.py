"""What is told of a search, and who listens to it."""

from threading import enumerate as list_threads

from mnist_core.network.history import EpochRecord
from mnist_core.search.conductor import Running
from mnist_core.search.messages import MessageListener, Phase, Records
from mnist_core.search.states import TaskState
from mnist_core.search.tasks import Task

EPOCH = Records([(3, 1, EpochRecord(2, 1.0, 1.0, 0.5, 0.1))])
FIT = Records(scores=[(3, 1, 0.5)])


def test_what_could_not_be_told_is_told_the_next_time_and_then_no_more():
    told, broken = [], [True]

    def tell(records):
        if broken:
            raise OSError(broken.pop())
        told.append(records)

    running = Running(Task("a", "0", TaskState(0)), "own", 0, b"")
    for _ in range(3):
        try:
            running.tell(tell, 0, EPOCH)
        except OSError:
            continue
    running.tell(tell, 1, FIT)

    assert told == [EPOCH, FIT]


def test_a_listener_that_is_closed_leaves_no_thread():
    before = list_threads()

    for _ in range(3):
        told = []
        with MessageListener(told.append) as sender:
            sender.send(Phase("searches"))
            assert told == [Phase("searches")]

    assert list_threads() == before


def test_a_listener_that_nobody_called_leaves_no_thread():
    before = list_threads()

    with MessageListener(print):
        pass

    assert list_threads() == before

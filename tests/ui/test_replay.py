"""What the browser is told of a run that it plays."""

from grid_fits import GRID, make_epochs, make_fit

from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_ui.components.replay import Replay
from mnist_ui.components.small_curves.cells import lay_out

PLAN = SearchPlan(GRID, cv=2)


def describe(curves, fits):
    return Replay(PLAN, make_epochs(curves), fits).describe()


def test_epochs_come_in_their_order_with_the_places_of_their_cells():
    told = describe({(0, 0): [0.5, 0.6], (3, 1): [0.7]}, [])
    candidates, cells = GRID.candidates(), lay_out(GRID)
    places = [cells.index(candidates[index]) for index in (0, 3, 0)]
    assert (told["places"], told["folds"], told["accuracies"]) == (places, [0, 1, 0], [0.5, 0.7, 0.6])
    assert told["names"][places[1]] == str(candidates[3])


def test_only_fits_that_ended_have_a_length():
    told = describe({(0, 0): [0.5, 0.6], (0, 1): [0.7]}, [make_fit(0, 0, 2, 0.6), make_fit(0, 1, 1, None)])
    place = lay_out(GRID).index(GRID.candidates()[0])
    assert told["lengths"][place] == [2, 0]
    assert sum(map(sum, told["lengths"])) == 2


def test_a_leader_leads_from_the_last_epoch_of_its_fit_on():
    curves = {(0, 0): [0.5, 0.6], (1, 0): [0.7, 0.8, 0.9]}
    told = describe(curves, [make_fit(1, 0, 3, 0.9), make_fit(0, 0, 2, 0.6)])
    assert [(one["seen"], one["words"]) for one in told["leaders"]] == [
        (3, f"{GRID.candidates()[0]}, 60.00% on 1 fold"),
        (5, f"{GRID.candidates()[1]}, 90.00% on 1 fold"),
    ]


def test_a_grid_too_large_to_be_drawn_is_played_in_words():
    wide = SearchPlan(
        Grid(
            lr=tuple(0.1 / n for n in range(1, 102)),
            hidden1=tuple(range(1, 51)),
            hidden2=(2,),
            activation=GRID.activation[:1],
        )
    )
    told = Replay(wide, make_epochs({(0, 0): [0.5]}), []).describe()
    assert (told["columns"], told["rows"], len(told["places"])) == ([], [], 1)

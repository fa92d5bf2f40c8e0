"""Every network as a small curve, runs as they are followed, and runs rewound."""

from dataclasses import replace

import pytest
from grid_fits import GRID, make_epochs, make_fit

from mnist_core.network.candidate import Activation
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store import FitRow, FitState
from mnist_ui.components.small_curves.cells import Kind, find_axes
from mnist_ui.components.small_curves.figures import Figures
from mnist_ui.search.run_replay import rewind_fits


def find_cell(figure, index):
    return next(cell for cell in figure.cells if cell.index == index)


def test_cells_are_laid_out_by_hyper_parameters():
    figure = Figures().draw(GRID, [], [])
    candidates = GRID.candidates()
    laid_out = [candidates[cell.index] for cell in figure.cells]
    assert [(one.activation.label, one.lr, one.hidden2) for one in laid_out[:4]] == [
        ("ReLU", 0.1, 3),
        ("ReLU", 0.1, 2),
        ("ReLU", 0.01, 3),
        ("ReLU", 0.01, 2),
    ]
    assert {one.activation for one in laid_out[4:]} == {Activation.TANH}
    assert {cell.kind for cell in figure.cells} == {Kind.WAITS}


def test_the_mean_goes_on_with_the_last_value_of_a_fold_that_stopped():
    epochs = make_epochs({(0, 0): [0.5, 0.7], (0, 1): [0.5, 0.7, 0.9]})
    fits = [make_fit(0, 0, 2, 0.7), make_fit(0, 1, 3, None)]
    cell = find_cell(Figures().draw(GRID, epochs, fits), 0)
    assert len(cell.points.split()) == 3
    assert cell.words.endswith("trains, at epoch 2 to 3, 1 of 2 folds stopped, accuracy 80.00%")


def test_a_fold_that_is_behind_does_not_bend_the_end_of_the_mean():
    epochs = make_epochs({(0, 0): [0.5], (0, 1): [0.5, 0.7, 0.9]})
    fits = [make_fit(0, 0, 1, None), make_fit(0, 1, 3, None)]
    assert find_cell(Figures().draw(GRID, epochs, fits), 0).words.endswith("accuracy 90.00%")


def test_a_cell_says_its_accuracy_rounded_as_the_browser_rounds_it():
    # Python alone would round this half to the even 90.2, and a replay would differ from the figure.
    epochs = make_epochs({(0, 0): [0.9025]})
    assert find_cell(Figures().draw(GRID, epochs, [make_fit(0, 0, 1, None)]), 0).score == "90.3"


def test_a_stopped_network_says_at_which_epoch():
    figure = Figures().draw(GRID, make_epochs({(1, 0): [0.5, 0.6]}), [make_fit(1, 0, 2, 0.6)], best=1)
    cell = find_cell(figure, 1)
    assert (cell.kind, cell.note, cell.best) == (Kind.STOPPED, "2", True)
    assert "stopped at epoch 2" in cell.words


def test_nothing_trains_in_a_run_that_stands_still():
    epochs, fits = make_epochs({(0, 0): [0.5]}), [make_fit(0, 0, 1, None)]
    assert find_cell(Figures().draw(GRID, epochs, fits, is_running=False), 0).kind is Kind.HALTED


def test_better_is_higher_and_later_is_further_right():
    figure = Figures().draw(GRID, make_epochs({(0, 0): [0.1, 0.5, 0.99]}), [make_fit(0, 0, 3, None)])
    points = [tuple(map(float, point.split(","))) for point in find_cell(figure, 0).points.split()]
    assert points[0] == (0.0, 100.0)
    assert points[-1][1] == 0.0
    assert points == sorted(points)


def test_the_retraining_of_the_winner_is_no_fold():
    figure = Figures().draw(GRID, make_epochs({(0, REFIT_FOLD): [0.9]}), [make_fit(0, REFIT_FOLD, 1, None)])
    assert find_cell(figure, 0).kind is Kind.WAITS


def test_a_figure_draws_anew_only_what_has_changed():
    curves = {(0, 0): [0.5, 0.6], (1, 0): [0.5, 0.55]}
    fits = [make_fit(0, 0, 2, None), make_fit(1, 0, 2, None)]
    figures, epochs = Figures(), make_epochs(curves)
    before = figures.draw(GRID, epochs[:3], fits)
    after = figures.draw(GRID, epochs, fits)
    changed = [
        cell.index for cell, step in zip(after.cells, after.steps, strict=True) if step == max(after.steps)
    ]
    assert changed == [1]
    assert after.name == before.name
    assert after.cells == Figures().draw(GRID, epochs, fits).cells


def test_a_figure_begins_anew_where_epochs_were_taken_back():
    fits = [make_fit(0, 0, 2, None)]
    figures = Figures()
    before = figures.draw(GRID, make_epochs({(0, 0): [0.5, 0.6]}), fits)
    after = figures.draw(GRID, make_epochs({(0, 0): [0.5, 0.7]}), fits)
    assert after.name != before.name
    assert find_cell(after, 0).score == "70.0"


def test_axes_grow_in_steps_so_that_most_epochs_leave_other_networks_as_they_are():
    assert find_axes([[0.9] * 6]) == find_axes([[0.9] * 10, [0.9001]])
    assert find_axes([[0.9] * 11]).last_epoch > find_axes([[0.9] * 10]).last_epoch
    assert find_axes([[0.9123]]).least_error <= 1 - 0.9123


@pytest.mark.parametrize(
    ("n_seen", "stood"),
    [
        (0, {}),
        (1, {(0, 0): None}),
        (3, {(0, 0): 0.6, (1, 0): None}),
        (5, {(0, 0): 0.6, (1, 0): 0.9}),
    ],
)
def test_fits_are_rewound_to_what_they_were(n_seen, stood):
    epochs = make_epochs({(0, 0): [0.5, 0.6], (1, 0): [0.5, 0.8, 0.9]})
    fits = [make_fit(0, 0, 2, 0.6), make_fit(1, 0, 3, 0.9)]
    seen = rewind_fits(epochs[:n_seen], fits)
    assert {(fit.candidate, fit.fold): fit.score for fit in seen} == stood


def test_a_fold_that_a_race_never_began_is_not_replayed():
    never = FitRow(0, 1, FitState.DROPPED, None, 0, 0.0)
    begun = replace(make_fit(0, 0, 2, None), state=FitState.DROPPED)

    epochs = make_epochs({(0, 0): [0.5, 0.6]})

    assert rewind_fits([], [begun, never]) == []
    assert rewind_fits(epochs, [begun, never]) == [begun]

"""One network that trains as its user watches: paused, changed, taken back, branched."""

from dataclasses import replace

import numpy as np
import pytest
from stored_runs import Stop

from mnist_core.data.dataset import split_dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.errors import GridError, RunError, StorageError
from mnist_core.insight.fields import receptive_fields
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Recipe
from mnist_core.store import WorkState, claim, get_job, read_epochs, wish
from mnist_core.store.job import Turn
from mnist_core.training.live.frames import Frames
from mnist_core.training.live.learner import Learner
from mnist_core.training.live.live_plan import LivePlan, Rates, Wishes, title_training
from mnist_core.training.live.watched import add_training, branch_training, open_frames, open_learner
from mnist_core.work.supervisor import carry_out_work

PLAN = LivePlan(Candidate(0.01, 12, 6, Activation.TANH), Recipe(seed=3, batch_size=32))
FAST, SLOW = Rates(0.01), Rates(0.002, 0.0005)


@pytest.fixture
def frames(tmp_path):
    return Frames(tmp_path / "training")


@pytest.fixture
def settings(settings, dataset):
    keep_dataset(dataset, settings.datasets_folder)
    return settings


def learn(learner, rates):
    for one in rates:
        learner.train_epoch(one)
    return learner


def weights_of(learner):
    return [array.tobytes() for array in learner.state.arrays.values()]


def begin(store, dataset, until, rates=FAST):
    wishes = Wishes(until, rates)
    return add_training(store, PLAN, dataset.name, dataset.fingerprint, wishes)


def carry_out(store, settings, job_id):
    return carry_out_work(store, claim(store, job_id), settings, Turn(Stop()))


def test_a_live_training_is_that_of_the_command_train(dataset, frames):
    split = split_dataset(dataset, PLAN.recipe.seed)
    recipe = replace(PLAN.recipe, max_epochs=4, patience=9)
    network, history = train_network(
        dataset.images[split.train], dataset.labels[split.train], PLAN.candidate, recipe
    )

    learner = learn(Learner(PLAN, dataset, frames), [FAST] * 4)

    assert [one.valid_loss for one in learner.history] == [one.valid_loss for one in history]
    for name, tensor in network.state_dict().items():
        assert np.array_equal(learner.network.state_dict()[name], tensor)


@pytest.mark.parametrize("epoch", [0, 3, 8, 10])
def test_to_go_back_and_on_with_the_same_settings_gives_the_same_weights_bit_by_bit(dataset, frames, epoch):
    rates = [FAST] * 5 + [SLOW] * 7
    learner = learn(Learner(PLAN, dataset, frames), rates)
    weights, history = weights_of(learner), learner.history

    learner.go_to(epoch)
    assert learner.epoch == epoch
    learn(learner, rates[epoch:])

    assert weights_of(learner) == weights
    assert [one.valid_loss for one in learner.history] == [one.valid_loss for one in history]


def test_other_rates_give_another_network(dataset, frames):
    learner = learn(Learner(PLAN, dataset, frames), [FAST] * 4)
    weights = weights_of(learner)

    learner.go_to(2)
    learn(learner, [SLOW] * 2)

    assert weights_of(learner) != weights


def test_another_process_goes_on_where_the_first_was_killed(dataset, frames):
    rates = [FAST] * 6 + [SLOW] * 5
    whole = learn(Learner(PLAN, dataset, Frames(frames.folder / "whole")), rates)

    for part in (rates[:7], rates[7:9], rates[9:]):
        learner = learn(Learner(PLAN, dataset, frames), part)

    assert weights_of(learner) == weights_of(whole)


def test_a_damaged_state_is_left_out_and_its_epochs_are_trained_again(dataset, frames):
    rates = [FAST] * 12 + [SLOW] * 8
    learner = learn(Learner(PLAN, dataset, frames), rates)
    weights = weights_of(learner)
    for path in sorted((frames.folder / "states").iterdir())[1:]:
        path.write_bytes(path.read_bytes()[:-1])

    assert weights_of(Learner(PLAN, dataset, frames)) == weights


def test_a_frame_holds_what_was_measured_and_the_fields_to_three_digits(dataset, frames):
    learner = Learner(PLAN, dataset, frames)
    frame = learner.train_epoch(FAST)

    kept = frames.read(1)

    assert (kept.record, kept.rates) == (frame.record, FAST)
    assert kept.accuracy == pytest.approx(frame.record.valid_accuracy)
    assert frames.read(0).record is None
    exact = receptive_fields(learner.network, "hidden1").reshape(12, -1)
    assert np.abs(kept.weights["hidden1.weight"] - exact).max() < 1e-3 * np.abs(exact).max()


def test_an_epoch_of_the_papers_network_takes_less_than_300_kilobytes(dataset, frames):
    plan = replace(PLAN, candidate=Candidate(0.001, 96, 24, Activation.TANH))

    learn(Learner(plan, dataset, frames), [FAST] * 8)

    sizes = [path.stat().st_size for path in frames.folder.rglob("*.safetensors")]
    assert sum(sizes) / 9 < 300_000


def test_only_kept_epochs_can_be_gone_to(dataset, frames):
    learner = learn(Learner(PLAN, dataset, frames), [FAST])

    with pytest.raises(RunError, match="Only epochs 0 to 1 are kept, but 2"):
        learner.go_to(2)
    with pytest.raises(RunError, match="from 0 to 1"):
        frames.branch_to(frames.folder.parent / "other", 2)


def test_a_disk_that_takes_nothing_is_said_so(dataset, frames):
    frames.folder.mkdir()
    (frames.folder / "epochs").write_text("in the way")

    with pytest.raises(StorageError, match="needs room for its epochs"):
        Learner(PLAN, dataset, frames)


@pytest.mark.parametrize(
    "wishes", [(-1, 0.01, 0.0, 0.0), (5, 0.0, 0.0, 0.0), (5, 0.1, 2.0, 0.0), (5, 0.1, 0.0, -1.0)]
)
def test_wishes_that_cannot_be_met_are_refused(wishes):
    until, lr, decay, pace = wishes

    with pytest.raises(GridError, match="must be"):
        Wishes(until, Rates(lr, decay), pace)


def test_plans_and_wishes_are_the_same_once_stored():
    plan, wishes = PLAN.branch("parent", 7), Wishes(7, SLOW, 2.0)

    assert LivePlan.from_values(plan.values()) == plan
    assert Wishes.from_values(wishes.values()) == wishes


def test_a_job_trains_until_the_epoch_that_is_wished_for_and_tells_each(lab_store, settings, dataset):
    job_id = begin(lab_store, dataset, 3)

    job = carry_out(lab_store, settings, job_id)

    assert job.message.startswith("its process was ended")
    assert [row.record.epoch for row in read_epochs(lab_store, job_id)] == [1, 2, 3]
    assert open_frames(settings, job_id).last_epoch == 3


def test_a_changed_rate_holds_for_the_epochs_to_come(lab_store, settings, dataset):
    job_id = begin(lab_store, dataset, 2)
    carry_out(lab_store, settings, job_id)

    wish(lab_store, job_id, until=4, lr=SLOW.lr, weight_decay=SLOW.weight_decay)
    carry_out(lab_store, settings, job_id)

    frames = open_frames(settings, job_id)
    assert [frames.read_outline(epoch)[1] for epoch in range(1, 5)] == [FAST, FAST, SLOW, SLOW]


def test_a_branch_goes_on_from_the_epoch_as_its_parent_did(lab_store, settings, dataset):
    parent = begin(lab_store, dataset, 5)
    carry_out(lab_store, settings, parent)

    branch = branch_training(lab_store, settings, parent, 2)
    wish(lab_store, branch, until=5)
    carry_out(lab_store, settings, branch)

    job = get_job(lab_store, branch)
    assert (job.settings["parent"], job.settings["parent_epoch"]) == (parent, 2)
    assert title_training(job) == "12-6 Tanh from epoch 2, lr 0.01"
    ours, theirs = (open_learner(get_job(lab_store, one), settings) for one in (branch, parent))
    assert weights_of(ours) == weights_of(theirs)
    assert [row.record.epoch for row in read_epochs(lab_store, branch)] == [1, 2, 3, 4, 5]


def test_a_training_is_titled_with_the_rates_that_hold_now(lab_store, settings, dataset):
    parent = begin(lab_store, dataset, 2)
    carry_out(lab_store, settings, parent)
    branch = branch_training(lab_store, settings, parent, 1)

    wish(lab_store, branch, lr=5.0, weight_decay=0.5)

    job = get_job(lab_store, branch)
    assert title_training(job) == "12-6 Tanh from epoch 1, lr 5, weight decay 0.5"
    assert title_training(get_job(lab_store, parent)) == "12-6 Tanh, lr 0.01"


def test_a_training_that_an_earlier_version_named_by_its_first_rate_is_titled_anew(lab_store, dataset):
    name, wishes = f"{PLAN.candidate} from epoch 2", Wishes(1, Rates(5.0))
    job_id = add_training(lab_store, PLAN, dataset.name, dataset.fingerprint, wishes, name)

    assert title_training(get_job(lab_store, job_id)) == "12-6 Tanh from epoch 2, lr 5"


def test_a_branch_outlives_its_parent(lab_store, settings, dataset):
    parent = begin(lab_store, dataset, 2)
    carry_out(lab_store, settings, parent)
    branch = branch_training(lab_store, settings, parent, 1)

    for path in open_frames(settings, parent).folder.rglob("*.safetensors"):
        path.unlink()

    assert carry_out(lab_store, settings, branch).state is WorkState.INTERRUPTED
    assert open_frames(settings, branch).last_epoch == 1


def test_the_store_learns_of_epochs_that_only_the_disk_knew(lab_store, settings, dataset):
    job_id = begin(lab_store, dataset, 2)
    carry_out(lab_store, settings, job_id)
    learn(open_learner(get_job(lab_store, job_id), settings), [FAST])

    carry_out(lab_store, settings, job_id)

    assert [row.record.epoch for row in read_epochs(lab_store, job_id)] == [1, 2, 3]

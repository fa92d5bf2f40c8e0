"""A copy of a model learns a hand: what it reads then, what it keeps, and what is said of it."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import ROOT, take_digits

from mnist_core.cli import main
from mnist_core.data.dataset import DIGITS, split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.ground.errors import CorrectionError
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.fields.probe import choose_probe
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.operated_model import keep_operated
from mnist_core.insight.operate.operations import Round
from mnist_core.network.models import Model, load_model, save_model
from mnist_core.network.models.came_from import ChangeFacts, LearnedFacts
from mnist_core.network.models.card import write_card
from mnist_core.network.models.seen import hash_images
from mnist_core.pens import Drawing
from mnist_core.training.learning.learned import learn_hand
from mnist_core.training.learning.memory import Exam, Memory, open_memory, read_shipped, remember
from mnist_core.training.learning.teach import LearnPlan, collect_digits, teach_copy
from mnist_core.training.robust.fit import FitPlan
from mnist_core.training.robust.pen import draw_pens, read_pens

QUICK = LearnPlan(fit=FitPlan(3, 64, 0.002, uses_muon=False), n_drawings=4)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def paper():
    return load_model(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def pens():
    return read_pens()


@pytest.fixture(scope="module")
def memory(pens):
    images, labels = read_shipped()
    return remember(images[::8], labels[::8], pens.choose(pens.writers > 25).choose(np.arange(0, 1200, 12)))


@pytest.fixture(scope="module")
def eights(pens):
    """Eights of one writer, of which the model reads few."""
    return pens.choose((pens.writers == 14) & (pens.labels == 8))


@pytest.fixture(scope="module")
def exam():
    sample = read_dataset(SAMPLE_PATH, SAMPLE_NAME)
    return Exam(sample.images[::10], sample.labels[::10], "some images")


def draw(pens):
    return [
        Drawing([stroke.tolist() for stroke in strokes], int(label))
        for strokes, label in zip(pens.strokes, pens.labels, strict=True)
    ]


def count_right(network, pens):
    return evaluate(network, draw_pens(pens), pens.labels).n_right


def test_a_copy_that_learned_five_digits_reads_further_ones_and_keeps_what_it_knew(
    paper, memory, eights, exam
):
    learned, further = eights.choose(np.arange(5)), eights.choose(np.arange(5, len(eights)))

    copy = teach_copy(paper.network, learned, memory, plan=QUICK)

    assert count_right(copy, further) >= count_right(paper.network, further) + 3
    before = evaluate(paper.network, exam.images, exam.labels).n_right
    assert evaluate(copy, exam.images, exam.labels).n_right >= before - 10


def test_the_model_itself_stays_as_it_is_and_the_same_seed_teaches_the_same(paper, memory, eights):
    before = {name: tensor.clone() for name, tensor in paper.network.state_dict().items()}

    first, second = (teach_copy(paper.network, eights, memory, seed=4, plan=QUICK) for _ in range(2))

    assert all(torch.equal(before[name], tensor) for name, tensor in paper.network.state_dict().items())
    assert torch.equal(first.hidden1.weight, second.hidden1.weight)
    assert not torch.equal(first.hidden1.weight, paper.network.hidden1.weight)


def test_the_shipped_memory_has_no_image_that_is_held_out(real_data):
    dataset = read_dataset(real_data / "MNIST.mat")
    held_out = dataset.images[split_dataset(dataset).test]
    known = {np.round(image * 255).astype(np.uint8).tobytes() for image in held_out}
    images, labels = read_shipped()

    assert np.bincount(labels).tolist() == [500] * 10
    assert not any(image.tobytes() in known for image in images)


def test_a_shipped_model_is_reminded_of_what_it_was_trained_on_and_examined_on_the_sample(paper, tmp_path):
    memory, exam = open_memory(paper, tmp_path)

    assert (len(memory.labels), len(exam.labels)) == (6500, 5000)
    assert "built-in sample" in exam.words


@pytest.mark.parametrize("is_known", [False, True])
def test_a_model_of_data_that_is_not_here_is_told_to_open_it(paper, tmp_path, is_known):
    facts = replace(paper.info.data, fingerprint="0" * 16, name="mine.mat")
    seen = hash_images(take_digits(50)[0][:, ::-1]) if is_known else None  # mirrored: not those of the sample
    stranger = Model(paper.folder, paper.network, replace(paper.info, data=facts), seen)

    with pytest.raises(CorrectionError, match=r"mine\.mat, which is not kept here.*open that file"):
        open_memory(stranger, tmp_path)


def test_a_model_of_other_classes_is_refused(paper, tmp_path):
    letters = Model(paper.folder, paper.network, replace(paper.info, class_names=tuple("ABCDEFGHIJ")))

    with pytest.raises(CorrectionError, match="a model of the ten digits"):
        open_memory(letters, tmp_path)
    assert paper.info.class_names == DIGITS


def test_what_is_learned_is_measured_on_digits_that_were_left_out(paper, memory, eights, exam):
    told = []

    learned = learn_hand(
        paper.network,
        draw(eights.choose(np.arange(4))),
        memory,
        exam,
        tell=lambda _, done: told.append(done),
        plan=QUICK,
    )

    assert learned.n == 4
    assert learned.n_right_after >= learned.n_right_before
    assert learned.n_right_unseen is not None
    assert 0 <= learned.n_right_unseen <= 4
    assert learned.exam_before.n == learned.exam_after.n == len(exam.labels)
    assert told == sorted(told)


def test_one_digit_alone_cannot_be_left_out(paper, memory, eights, exam):
    learned = learn_hand(paper.network, draw(eights.choose(np.arange(1))), memory, exam, plan=QUICK)

    assert learned.n_right_unseen is None


def test_without_a_digit_that_was_told_nothing_is_learned(paper, memory, exam):
    with pytest.raises(CorrectionError, match="at least one drawing whose digit was told"):
        learn_hand(paper.network, [Drawing([[(0, 0), (1, 1)]])], memory, exam)
    assert len(collect_digits([])) == 0


def test_memory_takes_at_most_what_it_needs(pens):
    images, labels = np.zeros((6000, 28, 28), np.uint8), np.zeros(6000, np.int64)

    memory = remember(images, labels, pens)

    assert isinstance(memory, Memory)
    assert len(memory.labels) == 6500


def test_the_command_saves_a_copy_whose_card_says_what_it_learned(pens, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    chosen = pens.choose((pens.writers == 14) & (pens.labels == 8)).choose(np.arange(1))
    (digit,) = draw(chosen)
    (tmp_path / "mine.json").write_text(json.dumps([{"strokes": digit.strokes, "label": 8}]))

    words = ["learn", str(ROOT / "models/paper"), "--from", str(tmp_path / "mine.json")]
    assert main([*words, "--out", str(tmp_path / "mine"), "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    copy = load_model(tmp_path / "mine")
    assert (said["n"], said["own_unseen"], said["test_n"]) == (1, None, 5000)
    assert said["test_after"] == copy.info.test.accuracy > said["test_before"] - 0.003
    assert copy.info.learned is not None
    assert (copy.info.learned.model, copy.info.learned.n) == ("paper", 1)
    card = (tmp_path / "mine" / "README.md").read_text()
    assert "learned **1 digits** of a person's hand" in card
    assert "Alpaydin" in card
    assert copy.info.trained_as == "paper"
    assert "What follows is of `paper`, as it was trained:" in card
    assert copy.info.learned.measured_on == "the 5,000 held-out images of the built-in sample"


def test_a_copy_that_is_operated_on_tells_the_tests_of_both_apart(tmp_path):
    paper = load_model(ROOT / "models/paper")
    learned = LearnedFacts("paper", 1, 0, None, 4_800, "the 5,000 held-out images", 5_000, 0)
    info = replace(paper.info, learned=learned, trained_as="paper")
    copy = save_model(paper.network, info, tmp_path / "mine", paper.seen)
    sample = read_dataset(SAMPLE_PATH)
    probe = choose_probe(info.data, sample, is_trained=copy.find_trained(sample))

    less = keep_operated(copy, [Round(8)], Bench(copy.network, probe), tmp_path / "less")

    assert info.tested_as_changed is None
    assert less.info.tested_as_changed == less.info.changes[0]
    card = (less.folder / "README.md").read_text()
    assert "of the 5,000 held-out images it read 96.00%" in card
    assert less.info.trained_as == "paper"


def test_a_changed_model_that_learned_afterwards_is_tested_as_it_learned():
    info = load_model(ROOT / "models/paper").info
    change = ChangeFacts("paper", ("--bits 8",), 0.97, "834 held-out images", (96, 24))
    learned = LearnedFacts("less", 1, 0, None, 4_800, "the 5,000 held-out images", 5_000, n_changes=1)

    later = replace(info, changes=(change,), learned=learned, trained_as="paper")

    assert later.tested_as_changed is None
    assert "changed after its training" not in write_card(later, 77_938, "later")

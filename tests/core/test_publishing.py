"""What people give to the others, and take back; and the pool that stands behind all spaces."""

import numpy as np
import pytest
from stored_runs import OUTCOME, PLAN
from trained import make_dataset, make_model

from mnist_core.data.kept import keep_dataset, list_datasets, open_dataset, remove_dataset
from mnist_core.data.kept_sources import keep_sources
from mnist_core.ground.errors import DataError, ModelError, PersonError, RunError
from mnist_core.network.models import list_models
from mnist_core.store import WorkState, add_search, claim, end, find_searches, get_search, rename_work
from mnist_core.store.people.leaving import remove_person
from mnist_core.store.people.publishing import (
    find_datasets_folder,
    find_winner,
    give_dataset,
    give_model,
    give_run,
    is_given,
    is_given_model,
    list_given,
    take_back_dataset,
    take_back_model,
    take_back_run,
    take_given,
)
from mnist_core.store.people.roll import add_person, list_people


@pytest.fixture
def ada(settings):
    return settings.of("ada")


@pytest.fixture
def ben(settings):
    return settings.of("ben")


def keep(dataset, settings):
    return keep_dataset(dataset, settings.datasets_folder, settings.pool_folder)


def end_run(lab_store, settings, dataset, model_folder):
    """Have a run end whose winner is a model of the space."""
    store = lab_store.of(settings.space)
    run_id = add_search(store, PLAN, dataset.name, dataset.fingerprint, "a run")
    claim(store, run_id)
    end(store, run_id, WorkState.DONE, "done", vars(OUTCOME) | {"model": str(model_folder)})
    return run_id


def test_a_data_set_of_two_spaces_is_kept_once(dataset, ada, ben):
    first, second = keep(dataset, ada), keep(dataset, ben)

    images = [place.datasets_folder / dataset.fingerprint / "images.npy" for place in (ada, ben)]
    assert np.array_equal(first.images, second.images)
    assert images[0].samefile(images[1])


def test_each_space_calls_a_data_set_as_its_own_file_was_called(dataset, ada, ben):
    keep(dataset, ada)
    keep(type(dataset)(**{**vars(dataset), "name": "secret.mat"}), ben)

    assert open_dataset(dataset.fingerprint, ada.datasets_folder).name == dataset.name
    assert open_dataset(dataset.fingerprint, ben.datasets_folder).name == "secret.mat"


def test_who_has_not_opened_a_data_set_does_not_have_it(dataset, ada, ben):
    keep(dataset, ada)

    assert list_datasets(ben.datasets_folder) == []
    with pytest.raises(DataError):
        take_given(ben, dataset.fingerprint)


def test_a_removed_data_set_stays_for_who_has_it_too_and_goes_with_the_last(dataset, ada, ben):
    keep(dataset, ada)
    keep(dataset, ben)

    remove_dataset(dataset.fingerprint, ada.datasets_folder, ada.pool_folder)
    assert open_dataset(dataset.fingerprint, ben.datasets_folder).n_samples == dataset.n_samples
    remove_dataset(dataset.fingerprint, ben.datasets_folder, ben.pool_folder)

    assert not list(ada.pool_folder.iterdir())


def test_what_was_published_is_taken_without_the_file_that_it_came_from(dataset, ada, ben, tmp_path):
    source = tmp_path / "source.mat"
    source.write_bytes(b"more than images")
    keep(dataset, ada)
    keep_sources([(source, source.name)], dataset.fingerprint, ada.datasets_folder)

    give_dataset(ada, dataset.fingerprint)
    take_given(ben, dataset.fingerprint)

    assert [(one.space, one.name) for one in list_given(ben)] == [("ada", dataset.name)]
    assert not (ben.datasets_folder / dataset.fingerprint / "source.mat").exists()


def test_who_took_a_data_set_keeps_it_when_it_is_taken_back(dataset, ada, ben):
    keep(dataset, ada)
    give_dataset(ada, dataset.fingerprint)
    take_given(ben, dataset.fingerprint)

    take_back_dataset(ada, dataset.fingerprint)

    assert not is_given(ada, dataset.fingerprint)
    assert list_given(ben) == []
    assert open_dataset(dataset.fingerprint, ben.datasets_folder).n_samples == dataset.n_samples


def test_nobody_takes_back_what_another_has_published(dataset, ada, ben):
    keep(dataset, ada)
    give_dataset(ada, dataset.fingerprint)

    take_back_dataset(ben, dataset.fingerprint)

    assert is_given(ada, dataset.fingerprint)


def test_a_published_model_is_among_those_of_the_others_as_it_was(dataset, ada, ben):
    make_model(ada.models_folder / "mine", dataset, n_steps=3)
    give_model(ada, "mine")
    weights = (ada.models_folder / "mine" / "weights.safetensors").read_bytes()
    make_model(ada.models_folder / "mine", dataset, n_steps=5)

    [folder] = [one for one in list_models(ben.model_roots) if one.name == "mine"]

    assert (folder / "weights.safetensors").read_bytes() == weights
    take_back_model(ada, "mine")
    assert not folder.exists()
    assert (ada.models_folder / "mine").exists()


@pytest.mark.parametrize("name", ["../ada/models/mine", "paper", "nothing", "..", ""])
def test_only_a_model_of_ones_own_is_published(dataset, ada, ben, name):
    make_model(ada.models_folder / "mine", dataset, n_steps=1)
    ben.models_folder.mkdir(parents=True)

    with pytest.raises(ModelError, match="of your own"):
        give_model(ben, name)


def test_two_published_models_have_no_name_in_common(dataset, ada, ben):
    for place in (ada, ben):
        make_model(place.models_folder / "mine", dataset, n_steps=1)
    give_model(ada, "mine")

    with pytest.raises(ModelError, match="already"):
        give_model(ben, "mine")
    assert not is_given_model(ben, "mine")


def test_a_published_run_is_read_and_not_changed_by_others(lab_store, dataset, ada, ben):
    keep(dataset, ada)
    model = make_model(ada.models_folder / "winner", dataset, n_steps=1)
    run_id = end_run(lab_store, ada, dataset, model.folder)
    theirs = lab_store.of("ben")
    assert find_searches(theirs) == []

    give_run(lab_store.of("ada"), ada, run_id)

    run = get_search(theirs, run_id)
    assert find_winner(ben, run) == ada.shared_folder / "models" / "winner"
    assert find_datasets_folder(ben, run.fingerprint) == ada.shared_folder / "datasets"
    with pytest.raises(RunError, match="another person"):
        rename_work(theirs, run_id, "mine now")
    with pytest.raises(RunError, match="another person"):
        take_back_run(theirs, ben, run_id)

    take_back_run(lab_store.of("ada"), ada, run_id)
    assert find_searches(theirs) == []
    assert not is_given_model(ada, "winner")


def test_a_run_that_goes_on_is_not_published(lab_store, dataset, ada):
    store = lab_store.of("ada")
    run_id = add_search(store, PLAN, dataset.name, dataset.fingerprint, "a run")

    with pytest.raises(PersonError, match="once it has stopped"):
        give_run(store, ada, run_id)


def test_the_one_person_has_nobody_to_publish_to(dataset, settings):
    keep(dataset, settings)

    with pytest.raises(PersonError, match="MNIST_LAB_PEOPLE"):
        give_dataset(settings, dataset.fingerprint)


def test_who_goes_takes_all_along_that_is_theirs(lab_store, settings, dataset):
    person, other = (add_person(lab_store, name, name) for name in ("ada", "ben"))
    places, others = settings.of(person.id), settings.of(other.id)
    own = make_dataset(200, seed=5)
    for place, data in ((places, dataset), (places, own), (others, dataset)):
        keep(data, place)
    model = make_model(places.models_folder / "winner", own, n_steps=1)
    run_id = end_run(lab_store, places, own, model.folder)
    give_run(lab_store.of(person.id), places, run_id)

    remove_person(lab_store, settings, person.id)

    assert [one.id for one in list_people(lab_store)] == [other.id]
    assert find_searches(lab_store) == []
    assert not places.folder.exists()
    assert not places.shared_folder.exists()
    assert [path.name for path in settings.pool_folder.iterdir()] == [dataset.fingerprint]
    assert open_dataset(dataset.fingerprint, others.datasets_folder).n_samples == dataset.n_samples

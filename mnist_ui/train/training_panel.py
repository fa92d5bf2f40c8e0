"""A live training as it goes on: what it does, its film, and what its user may ask of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.network.architecture import LAYER_WORDS
from mnist_core.store import WorkRow, WorkState, describe_wait, get_job, wish
from mnist_core.training.live.live_plan import LivePlan, Wishes, name_training
from mnist_core.training.live.watched import find_classes, open_frames
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.components.delivery import find_delivery
from mnist_ui.components.film import Film
from mnist_ui.components.film.epochs import open_reel, read_ghost
from mnist_ui.following.watch import watch_job
from mnist_ui.markdown import escape
from mnist_ui.segments import choose_one
from mnist_ui.states import badge_state
from mnist_ui.train import state
from mnist_ui.train.epoch_actions import show_epoch
from mnist_ui.train.training_form import LIMITS, ask_for_pace
from mnist_ui.typed import say_number

_REFRESH_S = 0.5
_FIELD_PIXELS = 164  # two fit a phone side by side
_AFTER_REST = 20  # epochs that are offered beyond those that were asked for first


def show_training(job: WorkRow) -> None:
    """Show a live training, as the store had it just now; it refreshes itself while it trains."""
    watch_job(f"training-{job.id}", job, _show_now, _REFRESH_S, _is_busy, partial(_find_last_epoch, job))


def _find_last_epoch(job: WorkRow) -> int:
    """Return the last epoch that is there; -1 before any."""
    return open_frames(session.settings(), job.id).last_epoch


def _show_now(job: WorkRow) -> None:
    if refusal := state.REFUSAL.take():
        st.toast(escape(refusal), icon=":material/info:")
    last = _find_last_epoch(job)
    _show_head(job, last)
    if job.state is WorkState.FAILED:
        st.error(escape(job.message), icon=":material/error:")
    elif job.state is WorkState.PAUSED and _wants_more(job, last):
        st.warning(f"Paused: {escape(job.message)}", icon=":material/pause:")
    _show_wishes(job, last)
    if last < 0:
        if _is_busy(job):
            st.info(escape(_say_why(job)), icon=":material/hourglass_empty:")
        return
    layer = _choose_layer(LivePlan.from_values(job.settings).candidate.layer_names)
    seen = _show_film(job, layer)
    show_epoch(job, last if seen is None else min(seen, last), layer, is_busy=_is_busy(job))


def _say_why(job: WorkRow) -> str:
    """Say why it has no epoch yet: where many share the machine, it may wait for its turn."""
    store = session.store()
    wait = describe_wait(store, job) if store.space and job.is_waiting else ""
    return f"It {wait}." if wait else "It reads its images and draws its first weights."


def _is_busy(job: WorkRow) -> bool:
    """Say whether it changes by itself: it trains, or is about to."""
    return (job.is_waiting or job.state.is_held) and _wants_more(job, _find_last_epoch(job))


def _wants_more(job: WorkRow, last: int) -> bool:
    return last < max(Wishes.from_values(job.wishes).until, 0)


def _show_head(job: WorkRow, last: int) -> None:
    plan = LivePlan.from_values(job.settings)
    left, right = st.columns([6, 4], vertical_alignment="center")
    title = f"**{escape(name_training(job))}**, {Wishes.from_values(job.wishes).rates}"
    left.markdown(f"{_badge(job)} {title}  \n:small[:gray[{_describe(job, plan)}]]")
    with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _show_buttons(job, last)


def _badge(job: WorkRow) -> str:
    if job.state is WorkState.FAILED:
        return badge_state(job.state)
    return ":blue-badge[trains]" if _is_busy(job) else ":orange-badge[rests]"


def _describe(job: WorkRow, plan: LivePlan) -> str:
    images = f", {plan.limit:,} images" if plan.limit else ""
    recipe = plan.recipe
    extras = {"noise": recipe.input_noise, "dropout": recipe.input_dropout}
    words = "".join(f", {name} {amount:g}" for name, amount in extras.items() if amount)
    return (
        f"{escape(job.dataset_name)}{images} · {plan.network}{words} · seed {recipe.seed} · training {job.id}"
    )


def _show_buttons(job: WorkRow, last: int) -> None:
    if _is_busy(job):
        target = job.wishes.get("target", job.wishes["until"])
        _offer("Pause", ":material/pause_circle:", job, until=max(last, 0), target=target)
        return
    target = _find_target(job, last)
    _offer("Go on", ":material/play_circle:", job, until=target, target=target)
    _offer("Step one epoch", ":material/skip_next:", job, until=last + 1)


def _find_target(job: WorkRow, last: int) -> int:
    """Find until where to go on: what was asked for before it was paused, else some epochs more."""
    target = int(job.wishes.get("target", job.wishes["until"]))
    return target if target > last else last + _AFTER_REST


def _show_wishes(job: WorkRow, last: int) -> None:
    wishes = Wishes.from_values(job.wishes)
    if planned := _say_planned(wishes, LivePlan.from_values(job.settings), last):
        st.caption(planned)
    rates, pace = wishes.rates_of(last + 1), state.WISH.of(f"pace-{job.id}")
    free = {**asdict(rates), "changes": {}}  # whoever sets a rate by hand wants it for all epochs to come
    with st.container(horizontal=True):
        _ask(job, "lr", rates.lr, free)
        _ask(job, "weight_decay", rates.weight_decay, free)
        _ask(job, "until", _find_target(job, last))
        ask_for_pace(pace, wishes.pace, on_change=lambda: _wish(job.id, pace=pace.get()), width=_FIELD_PIXELS)


def _say_planned(wishes: Wishes, plan: LivePlan, last: int) -> str:
    """Say what a training that a command began is to do by itself; empty where nothing."""
    ahead = [(epoch, rates) for epoch, rates in sorted(wishes.changes.items()) if epoch > last]
    words = [f"{rates} from epoch {epoch} on" for epoch, rates in ahead]
    if wishes.stops_early:
        words.append(f"rests by itself after {plan.recipe.patience} epochs without a better validation loss")
    return f"Planned: {', '.join(words)}." if words else ""


def _ask(job: WorkRow, wish: str, value: float, also: Mapping[str, Any] | None = None) -> None:
    """Ask for a number that is obeyed at once, with what else is to be wished then.

    One that cannot be gives way to the one that holds.
    """
    field, limits, held = state.WISH.of(f"{wish}-{job.id}"), LIMITS[wish], say_number(value)
    if field.get() is None or field.of("seen").get() != held:
        field.put(held)
        field.of("seen").put(held)

    def obey() -> None:
        try:
            chosen = limits.read(field.get())
        except LabError as error:
            state.REFUSAL.put(str(error))
            field.put(held)
            return
        field.put(say_number(chosen))
        wishes = {**(also or {}), wish: chosen}
        if wish == "until":
            # Where it rests already, this is a plan for when it goes on.
            wishes = {"until": chosen, "target": chosen} if _is_busy(job) else {"target": chosen}
        _wish(job.id, **wishes)

    st.text_input(limits.label, key=field, on_change=obey, width=_FIELD_PIXELS)


def _offer(label: str, icon: str, job: WorkRow, **wishes: Any) -> None:
    st.button(label, key=f"live-{label}-{job.id}", icon=icon, on_click=_wish, args=(job.id,), kwargs=wishes)


def _wish(job_id: str, **wishes: Any) -> None:
    """Wish something of a training, and wake it where it has no process."""
    store = session.store()
    try:
        now = get_job(store, job_id).wishes | wishes
        Wishes.from_values(now)
        wish(store, job_id, **wishes)
    except LabError as error:
        # A fragment's callback may not show anything itself.
        state.REFUSAL.put(str(error))
        return
    if get_job(store, job_id).is_waiting:
        start_worker(session.settings())


def _choose_layer(layers: Sequence[str]) -> str:
    chosen: str = choose_one(
        "Fields of",
        layers[::-1],
        "live-layer",
        format_func=LAYER_WORDS.__getitem__,
        label_visibility="collapsed",
    )
    return chosen


def _show_film(job: WorkRow, layer: str) -> int | None:
    """Show the film of a layer; return the epoch that its viewer looks at, None for the last."""
    name = f"{job.id}-{layer}"
    delivery = find_delivery(state.DELIVERY, name)
    film = Film(
        open_reel(job.id, layer), name, layer, find_classes(job, session.settings()), _find_ghost(job)
    )
    place = state.SEEN.of(job.id)
    place.put(film.show(f"film-{job.id}", delivery, place.get()))
    return place.get()


def _find_ghost(job: WorkRow) -> Any:
    parent = job.settings.get("parent")
    return read_ghost(parent) if parent else ()

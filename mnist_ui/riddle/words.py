"""The answer to the riddle in words."""

from collections.abc import Sequence

from mnist_core.insight.fields.likeness import DIGIT_LIKE
from mnist_core.network.models.picture_facts import PictureFacts
from mnist_core.training.riddle.answer import Mean, Summary, calibrate, find_level, share_read
from mnist_core.training.riddle.design import GRID, NULL, PAPER
from mnist_core.training.riddle.result import Result


def say_answer(summaries: Sequence[Summary]) -> str:
    """Say what makes output fields look like digits, in Markdown."""
    paper, grid = find_level(summaries, PAPER), find_level(summaries, GRID)
    noisy = find_level(summaries, "input noise", "0.6")
    more = -noisy.lost.value * 100
    return (
        f"**Noise on the images makes them look like digits; chance does not.** Of {paper.n} networks "
        f"trained by the paper's recipe {_count(paper)} is digit-like (95 %: {_span(paper)}), of "
        f"{grid.n} candidates of its grid {_count(grid)}. With noise of standard deviation 0.6 on every "
        f"pixel while the network learns, {noisy.n_like} of {noisy.n} are, and they read "
        f"{abs(more):.2f} points {'more' if more > 0 else 'fewer'} digits right (95 %: "
        f"{-noisy.lost.interval[1] * 100:+.2f} to {-noisy.lost.interval[0] * 100:+.2f})."
    )


def say_why(result: Result) -> str:
    """Say why noise does it."""
    linear = result.facts["linear"]
    return (
        "Why: without noise a network is free to use pixels that hardly vary, such as those of the border, "
        "and to weigh neighbours against each other. Noise makes that costly. Of a linear map it is known "
        "that with more and more of it the pictures become the mean digits themselves: here their "
        f"digit-likeness goes from {linear['0']:.2f} without noise to {linear['0.6']:.2f} with 0.6 and "
        f"{linear['3']:.2f} with 3."
    )


def say_exact(pictures: PictureFacts, accuracy: float) -> str:
    """Say what became of the riddle in a network whose pictures are the network, in Markdown."""
    return (
        "However like digits the fields above look, they leave the activation functions out, and so they "
        "mislead. A network of squares leaves nothing out: each of its logits is a sum over at most "
        f"{max(pictures.counts)} pictures, how much ink lies on the red of each less how much on its blue, "
        f"squared. It reads {accuracy:.2%} of the held-out images, and its pictures alone read "
        f"**{pictures.accuracy:.2%}**: what the paper saw once is here by construction."
    )


def say_score(result: Result) -> str:
    """Say what the score is, and from where on it counts as digit-like, in Markdown."""
    steps = calibrate(result.rows)
    return (
        "**The score** is the correlation of a field with the mean image of its digit, less the mean of "
        "all digits; a network's is the mean of its ten. "
        f"From {DIGIT_LIKE:g} on it counts as digit-like: of fields from there on another network, "
        f"`models/robust`, reads {share_read(steps, is_like=True):.0%} as their digit when it is shown "
        f"what is red, of those below {share_read(steps, is_like=False):.0%}."
    )


def say_null(result: Result) -> str:
    """Say what chance gives, in Markdown."""
    scores = [row.score for row in result.rows if row.factor == NULL]
    return (
        f"**The null.** {len(scores)} networks that learned shuffled labels score at "
        f"most {max(scores):.2f}. The paper's recipe is above that, though far from digit-like: its fields "
        "hold something of their digits, which hardly an eye sees."
    )


def say_origin(result: Result) -> str:
    """Say what the study rests on; the command that makes it again follows."""
    facts = result.facts
    return (
        f"{len(result.rows)} networks on {facts['n_train']:,} images of {facts['data']}, "
        f"measured on {facts['n_test']:,} held out, in {facts['seconds']:,} s by"
    )


def tabulate(one: Summary) -> dict[str, str | int]:
    """Write the networks of a factor and level as a row of a table."""
    return {
        "what": f"{one.factor} {one.level}".strip(),
        "networks": one.n,
        "digit-like": one.n_like,
        "95 % of the share": _span(one),
        "score": f"{one.score.value:.3f} ({one.score.interval[0]:.3f} to {one.score.interval[1]:.3f})",
        "accuracy": f"{one.accuracy.value:.2%}",
        "points lost": _say_points(one.lost),
    }


def _say_points(mean: Mean) -> str:
    low, high = mean.interval
    return f"{mean.value * 100:+.2f} ({low * 100:+.2f} to {high * 100:+.2f})"


def _count(summary: Summary) -> str:
    return str(summary.n_like) if summary.n_like else "none"


def _span(summary: Summary) -> str:
    low, high = summary.share_interval
    return f"{low:.0%} to {high:.0%}"

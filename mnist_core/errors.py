"""What can go wrong for a reason that the user can mend."""


class LabError(Exception):
    """A request that cannot be met; the message says what was needed, what came, what to do."""


class MatFileError(LabError):
    """A file that is no readable `.mat` file."""


class LayoutError(LabError):
    """Variables that are not a set of digit images with their labels."""


class DataError(LabError):
    """A data set that is absent, or does not fit what is asked of it."""


class FetchError(LabError):
    """A download that did not arrive whole from any mirror."""


class GridError(LabError):
    """A search space or a recipe that cannot be carried out."""


class ModelError(LabError):
    """A model folder that is absent, damaged, too new, or of other shapes."""


class DrawingError(LabError):
    """Strokes or a picture that hold no digit that could be read."""


class EmptyDrawingError(DrawingError):
    """A drawing without ink."""


class RunError(LabError):
    """A run that is unknown, or that failed."""


class RunCancelledError(RunError):
    """A run that was cancelled before its end."""

"""What the chapters use of MyST-NB, which by itself needs Sphinx: `glue`."""

from typing import Any


def glue(name: str, variable: Any, display: bool = True) -> None:
    """Keep how a variable is shown under a name, for the page; here it is shown, or nothing is.

    Parameters
    ----------
    name : str
        The name that the page uses.
    variable : object
        Anything that can be shown.
    display : bool
        Whether it is shown where it is glued.
    """
    from IPython.core.formatters import format_display_data
    from IPython.display import display as show

    data, metadata = format_display_data(variable)
    prefix = "" if display else "application/papermill.record/"
    metadata["scrapbook"] = {"name": name, "mime_prefix": prefix}
    show({prefix + kind: each for kind, each in data.items()}, raw=True, metadata=metadata)

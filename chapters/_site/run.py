"""How long a chapter takes and where it can be run, in words under its thesis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chapters._site.reading import said
from docutils import nodes


def places(name: str, config: Any) -> dict[str, str]:
    """Return the addresses at which a notebook runs, and of the notebook itself.

    Parameters
    ----------
    name : str
        The page, such as ``"chapters/adam"``.
    config : sphinx.config.Config
        The configuration of the book.

    Returns
    -------
    dict of str
        The places by name.
    """
    options = config.html_theme_options
    repository = options["repository_url"].rstrip("/")
    owner = repository.removeprefix("https://github.com/")
    branch, launch = options["repository_branch"], options["launch_buttons"]
    return {
        "Binder": f"{launch['binderhub_url']}/v2/gh/{owner}/{branch}?urlpath=lab/tree/{name}.ipynb",
        "Colab": f"{launch['colab_url']}/github/{owner}/blob/{branch}/{name}.ipynb",
        "download": f"{'../' * name.count('/')}_sources/{name}.ipynb",
    }


def _line(name: str, config: Any, core: float, later: float) -> nodes.paragraph:
    """Return the line of the page."""
    line = nodes.paragraph(classes=["run"])
    more = f", and {said(later)} for what is folded" if later >= 2 else ""
    line += nodes.Text(f"Reading takes {said(core)}{more}. Run this chapter: ")
    for i, (place, address) in enumerate(places(name, config).items()):
        if i:
            line += nodes.Text(" · ")
        line += nodes.reference("", place, refuri=address, internal=False)
    return line


def _insert(app: Any, tree: nodes.document, name: str) -> None:
    """Put the line before the second paragraph of a chapter: after its thesis and opening.

    The front page has a button instead, and a section on how it is run. The source of an
    assignment has none: Binder and Colab would open it with its solutions.
    """
    is_notebook = Path(app.env.doc2path(name)).suffix == ".ipynb"
    without = {app.config.root_doc, *app.env.sources_of_assignments}
    if app.builder.format != "html" or not is_notebook or name in without:
        return
    section = next(iter(tree.findall(nodes.section)), None)
    if section is None:
        return
    paragraphs = [each for each in section.children if isinstance(each, nodes.paragraph)]
    if len(paragraphs) > 1:
        section.insert(section.index(paragraphs[1]), _line(name, app.config, *tree["minutes"]))


def setup(app: Any) -> None:
    """Connect to Sphinx, after the minutes have been counted."""
    app.connect("doctree-resolved", _insert, priority=960)

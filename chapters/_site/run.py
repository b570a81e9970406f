"""How long a chapter takes and where it can be run, in words under its thesis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chapters._site import lite
from chapters._site.reading import said
from docutils import nodes


def in_browser(name: str) -> str:
    """Return the address at which a notebook of the book runs in the reader's browser.

    It leads from the notebook's page there: the site may be anywhere.
    """
    return f"{'../' * name.count('/')}{lite.PAGE}?path={name}.ipynb"


def places(name: str, config: Any) -> dict[str, str]:
    """Return the other addresses at which a notebook runs, and of the notebook itself.

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


def _button(name: str, kind: str) -> nodes.reference:
    """Return the button that runs a notebook where it is read."""
    text = f"Run this {kind} in your browser"
    return nodes.reference(
        "", text, refuri=in_browser(name), internal=False, classes=["in-browser"]
    )


def _line(name: str, config: Any, core: float, later: float) -> nodes.paragraph:
    """Return the line of the page."""
    line = nodes.paragraph(classes=["run"])
    more = f", and {said(later)} for what is folded" if later >= 2 else ""
    line += [nodes.Text(f"Reading takes {said(core)}{more}. "), _button(name, "chapter")]
    for place, address in places(name, config).items():
        line += nodes.Text("\u00a0· ")  # no line begins with the dot
        line += nodes.reference("", place, refuri=address, internal=False)
    return line


def _of_an_assignment(name: str) -> nodes.paragraph:
    """Return the line of an assignment: Binder and Colab would open it with its solutions."""
    line = nodes.paragraph(classes=["run"])
    download = f"{'../' * name.count('/')}_sources/{name}.ipynb"
    line += [_button(name, "assignment"), nodes.Text("\u00a0· ")]
    line += nodes.reference("", "download", refuri=download, internal=False)
    return line


def _insert(app: Any, tree: nodes.document, name: str) -> None:
    """Put the line before the second paragraph of a chapter: after its thesis and opening.

    The front page has a button of its own, which opens it in the browser, and a section on how it
    is run.
    """
    if app.builder.format != "html" or Path(app.env.doc2path(name)).suffix != ".ipynb":
        return
    section = next(iter(tree.findall(nodes.section)), None)
    if section is None:
        return
    if name == app.config.root_doc:
        for link in section.findall(nodes.reference):
            if link.get("refuri") == places(name, app.config)["Binder"]:
                link["refuri"] = in_browser(name)
        return
    paragraphs = [each for each in section.children if isinstance(each, nodes.paragraph)]
    if len(paragraphs) > 1:
        at = section.index(paragraphs[1])
        if name in app.env.sources_of_assignments:
            section.insert(at, _of_an_assignment(name))
        else:
            section.insert(at, _line(name, app.config, *tree["minutes"]))


def _offer(app: Any, name: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Put it first in the theme's menu of places, which assignments get with it alone."""
    if tree is None or Path(app.env.doc2path(name)).suffix != ".ipynb":
        return
    buttons = context.setdefault("header_buttons", [])
    menus = [button for button in buttons if button.get("label") == "launch-buttons"]
    if not menus:
        menus = [
            {
                "type": "group",
                "tooltip": "Run this notebook",
                "icon": "fas fa-rocket",
                "buttons": [],
                "label": "launch-buttons",
            }
        ]
        buttons.insert(0, menus[0])
    button = {"type": "link", "text": "In your browser", "tooltip": "Run it in your browser"}
    button |= {"icon": "_static/images/logo_jupyterlite.svg", "url": in_browser(name)}
    menus[0]["buttons"] = [button, *menus[0]["buttons"]]


def setup(app: Any) -> None:
    """Connect to Sphinx, after the minutes have been counted."""
    app.connect("doctree-resolved", _insert, priority=960)
    # After what takes Binder and Colab from assignments.
    app.connect("html-page-context", _offer, priority=910)

"""What all figures of a page share: their place in it, their code, and how Jupyter shows them."""

from __future__ import annotations

import html
from typing import Any, ClassVar

from adaptive.explorer import bundle, catalogue, colours


class Figure:
    """A figure that stays alive on a page; a subclass says what is in it.

    It defines `_spec`, what the script is told; `_picture`, what is there before any script;
    and `_name`, what the figure is called. Its view in the page has the name of the class.
    """

    #: The class of its element, after which its style is named.
    kind: ClassVar[str]

    def _spec(self) -> dict[str, Any]:
        raise NotImplementedError

    def _picture(self) -> str:
        raise NotImplementedError

    def _name(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.to_html()}

    def to_html(self) -> str:
        """Return the figure as a piece of HTML that needs nothing else.

        Examples
        --------
        >>> from adaptive import SGD, explore
        >>> from adaptive.problems import Saddle
        >>> "http" in explore(Saddle(), SGD()).to_html().replace("http://www.w3.org/2000/svg", "")
        False
        """
        shared_key, shared = bundle.shared(catalogue.common(), type(self).__name__)
        spec = bundle.to_javascript(self._spec())
        picture = self._picture()
        name = bundle.digest(shared_key + spec + picture)
        concepts = ";".join(
            colours.look(concept, f"{concept}-")
            for concept in ("memory", "gradient", "decay", "scale", "step")
        )
        label = html.escape(self._name(), quote=True)
        # Lumino, on which JupyterLab stands, leaves keys alone where it is told so.
        return (
            f'{shared}\n<div class="{self.kind} adaptive-figure mathjax_ignore tex2jax_ignore" '
            f'data-explorer="{name}" data-lm-suppress-shortcuts="true" role="group" '
            f'aria-label="{label}" style="{concepts}">\n{picture}\n</div>\n'
            f'<script>globalThis.adaptiveExplorers?.["{shared_key}"]?.("{name}", {spec});'
            "</script>\n"
        )

    def to_page(self) -> str:
        """Return a whole HTML document with nothing but the figure, to be saved as a file."""
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(self._name())}</title>\n"
            "<style>:root { color-scheme: light dark; font: 1rem system-ui, sans-serif }\n"
            "body { background: light-dark(#ffffff, #14181e); margin: 1rem }</style>\n</head>\n"
            f"<body>\n<main>\n{self.to_html()}</main>\n</body>\n</html>\n"
        )

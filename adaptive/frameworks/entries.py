"""An entry of the dictionary: one algorithm in all frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from adaptive import _checks, rules
from adaptive.export.recipe import exported
from adaptive.export.settings import settings_for
from adaptive.frameworks import optax
from adaptive.frameworks.records import Record, default_rule, recorded, stored_texts

#: What the frameworks are called, and what precedes the names of their optimizers.
TITLES = {
    "torch": ("PyTorch", "torch.optim."),
    "optax": ("optax", "optax."),
    "keras": ("Keras", "keras.optimizers."),
}

#: Paths no farther apart than this differ by rounding only.
SAME = 1e-12

#: What is said where there is nothing to change, and where nothing simple does it.
AS_IT_COMES = "as it comes"
NO_WAY = "no argument does it; exported:"


@dataclass(frozen=True)
class Translation:
    """What to write in a framework to follow a path, and how near that comes.

    Attributes
    ----------
    code : str
        The lines, with the settings of the records.
    how : {"as it comes", "changed", "exported"}
        Whether the framework's default does it, or arguments and the like, or a rule of ours only.
    before : float
        How far the framework's default is from the path on the circles: the largest difference
        of any parameter, over the recorded steps up to 200.
    after : float
        How far the code is from it. For an exported rule 0: it is the rule whose path is wanted.
    """

    code: str
    how: str
    before: float
    after: float


@dataclass(frozen=True)
class Entry:
    """What is recorded of one algorithm; shown as a table and lines of code in a notebook.

    Attributes
    ----------
    algorithm : str
        The book's name of the algorithm.
    """

    algorithm: str

    def distances(self, setting: str = "default") -> dict[str, tuple[float, float]]:
        """Return for each framework how far it is from the book on the ravine and the circles.

        Parameters
        ----------
        setting : {"default", "matched"}, default "default"
            As for `recorded`.

        Returns
        -------
        dict of (float, float)
            The largest difference of any parameter, over the recorded steps up to 200.
        """
        return {
            framework: (
                recorded(framework, self.algorithm, "ravine", setting).distance(),
                recorded(framework, self.algorithm, "circles", setting).distance(),
            )
            for framework in TITLES
        }

    def forms(self) -> dict[str, rules.Rule]:
        """Return the rules of the book and of each framework, with the settings of the records.

        Returns
        -------
        dict of Rule
            By the names "book", "torch", "optax" and "keras". optax's Adadelta has a
            learning rate of 1, without which it goes uphill.
        """
        book = getattr(rules, self.algorithm)
        found = {"book": book(**book.on_circles)}
        for framework in TITLES:
            uphill = (framework, self.algorithm) == ("optax", "Adadelta")
            found[framework] = (
                optax.Adadelta(lr=1.0, rho=0.9)
                if uphill
                else default_rule(framework, self.algorithm)
            )
        return found

    def changes(self, aim: str) -> Iterator[Record]:
        """Yield the records that were made to follow the book, or another framework.

        Parameters
        ----------
        aim : {"book", "torch", "optax", "keras"}
            What they follow.

        Yields
        ------
        Record
            One for each framework in which something has to be changed for it, and a few
            lines do it.
        """
        _checks.one_of("aim", aim, ("book", *TITLES))
        setting = "matched" if aim == "book" else f"as {aim}"
        for framework in TITLES:
            key = f"{framework}/{self.algorithm}/{setting}"
            if f"{key}/circles" in stored_texts()["runs"]:
                record = recorded(framework, self.algorithm, "circles", setting)
                if record.code != recorded(framework, self.algorithm).code:
                    yield record

    def translation(self, aim: str, framework: str) -> Translation:
        """Return what to write in a framework so that it follows the book, or another framework.

        Parameters
        ----------
        aim : {"book", "torch", "optax", "keras"}
            Whose path is wanted.
        framework : {"torch", "optax", "keras"}
            Where it is wanted.

        Returns
        -------
        Translation
            The code, and how far from the path it and the framework's default are.

        Raises
        ------
        ValueError
            If there is no such framework, or both are the same.

        Examples
        --------
        >>> from adaptive import frameworks
        >>> way = frameworks.entry("RMSprop").translation("torch", "keras")
        >>> way.code
        'keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-16)'
        >>> way.before > 1e-6 > way.after
        True
        """
        _checks.one_of("aim", aim, ("book", *TITLES))
        _checks.one_of("framework", framework, [each for each in TITLES if each != aim])
        return _translation(self, aim, framework)

    def exported(self, framework: str, whose: str = "book") -> str:
        """Return the line that makes a rule of this entry an optimizer of a framework.

        Parameters
        ----------
        framework : {"torch", "optax", "keras"}
            Where it is wanted.
        whose : {"book", "torch", "optax", "keras"}, default "book"
            Whose form of the algorithm it is.

        Returns
        -------
        str
            The code, with the learning rate of the records and what else is not its default.

        Examples
        --------
        >>> from adaptive import frameworks
        >>> frameworks.entry("RMSprop").exported("keras", "torch")
        'export.keras(frameworks.torch.RMSprop)(0.07, rho=0.9)'
        """
        _checks.one_of("framework", framework, TITLES)
        _checks.one_of("whose", whose, ("book", *TITLES))
        rule = self.forms()[whose]
        name = self.algorithm if whose == "book" else f"frameworks.{whose}.{self.algorithm}"
        settings = settings_for(framework, exported(type(rule)))
        hyper = rule.hyperparameters
        default = type(rule)(**({"lr": hyper["lr"]} if "lr" in hyper else {})).hyperparameters
        given = []
        for argument, parts in settings.parts.items():
            if any(hyper[part] != default[part] or part == "lr" for part in parts if part in hyper):
                value = ", ".join(f"{hyper[part]:g}" for part in parts)
                value = f"({value})" if len(parts) > 1 else value
                given.append(value if argument == "learning_rate" else f"{argument}={value}")
        if framework == "optax":
            return f"export.optax({', '.join([name, *given])})"
        arguments = ["[p]", *given] if framework == "torch" else given
        return f"export.{framework}({name})({', '.join(arguments)})"

    def __repr__(self) -> str:
        return f"<Entry: {self.algorithm}>"

    def _repr_markdown_(self) -> str:
        rows = ["| ravine | circles | default |", "| --- | --- | --- |"]
        for framework, (ravine, circles) in self.distances().items():
            rows.append(f"| {said(ravine)} | {said(circles)} | `{self._call(framework)}` |")
        texts = ["\n".join(rows)]
        aims = {"book": ("the book's", f"`{self._settings(getattr(rules, self.algorithm))}`")}
        for framework, (title, _) in TITLES.items():
            if (framework, self.algorithm) != ("optax", "Adadelta"):  # which goes uphill
                aims[framework] = (f"{title}'s", f"`{self._theirs(framework)}`")
        for aim, (whose, ours) in aims.items():
            lines = self._lines(aim)
            if all(line.endswith(AS_IT_COMES) for line in lines):
                texts.append(f"**To get {whose} {self.algorithm}** ({ours}): nothing to change.")
            else:
                code = "\n\n".join(lines)
                texts.append(f"**To get {whose} {self.algorithm}** ({ours}):")
                texts.append(f"```python\n{code}\n```")
            if aim == "book":
                texts += self._taken()
        return "\n\n".join(texts) + "\n"

    def _taken(self) -> list[str]:
        """Return how the book's rule is taken along."""
        lines = [f"# in {title}\n{self.exported(name)}" for name, (title, _) in TITLES.items()]
        if exported(getattr(rules, self.algorithm)).recipe().unshifted is not None:
            lines[0] += "\n# and the book's theta is\nopt.theta(p)"
        code = "\n\n".join(lines)
        return [f"**Or take the book's {self.algorithm}**, exported:", f"```python\n{code}\n```"]

    def _lines(self, aim: str) -> list[str]:
        """Return what to write in each framework, other than the aim, so that it follows."""
        lines = []
        for framework, (title, _) in TITLES.items():
            if framework != aim:
                way = self.translation(aim, framework)
                near = "" if way.after <= SAME else f", to {said(way.after)}"
                lines.append(
                    f"# in {title}: {AS_IT_COMES}"
                    if way.how == "as it comes"
                    else f"# in {title}: {NO_WAY}\n{way.code}"
                    if way.how == "exported"
                    else f"# in {title}{near}\n{way.code}"
                )
        return lines

    def _call(self, framework: str) -> str:
        """Return the name and the defaults of a framework's optimizer."""
        defaults = dict(stored_texts()["defaults"][framework][self.algorithm])
        name = TITLES[framework][1] + defaults.pop("name")
        shown = _worth_showing(self.algorithm)
        return f"{name}({', '.join(_argument(k, v) for k, v in defaults.items() if k in shown)})"

    def _settings(self, rule: type[rules.Rule]) -> str:
        settings = ", ".join(f"{k}={v:g}" for k, v in rule.on_circles.items())
        return f"{self.algorithm}({settings})"

    def _theirs(self, framework: str) -> str:
        book = getattr(rules, self.algorithm)().hyperparameters
        rule = default_rule(framework, self.algorithm)
        given = [k for k in getattr(rules, self.algorithm).on_circles if k in book and k != "eps"]
        settings = ", ".join(f"{k}={rule.hyperparameters[k]:g}" for k in given)
        return f"frameworks.{framework}.{self.algorithm}({settings})"


@cache
def _translation(of: Entry, aim: str, framework: str) -> Translation:
    """Return a translation; the entry's own page and the translator ask for the same."""
    default = recorded(framework, of.algorithm, "circles")
    before = default.distance(of.forms()[aim])
    for record in of.changes(aim):
        if record.framework == framework:
            return Translation(record.code, "changed", before, record.distance())
    if before <= SAME:
        return Translation(default.code, "as it comes", before, before)
    return Translation(of.exported(framework, aim), "exported", before, 0.0)


def entry(algorithm: str) -> Entry:
    """Return what is recorded of one algorithm in PyTorch, optax and Keras.

    Parameters
    ----------
    algorithm : str
        The book's name of the algorithm.

    Returns
    -------
    Entry
        Its place in the dictionary.

    Raises
    ------
    ValueError
        If there is no such algorithm.

    Examples
    --------
    >>> from adaptive import frameworks
    >>> for record in frameworks.entry("RMSprop").changes("torch"):
    ...     print(record.code)
    optax.rmsprop(0.07, decay=0.9, eps_in_sqrt=False)
    keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-16)
    """
    _checks.one_of("algorithm", algorithm, (rule.__name__ for rule in rules.RULES))
    return Entry(algorithm)


def _worth_showing(algorithm: str) -> set[str]:
    """Return the arguments that a reader of this entry has to know."""
    common = {"lr", "learning_rate", "eps", "epsilon"}
    return common | {
        "Momentum": {"momentum"},
        "NAG": {"momentum", "nesterov"},
        "Adagrad": {"initial_accumulator_value"},
        "Adadelta": {"rho"},
        "RMSprop": {"rho", "alpha", "decay", "eps_in_sqrt"},
        "Nadam": {"momentum_decay"},
        "AMSGrad": {"amsgrad", "bias_correction_mu", "bias_correction_nu"},
    }.get(algorithm, set())


def _argument(name: str, value: object) -> str:
    return name if value == "required" else f"{name}={value}"


def said(distance: float) -> str:
    """Return a distance as the book prints it: two digits, or that there is none."""
    return (
        "same" if distance <= SAME else f"{distance:.1e}" if distance < 0.01 else f"{distance:.2f}"
    )

"""An entry of the dictionary: one algorithm in all frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from adaptive import _checks, rules
from adaptive.export.recipe import exported
from adaptive.export.settings import settings_for
from adaptive.frameworks import keras, optax, torch
from adaptive.frameworks.records import (
    ALGORITHMS,
    LATER,
    Record,
    book_rule,
    default_rule,
    problems,
    recorded,
    settings,
    stored_texts,
)

#: What the frameworks are called, and what precedes the names of their optimizers.
TITLES = {
    "torch": ("PyTorch", "torch.optim."),
    "optax": ("optax", "optax."),
    "keras": ("Keras", "keras.optimizers."),
}

#: Paths no farther apart than this differ by rounding only.
SAME = 1e-12

#: Whose steps, as they come, increase the loss.
UPHILL = ("optax", "Adadelta")

#: What is said where there is nothing to change, and where nothing simple does it.
AS_IT_COMES = "as it comes"
NO_WAY = "no argument does it; exported:"
NOT_THERE = "there is none; exported:"
WHOLE = "what works on whole arrays is not exported"


@dataclass(frozen=True)
class Translation:
    """What to write in a framework to follow a path, and how near that comes.

    Attributes
    ----------
    code : str
        The lines, with the settings of the records.
    how : {"as it comes", "changed", "exported", "nothing"}
        Whether the framework's default does it, or arguments and the like, or a rule of ours only,
        or nothing that is written down here.
    before : float or None
        How far the framework's default is from the path, on the last of the problems on which
        the algorithm was recorded: the largest difference of any parameter, over the recorded
        steps up to 200. None if the framework has none of this name.
    after : float or None
        How far the code is from it. For an exported rule 0: it is the rule whose path is wanted.
        None where there is no code.
    """

    code: str
    how: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Entry:
    """What is recorded of one algorithm; shown as a table and lines of code in a notebook.

    Attributes
    ----------
    algorithm : str
        The book's name of the algorithm.
    """

    algorithm: str

    @property
    def problems(self) -> tuple[str, ...]:
        """On which problems it was recorded."""
        return problems(self.algorithm)

    @property
    def there(self) -> tuple[str, ...]:
        """The frameworks that have it."""
        return tuple(name for name in TITLES if self.algorithm in stored_texts()["defaults"][name])

    @property
    def aims(self) -> tuple[str, ...]:
        """Whose path can be wanted: the book's, and those of `there` that go downhill."""
        book = ("book",) if book_rule(self.algorithm) else ()
        return book + tuple(name for name in self.there if (name, self.algorithm) != UPHILL)

    def distances(self, setting: str = "default") -> dict[str, tuple[float, ...]]:
        """Return for each framework that has it how far it is from the book on each problem.

        Parameters
        ----------
        setting : {"default", "matched"}, default "default"
            As for `recorded`.

        Returns
        -------
        dict of tuple of float
            The largest difference of any parameter, over the recorded steps up to 200.
        """
        return {
            framework: tuple(
                recorded(framework, self.algorithm, problem, setting).distance()
                for problem in self.problems
            )
            for framework in self.there
        }

    def forms(self) -> dict[str, rules.Rule]:
        """Return the rules of the book and of each framework, with the settings of the records.

        Returns
        -------
        dict of Rule
            By the names "book", "torch", "optax" and "keras", as far as there is one. optax's
            Adadelta has a learning rate of 1, without which it goes uphill.
        """
        book = book_rule(self.algorithm)
        found = {} if book is None else {"book": book}
        for framework, module in (("torch", torch), ("optax", optax), ("keras", keras)):
            if self.algorithm not in module.__all__:
                continue
            found[framework] = (
                optax.Adadelta(lr=1.0, rho=0.9)
                if (framework, self.algorithm) == UPHILL
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
            key = f"{framework}/{self.algorithm}/{setting}/{self.problems[-1]}"
            if key in stored_texts()["runs"]:
                record = recorded(framework, self.algorithm, self.problems[-1], setting)
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
            If there is no such framework, both are the same, or nobody has the one that is wanted.

        Examples
        --------
        >>> from adaptive import frameworks
        >>> way = frameworks.entry("RMSprop").translation("torch", "keras")
        >>> way.code
        'keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-16)'
        >>> way.before > 1e-6 > way.after
        True
        """
        _checks.one_of("aim", aim, self.aims)
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

        Raises
        ------
        TypeError
            If the rule works on whole arrays.
        ValueError
            If there is no such framework, or no such form of the algorithm.

        Examples
        --------
        >>> from adaptive import frameworks
        >>> frameworks.entry("RMSprop").exported("keras", "torch")
        'export.keras(frameworks.torch.RMSprop)(0.07, rho=0.9)'
        """
        _checks.one_of("framework", framework, TITLES)
        forms = self.forms()
        _checks.one_of("whose", whose, forms)
        rule = forms[whose]
        name = self.algorithm if whose == "book" else f"frameworks.{whose}.{self.algorithm}"
        arguments_of = settings_for(framework, exported(type(rule)))
        hyper = rule.hyperparameters
        default = type(rule)(**({"lr": hyper["lr"]} if "lr" in hyper else {})).hyperparameters
        given = []
        for argument, parts in arguments_of.parts.items():
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
        book = "book" in self.aims
        heads = self.problems if book else ()
        rows = [f"| {' | '.join((*heads, 'default'))} |", "| --- " * (len(heads) + 1) + "|"]
        for framework in self.there:
            far = self.distances()[framework] if book else ()
            cells = (*map(said, far), f"`{self._call(framework)}`")
            rows.append(f"| {' | '.join(cells)} |")
        texts = ["\n".join(rows)]
        for aim in self.aims:
            whose = "the book's" if aim == "book" else f"{TITLES[aim][0]}'s"
            ours = f"`{self._settings()}`" if aim == "book" else f"`{self._theirs(aim)}`"
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
        kind = getattr(rules, self.algorithm)
        if not kind.elementwise:
            return [f"The book's {self.algorithm} stays in the book: {WHOLE}."]
        lines = [f"# in {title}\n{self.exported(name)}" for name, (title, _) in TITLES.items()]
        if exported(kind).recipe().unshifted is not None:
            lines[0] += "\n# and the book's theta is\nopt.theta(p)"
        code = "\n\n".join(lines)
        return [f"**Or take the book's {self.algorithm}**, exported:", f"```python\n{code}\n```"]

    def _lines(self, aim: str) -> list[str]:
        """Return what to write in each framework, other than the aim, so that it follows."""
        lines = []
        for framework, (title, _) in TITLES.items():
            if framework != aim:
                way = self.translation(aim, framework)
                if way.how == "as it comes":
                    lines.append(f"# in {title}: {AS_IT_COMES}")
                elif way.how == "changed":
                    near = said(way.after or 0)
                    near = "" if near == "same" else f", to {near}"
                    lines.append(f"# in {title}{near}\n{way.code}")
                elif way.how == "exported":
                    why = NOT_THERE if way.before is None else NO_WAY
                    lines.append(f"# in {title}: {why}\n{way.code}")
                else:
                    away = f"{said(way.before or 0)} away, no argument changes that"
                    why = "there is none" if way.before is None else away
                    lines.append(f"# in {title}: {why},\n# and {WHOLE}")
        return lines

    def _call(self, framework: str) -> str:
        """Return the name and the defaults of a framework's optimizer."""
        defaults = dict(stored_texts()["defaults"][framework][self.algorithm])
        name = TITLES[framework][1] + defaults.pop("name")
        shown = _worth_showing(self.algorithm)
        return f"{name}({', '.join(_argument(k, v) for k, v in defaults.items() if k in shown)})"

    def _settings(self) -> str:
        shown = ", ".join(f"{k}={v:g}" for k, v in settings(self.algorithm).items())
        return f"{self.algorithm}({shown})"

    def _theirs(self, framework: str) -> str:
        if framework not in self.forms():
            return str(recorded(framework, self.algorithm).code)
        rule = default_rule(framework, self.algorithm)
        given = [k for k in settings(self.algorithm) if k not in ("eps", "weight_decay")]
        shown = ", ".join(f"{k}={rule.hyperparameters[k]:g}" for k in given)
        return f"frameworks.{framework}.{self.algorithm}({shown})"


@cache
def _translation(of: Entry, aim: str, framework: str) -> Translation:
    """Return a translation; the entry's own page and the translator ask for the same."""
    problem, rule = of.problems[-1], of.forms().get(aim)
    if framework in of.there:
        default = recorded(framework, of.algorithm, problem)
        followed = rule if aim == "book" else recorded(aim, of.algorithm, problem)
        before = default.distance(followed)
        for record in of.changes(aim):
            if record.framework == framework:
                return Translation(record.code, "changed", before, record.distance())
        if before <= SAME:
            return Translation(default.code, "as it comes", before, before)
    else:
        before = None
    if rule is not None and rule.elementwise:
        return Translation(of.exported(framework, aim), "exported", before, 0.0)
    return Translation("", "nothing", before, None)


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
    _checks.one_of("algorithm", algorithm, ALGORITHMS)
    return Entry(algorithm)


def _worth_showing(algorithm: str) -> set[str]:
    """Return the arguments that a reader of this entry has to know."""
    common = {"lr", "learning_rate", "eps", "epsilon"}
    if algorithm in LATER:
        common.add("weight_decay")
    return common | {
        "Momentum": {"momentum"},
        "NAG": {"momentum", "nesterov"},
        "Adagrad": {"initial_accumulator_value"},
        "Adadelta": {"rho"},
        "RMSprop": {"rho", "alpha", "decay", "eps_in_sqrt"},
        "Nadam": {"momentum_decay"},
        "AMSGrad": {"amsgrad", "bias_correction_mu", "bias_correction_nu"},
        "ScheduleFree": {"b1"},
        "ScheduleFreeAdamW": {"b1", "beta_1"},
        "Prodigy": {"estim_lr0"},
        "Muon": {"adjust_lr_fn", "consistent_rms", "rms_rate"},
        "Adafactor": {"d", "clipping_threshold", "min_dim_size_to_factor", "relative_step"},
    }.get(algorithm, set())


def _argument(name: str, value: object) -> str:
    return name if value == "required" else f"{name}={value}"


def said(distance: float) -> str:
    """Return a distance as the book prints it: two digits, or that there is none."""
    return (
        "same" if distance <= SAME else f"{distance:.1e}" if distance < 0.01 else f"{distance:.2f}"
    )

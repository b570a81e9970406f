"""A rule as an optimizer of PyTorch, optax or Keras, made from its own update.

The equation is not written again: it is recorded, and printed as a function on the framework's
tensors. So a rule of one's own can train a model as well as the ten of the book. No framework is
imported before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["keras", "optax", "optax_factory", "torch"]

#: Where each framework's part is made, by what, and what the framework is called and installed by.
PARTS = {
    "torch": ("torch_optimizer.optimizer_class", "PyTorch", "pip install torch"),
    "optax": ("optax_transformation.factory", "optax", "pip install optax"),
    "keras": (
        "keras_optimizer.optimizer_class",
        "Keras and one of its backends",
        "pip install keras jax, and set KERAS_BACKEND=jax",
    ),
}


def _made(framework: str, rule: Any) -> Any:
    """Return what a framework's part makes of a rule, or say what is missing."""
    from adaptive.export.recipe import check_rule

    check_rule(rule)
    place, title, advice = PARTS[framework]
    module, _, maker = place.partition(".")
    try:
        part = import_module(f"adaptive.export.{module}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"export.{framework} needs {title}, and {error.name} is not installed: {advice}"
        ) from error
    return getattr(part, maker)(rule)


def torch(rule: Any) -> Any:
    """Return a rule as a class of PyTorch's optimizers.

    Parameters
    ----------
    rule : type of Rule, or Rule
        The rule, such as ``Adam``. The hyperparameters of an object, such as
        ``Adam(beta2=0.99)``, become the defaults of the class.

    Returns
    -------
    type
        A subclass of ``torch.optim.Optimizer``.
        It is called with the parameters and with the rule's hyperparameters: ``lr`` first, and two
        or more of ``beta1``, ``beta2``, … as ``betas``. Further arguments are ``weight_decay``,
        decoupled as in AdamW, unless the rule has one of that name; ``maximize``, to go uphill;
        ``capturable``, to count the steps in a tensor, so that a step can be compiled as a whole
        or captured in a CUDA graph; and ``engine``: "plain", "foreach", "numba", "triton",
        "compiled", or "auto", which chooses. The optimizer's method ``choose(parameter)`` says
        which engine is used, and why.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError
        If it is no rule, the rule cannot be recorded, or it has its own ``init`` or ``step``.
    ValueError
        If a hyperparameter is an array, or the rule wants its gradient at a point that is not θ
        plus something free of θ.

    Notes
    -----
    A rule without a learning rate, such as Adadelta, gets ``lr`` = 1, which multiplies the step.

    The parameters of a rule that looks ahead, such as NAG, are where it wants its gradient; the
    method ``theta(parameter)`` gives the θ of the book.

    Parameters of half precision have a state of single precision, are computed with it and
    rounded once.

    "triton" moves all parameters of one device and dtype in one launch of one kernel. It wants
    them on a GPU, contiguous, and beginning at a multiple of 16 bytes; gradients that lie
    otherwise are copied first.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> from adaptive import Adam, export
    >>> model = torch.nn.Linear(2, 1)  # doctest: +SKIP
    >>> optimizer = export.torch(Adam)(model.parameters(), lr=1e-3)  # doctest: +SKIP
    """
    return _made("torch", rule)


def optax(rule: Any, *args: Any, **settings: Any) -> Any:
    """Return a rule as a gradient transformation of optax.

    Parameters
    ----------
    rule : type of Rule, or Rule
        The rule, such as ``Adam``. The hyperparameters of an object are the defaults.
    *args, **settings : float or callable
        The rule's hyperparameters, by its own names or optax's: ``learning_rate`` first, ``b1``,
        ``b2``. A callable is a schedule: it gets the number of steps made. And ``weight_decay``,
        as in ``optax.adamw``.

    Returns
    -------
    optax.GradientTransformation
        Its updates are what is added to the parameters.

    Raises
    ------
    ImportError
        If optax is not installed.
    TypeError
        If it is no rule, the rule cannot be recorded, it has its own ``init`` or ``step``, or a
        setting is unknown.
    ValueError
        If a setting is out of its interval, a hyperparameter is an array, or the rule wants its
        gradient at a point that is not θ plus something free of θ.

    Examples
    --------
    >>> from adaptive import Adam, export
    >>> transformation = export.optax(Adam, lr=1e-3)  # doctest: +SKIP
    """
    return optax_factory(rule)(*args, **settings)


def optax_factory(rule: Any) -> Any:
    """Return a function that makes a rule a transformation, for ``optax.inject_hyperparams``.

    Parameters
    ----------
    rule : type of Rule, or Rule
        As for `optax`.

    Returns
    -------
    callable
        Its arguments are those of `optax` after the first, under optax's names.

    Examples
    --------
    >>> import optax  # doctest: +SKIP
    >>> from adaptive import Adam, export
    >>> factory = optax.inject_hyperparams(export.optax_factory(Adam))  # doctest: +SKIP
    >>> transformation = factory(learning_rate=1e-3)  # doctest: +SKIP
    """
    return _made("optax", rule)


def keras(rule: Any) -> Any:
    """Return a rule as a class of Keras's optimizers.

    Parameters
    ----------
    rule : type of Rule, or Rule
        The rule, such as ``Adam``. The hyperparameters of an object are the defaults.

    Returns
    -------
    type
        A subclass of ``keras.optimizers.Optimizer``.
        It is called with the rule's hyperparameters, by its own names or Keras's:
        ``learning_rate`` first, ``beta_1``, ``beta_2``, ``epsilon``; and with what each optimizer
        of Keras takes, such as ``weight_decay`` and ``clipnorm``.

    Raises
    ------
    ImportError
        If Keras is not installed.
    TypeError
        If it is no rule, the rule cannot be recorded, or it has its own ``init`` or ``step``.
    ValueError
        If a hyperparameter is an array, or the rule wants its gradient at a point that is not θ
        plus something free of θ, or that depends on the learning rate; or if a hyperparameter has
        the name of something that each optimizer of Keras has, such as ``clipnorm``.

    Notes
    -----
    A model that is compiled with it can be saved. Before it is loaded in a new process, make the
    class there too: ``export.keras(Adam)`` tells Keras of it.

    Examples
    --------
    >>> from adaptive import Adam, export
    >>> optimizer = export.keras(Adam)(learning_rate=1e-3)  # doctest: +SKIP
    """
    return _made("keras", rule)

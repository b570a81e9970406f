"""A step as one kernel of Triton, printed: all tensors in one launch, each element once."""

from __future__ import annotations

from adaptive.tracing.flat import OPERATORS, Language, element_source, parameter
from adaptive.tracing.split import Split

#: How many elements one program of the kernel moves.
BLOCK = 1024
#: Where tensors begin, in bytes: at a multiple of this, so that four floats are read at a time.
ALIGNED = 16

_EXTREME = "tl.{}imum({{0}}, {{1}}, propagate_nan=tl.PropagateNan.ALL)"

DOUBLE = Language(
    "libdevice.",
    {
        **OPERATORS,
        "absolute": "tl.abs({0})",
        "arccos": "libdevice.acos({0})",
        "arcsin": "libdevice.asin({0})",
        "arctan": "libdevice.atan({0})",
        "maximum": _EXTREME.format("max"),
        "minimum": _EXTREME.format("min"),
        "power": "libdevice.pow({0}, {1})",
        "reciprocal": "1.0 / {0}",
        "sign": "tl.where({0} > 0, 1.0, tl.where({0} < 0, -1.0, {0}))",
        "sqrt": "tl.sqrt({0})",
        "square": "{0} * {0}",
        "where": "tl.where({0} != 0, {1}, {2})",
    },
)
#: In single precision, quotients and roots are rounded correctly only where that is asked for.
SINGLE = Language(
    DOUBLE.prefix,
    {
        **DOUBLE.templates,
        "divide": "tl.div_rn({0}, {1})",
        "reciprocal": "tl.div_rn(1.0, {0})",
        "sqrt": "tl.sqrt_rn({0})",
    },
)
LANGUAGES = {"float32": SINGLE, "float64": DOUBLE}

_TEMPLATE = '''"""One step, in place. Written by adaptive from the rule's own update."""

import triton
import triton.language as tl
from triton.language.extra import libdevice


@triton.jit
{element}

@triton.jit
def some(row, numbers, i, inside):
{body}


@triton.jit
def kernel(rows, blocks, numbers, apart, BLOCK: tl.constexpr):
    place = blocks + 2 * tl.program_id(0)
    which = tl.load(place)
    first = BLOCK * tl.load(place + 1)
    row = rows + {width} * which
    size = tl.load(row + {width} - 1)
    i = first + tl.arange(0, BLOCK)
    if first + BLOCK <= size:
        some(row, numbers + apart * which, i, None)
    else:
        some(row, numbers + apart * which, i, i < size)
'''


def source(taken: Split, theta: str, g: str, computed: str) -> str:
    """Return a step that was taken apart as the source of a kernel.

    Parameters
    ----------
    taken : Split
        The step.
    theta, g : str
        The dtypes of the parameters and of the gradients, such as ``"bfloat16"``.
    computed : {"float32", "float64"}
        That of the state, and of all that is computed.

    Returns
    -------
    str
        Python, with a function ``kernel``. Each of its programs moves a block of one tensor. It
        reads which tensor and which block of it in ``blocks``; where that tensor and those that
        belong to it begin, and how many elements they have, in its row of ``rows``; and what all
        its elements share in ``numbers``, which for each tensor are ``apart`` from those before.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.tracing.split import split
    >>> text = source(split(Momentum), "bfloat16", "bfloat16", "float32")
    >>> print(text[text.index("def some") : text.index("def kernel")])
    def some(row, numbers, i, inside):
        at_theta = tl.multiple_of(tl.load(row + 0).to(tl.pointer_type(tl.bfloat16)), 16)
        at_g = tl.multiple_of(tl.load(row + 1).to(tl.pointer_type(tl.bfloat16)), 16)
        at_v = tl.multiple_of(tl.load(row + 2).to(tl.pointer_type(tl.float32)), 16)
        theta = tl.load(at_theta + i, inside).to(tl.float32)
        g = tl.load(at_g + i, inside).to(tl.float32)
        v = tl.load(at_v + i, inside).to(tl.float32)
        c0 = tl.load(numbers + 0).to(tl.float32)
        c1 = tl.load(numbers + 1).to(tl.float32)
        step, v = element(g, v, c0, c1)
        tl.store(at_theta + i, theta + step, inside)
        tl.store(at_v + i, v, inside)
    <BLANKLINE>
    <BLANKLINE>
    @triton.jit
    <BLANKLINE>
    """
    arrays = {parameter(name): computed for name in ("theta", *taken.arrays)}
    arrays |= {"theta": theta, "g": g}
    shared = [parameter(name) for name in taken.shared]
    states = [parameter(name) for name in taken.arrays if name.startswith("state.")]
    inputs = [parameter(name) for name in taken.elements.inputs]
    pointer = "tl.multiple_of(tl.load(row + {}).to(tl.pointer_type(tl.{})), {})"
    body = [
        *(
            f"at_{name} = {pointer.format(k, dtype, ALIGNED)}"
            for k, (name, dtype) in enumerate(arrays.items())
        ),
        *(f"{name} = tl.load(at_{name} + i, inside).to(tl.{computed})" for name in arrays),
        *(f"{name} = tl.load(numbers + {k}).to(tl.{computed})" for k, name in enumerate(shared)),
        f"{', '.join(('step', *states))} = element({', '.join(inputs)})",
        "tl.store(at_theta + i, theta + step, inside)",
        *(f"tl.store(at_{name} + i, {name}, inside)" for name in states),
    ]
    return _TEMPLATE.format(
        element=element_source(taken.elements, LANGUAGES[computed]),
        body="\n".join(f"    {line}" for line in body),
        width=len(arrays) + 1,
    )

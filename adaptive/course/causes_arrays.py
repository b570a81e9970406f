"""What students get wrong with arrays: rows of the table of `causes`."""

from __future__ import annotations

import re

from adaptive.course.errors import Cause, Seen

OPERANDS = r"unsupported operand type\(s\) for (?P<sign>\S+)(?: or pow\(\))?: "
_SCALAR = r"only (0-dimensional|length-1|size-1) arrays|only integer scalar arrays can be converted"
_AS_INDEX = r"only integer scalar arrays|cannot be interpreted as an integer"
_TRUTH = r"truth value of an array"


def _shapes(seen: Seen) -> str:
    shapes = re.findall(r"\([\d, ]*\)", seen.message)
    says = f"arrays of the shapes {' and '.join(shapes)} do not fit together element by element"
    if any(re.search(r", ?1\)$", shape) for shape in shapes):
        return (
            f"{says}. One of them is a column, (n, 1): make it flat with .ravel(), or do not make "
            "it a column in the first place"
        )
    return f"{says}. Print the .shape of each; for a product of matrices write @"


ARRAYS: tuple[Cause, ...] = (
    Cause(
        "math for an array",
        "TypeError",
        _SCALAR,
        "math.{name} takes one number, and this is an array: write np.{name}, which takes each "
        "element",
        line=r"\bmath\.(?P<name>\w+)",
    ),
    Cause(
        "math for a large number",
        "OverflowError",
        "math range error",
        "math.{name} has no room for so large a number; np.{name} gives inf there and goes on",
        line=r"\bmath\.(?P<name>\w+)",
    ),
    Cause(
        "Python's exp for a large number",
        "OverflowError",
        "math range error",
        "{name} of Python's math has no room for so large a number; np.{name} gives inf there and "
        "goes on",
        line=r"(?<![\w.])(?P<name>exp|sinh|cosh|pow|gamma)\(",
    ),
    Cause(
        "np.max for two arrays",
        "TypeError",
        _AS_INDEX,
        "np.{name} looks for the largest or smallest element of one array, and takes the second "
        "value for an axis. Element by element it is np.{name}imum(a, b)",
        line=r"\bnp\.a?(?P<name>max|min)\(",
    ),
    Cause(
        "arrays that are not in a list",
        "TypeError",
        _AS_INDEX,
        "np.{name} takes its arrays in one list: np.{name}([a, b])",
        line=r"\bnp\.(?P<name>stack|concatenate|hstack|vstack|column_stack)\(",
    ),
    Cause(
        "a mean or a sum of two arrays",
        "TypeError",
        _AS_INDEX,
        "np.{name} takes one array, and takes the second value for an axis",
        line=r"\bnp\.(?P<name>mean|sum|prod|std|var)\(",
    ),
    Cause(
        "all elements at once",
        "TypeError",
        _SCALAR,
        "{name} takes one number, and is handed an array of several: call it for each element, in "
        "a loop",
        line=r"(?<![\w.])(?P<name>(?!float\b|int\b)[^\W\d]\w*)\(\w+\)",
    ),
    Cause(
        "float of an array",
        "TypeError",
        _SCALAR,
        "{name}(...) makes one number, and this is an array of several: leave {name} out",
        line=r"\b(?P<name>float|int)\(",
    ),
    Cause(
        "max for two arrays",
        "ValueError",
        _TRUTH,
        "{name} asks which of two arrays is the larger, and there is no one answer. Element by "
        "element it is np.{name}imum(a, b)",
        line=r"(?<![.\w])(?P<name>max|min)\(",
    ),
    Cause(
        "if for an array",
        "ValueError",
        _TRUTH,
        "a comparison of arrays gives one answer for each element, and {word} needs a single one. "
        "Element by element it is np.where(condition, a, b); for all at once, .all() or .any()",
        line=r"\b(?P<word>if|while|and|or|not)\b",
    ),
    Cause(
        "^ for a power",
        "TypeError",
        r"bitwise_xor|unsupported operand type\(s\) for \^",
        "^ is no power in Python: write **, as in g**2",
    ),
    Cause(
        "a list times a number",
        "TypeError",
        r"can't multiply sequence by non-int",
        "a list or a text is multiplied by a number; only arrays are multiplied element by "
        "element: make one with np.array(...)",
    ),
    Cause(
        "arithmetic with lists",
        "TypeError",
        OPERANDS + r".*'(list|tuple)'",
        "there is a list or a tuple where {sign} needs a number or an array: make one with "
        "np.array(...). Two values in brackets, (a, b), are a tuple too",
    ),
    Cause(
        "arithmetic with texts",
        "TypeError",
        r"can only concatenate str|'str'|<U\d|ufunc '\w+' not supported for the input types",
        "there is something else than numbers in this line, such as a text in quotation marks: "
        "print(type(x)) says what a value is",
    ),
    Cause(
        "in place on whole numbers",
        "TypeError",
        r"Cannot cast ufunc '(?P<what>\w+)' output from dtype\('float64'\) to dtype\('int",
        "the array holds whole numbers, and += or -= cannot put fractions into it. Write "
        "a = a + b, which makes a new array, or begin with np.zeros(n)",
    ),
    Cause("shapes that do not fit", "ValueError", r"could not be broadcast", _shapes),
    Cause(
        "matrices that do not fit",
        "ValueError",
        r"matmul: Input operand 1 has a mismatch.*size (?P<b>\d+) is different from (?P<a>\d+)",
        "in a product a @ b the last size of a must be the first of b, and here they are {a} and "
        "{b}: is a .T missing, or are the two in the wrong order? X @ w has one value for each "
        "row, r @ X one for each column",
    ),
    Cause(
        "np.dot of what does not fit",
        "ValueError",
        r"shapes (?P<a>\(.*?\)) and (?P<b>\(.*?\)) not aligned",
        "the shapes {a} and {b} do not fit into a product: the last size of the first must be the "
        "first size of the second. Is a .T missing, or are the two in the wrong order?",
    ),
    Cause(
        "@ with a number",
        "ValueError",
        r"matmul: Input operand \d does not have enough dimensions",
        "@ multiplies matrices, and one of the two is a number: write *",
    ),
    Cause(
        "np.array without a list",
        "TypeError",
        r"Cannot interpret '.*' as a data type",
        "np.{name} takes its numbers in one list: np.{name}([a, b])",
        line=r"\bnp\.(?P<name>array|asarray)\(",
    ),
    Cause(
        "np.zeros without a tuple",
        "TypeError",
        r"Cannot interpret '.*' as a data type",
        "the shape has brackets of its own: np.{name}((n, d))",
        line=r"\bnp\.(?P<name>zeros|ones|empty)\(",
    ),
    Cause(
        "a row of another length",
        "ValueError",
        r"setting an array element with a sequence|inhomogeneous shape",
        "the parts of this array have different lengths, or a whole array is put into the place "
        "of one number: print the .shape of each part. A column of ones is np.ones(len(X)), not 1",
    ),
    Cause(
        "an element that is not there",
        "IndexError",
        r"index (?P<k>-?\d+) is out of bounds for axis \d+ with size (?P<n>\d+)",
        "there is no element {k}: there are {n}, and they are counted from 0",
    ),
    Cause(
        "a place beyond the end of a list",
        "IndexError",
        r"(?P<kind>list|tuple) index out of range",
        "there is no element at that place: the places of a {kind} are counted from 0, and end "
        "with its length - 1",
    ),
    Cause(
        "flat arrays beside a matrix",
        "ValueError",
        "all the input arrays must have same number of dimensions",
        "here a matrix and flat arrays are put side by side: make a column of each flat array, "
        "x[:, None], or take np.column_stack, which does that",
    ),
    Cause(
        "too many indices",
        "IndexError",
        r"too many indices for array: array is (?P<d>\d+)-dimensional",
        "the array has {d} dimension(s), and more indices are given: print its .shape",
    ),
    Cause(
        "a fraction as an index",
        "IndexError",
        r"only integers, slices",
        "an index must be a whole number: / gives a fraction, and // gives a whole number. "
        "np.linspace gives fractions too, and .astype(int) whole numbers",
    ),
    Cause(
        "a fraction as a number of steps",
        "TypeError",
        r"'float' object cannot be interpreted as an integer|indices must be integers",
        "a whole number is needed here: / gives a fraction, and // gives a whole number",
    ),
    Cause(
        "an element of a number",
        "IndexError",
        r"invalid index to scalar variable",
        "an element is taken out of a single number: there are square brackets too many",
    ),
    Cause(
        "an axis that is not there",
        "AxisError",
        r"axis (?P<k>-?\d+) is out of bounds for array of dimension (?P<d>\d+)",
        "the array has {d} dimension(s), and axes are counted from 0: there is no axis {k}",
    ),
    Cause(
        "a loop over a number",
        "TypeError",
        r"'(numpy\.)?(int|float)\d*' object is not iterable",
        "a loop or a sum runs over an array or a list, and this is one number: for so many rounds "
        "write range(n)",
    ),
    Cause(
        "two names for one element",
        "TypeError",
        "cannot unpack non-iterable",
        "there are several names on the left, and one value for them. In a loop, enumerate(...) "
        "gives the place and the value, and .items() the key and the value",
    ),
    Cause(
        "so many rounds",
        "TypeError",
        r"object of type '\S+' has no len\(\)",
        "{name} is a number, and has no length: for so many rounds write range({name})",
        line=r"\brange\(len\((?P<name>\w+)\)",
    ),
    Cause(
        "two arrays of different lengths",
        "TypeError",
        "expected x and y to have same length",
        "the two arrays have different lengths: print the len of each. Are both cut at the same "
        "place, as in t[9:] and rate[9:]?",
    ),
    Cause(
        "a fit to what is no number",
        "LinAlgError",
        "SVD did not converge",
        "there is nan or inf in what is fitted. Does t begin with 0, of which there is no "
        "logarithm? Or is something negative under the logarithm?",
    ),
    Cause(
        "the length of a number",
        "TypeError",
        r"object of type '\S+' has no len\(\)",
        "one number has no length: is the array meant from which it comes?",
    ),
    Cause(
        "divided by zero",
        "ZeroDivisionError",
        "",
        "the value below the line is 0. In a bias correction t is 1 at the first step: with t = 0, "
        "1 - beta**t is 0",
    ),
    Cause(
        "a key that is not there",
        "KeyError",
        r"(?P<key>.+)",
        "the dictionary has no key {key}: keys must agree letter by letter",
    ),
)

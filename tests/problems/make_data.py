"""Make the data of the networks again: ``python -m tests.problems.make_data``.

It needs scikit-learn, for the digits, and the Python whose documentation was counted.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).parents[2] / "adaptive" / "problems" / "networks" / "data"

#: The documentation that Python 3.11.7 shows in ``help("topics")``; other versions differ.
PYTHON = "3.11.7"
TEXT = "2a95af4ac93f5b719944030ce3769070ddf827d847cba42192afa8da989e5dc4"

#: So many words are counted: the most frequent ones.
WORDS = 128

#: So many characters are kept: 2000 windows of 16, and the one that follows.
CHARACTERS = 32_001


def topics() -> list[str]:
    """Return the texts of the documentation that comes with this Python, in alphabetical order."""
    from pydoc_data.topics import topics

    return [topics[name] for name in sorted(topics)]


def is_the_text(texts: list[str]) -> bool:
    """Return whether these are the texts that were counted."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest() == TEXT


def bigrams(texts: list[str]) -> dict[str, Any]:
    """Return the most frequent words, and how often each is followed by each.

    A word is a row of letters, in lower case, or another character that is not white space.
    """
    split = [re.findall(r"[a-z]+|[^\sa-z]", text.lower()) for text in texts]
    frequency = Counter(word for words in split for word in words)
    # Those that are equally frequent, by the alphabet.
    ranked = sorted(frequency, key=lambda word: (-frequency[word], word))[:WORDS]
    place = {word: i for i, word in enumerate(ranked)}
    counts = np.zeros((WORDS, WORDS), np.uint16)
    for words in split:
        for word, following in pairwise(words):
            if word in place and following in place:
                counts[place[word], place[following]] += 1
    return {"words": np.array(ranked), "counts": counts}


def in_one(texts: list[str]) -> str:
    """Return the texts as one in lower case; white space is one blank, however much there is."""
    return " ".join(" ".join(texts).lower().split())


def characters(texts: list[str]) -> dict[str, Any]:
    """Return the beginning of the text, and the characters that it is made of."""
    text = in_one(texts)[:CHARACTERS]
    alphabet = sorted(set(text))
    place = {character: i for i, character in enumerate(alphabet)}
    return {
        "alphabet": np.array(alphabet),
        "text": np.array([place[character] for character in text], np.uint8),
    }


def digits() -> dict[str, Any]:
    """Return scikit-learn's digits: images of 8 x 8 pixels from 0 to 16, and classes."""
    from sklearn.datasets import load_digits

    images, classes = load_digits(return_X_y=True)
    return {"images": images.astype(np.uint8), "classes": classes.astype(np.uint8)}


def main() -> None:
    texts = topics()
    if not is_the_text(texts):
        sys.exit(f"The words were counted in the documentation of Python {PYTHON}.")
    np.savez_compressed(DATA / "bigrams.npz", **bigrams(texts))
    np.savez_compressed(DATA / "characters.npz", **characters(texts))
    np.savez_compressed(DATA / "digits.npz", **digits())


if __name__ == "__main__":
    main()

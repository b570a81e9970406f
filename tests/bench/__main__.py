"""Run all benchmarks, and print their ratios."""

import itertools
import os
import sys
import warnings

# One thread for the linear algebra: at these sizes more of them only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from tqdm import tqdm

from tests.bench import explorer, step, sweeps


def main() -> None:
    warnings.simplefilter("ignore")  # the bare loops overflow where the package does not
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {os.cpu_count()} cores")
    report = itertools.chain(step.lines(), sweeps.lines(), explorer.lines())
    for line in tqdm(report, total=15, unit="line", leave=False, disable=None):
        tqdm.write(line)


if __name__ == "__main__":
    main()

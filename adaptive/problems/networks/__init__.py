"""Networks that are small enough to be read: loss and gradient written out."""

from adaptive.problems.networks.bigrams import Bigrams
from adaptive.problems.networks.blocks import Blocks
from adaptive.problems.networks.convolution import Convolution
from adaptive.problems.networks.digits import Digits
from adaptive.problems.networks.network import Network
from adaptive.problems.networks.records import Larger, Runs, larger
from adaptive.problems.networks.transformer import Characters

__all__ = [
    "Bigrams",
    "Blocks",
    "Characters",
    "Convolution",
    "Digits",
    "Larger",
    "Network",
    "Runs",
    "larger",
]

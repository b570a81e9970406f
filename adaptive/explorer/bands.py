"""The still of the bands: for each coordinate a bar, the direction, in a band, the scale."""

from __future__ import annotations

import numpy as np

from adaptive.explorer import picture

#: The rows in their own pixels: how high one is, where its middle is, and half of the band.
ROW, MIDDLE, HALF, HEIGHT = 46, 226, 168, 20
VIEW = f"0 0 400 {2 * ROW - 6}"
#: A bar that is longer than its band is cut off a little beyond it.
MOST = 1.03


def row(i: int, direction: float, scale: float) -> str:
    """Return the bar and the band of one coordinate, with their numbers, as SVG."""
    with np.errstate(all="ignore"):
        share = float(np.divide(direction, scale))
    kept = float(np.nan_to_num(np.clip(share, -MOST, MOST)))
    left, wide = MIDDLE + HALF * min(kept, 0), HALF * abs(kept)
    return (
        f'<g class="band-row" transform="translate(0,{i * ROW + 2})">'
        f'<text class="axis" x="2" y="15"><tspan class="i">θ</tspan>[{i}]</text>'
        f'<rect class="part scale range" data-role="scale" x="{MIDDLE - HALF}" y="0" '
        f'width="{2 * HALF}" height="{HEIGHT}"/>'
        f'<rect class="amount" x="{left:.1f}" y="4" width="{wide:.1f}" height="{HEIGHT - 8}"/>'
        f'<path class="zero" d="M{MIDDLE},-2v{HEIGHT + 4}"/>'
        f'<text class="low" x="{MIDDLE - HALF}" y="34">−{picture.written(scale)}</text>'
        f'<text class="share" x="{MIDDLE}" y="34" text-anchor="middle">{picture.written(share)}'
        f'</text><text class="high" x="{MIDDLE + HALF}" y="34" text-anchor="end">'
        f"{picture.written(scale)}</text></g>"
    )

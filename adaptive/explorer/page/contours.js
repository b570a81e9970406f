// Contours of a part of the plane, at whatever zoom: by marching squares.

// Which sides of a cell a line joins, by which corners lie above it: bottom 0, right 1, top 2, left 3.
const JOINS = [
  [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]],
  [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
];

/** Heights at which to draw lines: powers of one ratio, or of a root of it where they would be few. */
export function levels(low, high, { ratio, depth, least }) {
  if (!(high > 0 && high < Infinity)) return [];
  const from = Math.log(Math.max(low, depth * high));
  let log = Math.log(ratio);
  for (;;) {
    const [first, last] = [Math.ceil(from / log), Math.floor(Math.log(high) / log)];
    if (last - first >= least || log < 1e-7) {
      return Array.from({ length: last - first + 1 }, (_, i) => Math.exp((first + i) * log));
    }
    log /= 2;
  }
}

/** The contours of `loss` above `floor` between `bounds`, as the data of a path `width` × `height` large. */
export function contours(loss, floor, bounds, [width, height], layout) {
  const [columns, rows] = layout.grid;
  const [[left, right], [bottom, top]] = bounds;
  const heights = new Float64Array(columns * rows);
  let [low, high] = [Infinity, -Infinity];
  for (let j = 0; j < rows; j++) {
    const y = bottom + ((top - bottom) * j) / (rows - 1);
    for (let i = 0; i < columns; i++) {
      const value = loss(left + ((right - left) * i) / (columns - 1), y) - floor;
      heights[j * columns + i] = value;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const [wide, tall] = [width / (columns - 1), height / (rows - 1)];
  let d = "";
  for (const level of levels(low, high, layout)) {
    for (let j = 0; j + 1 < rows; j++) {
      for (let i = 0; i + 1 < columns; i++) {
        const at = j * columns + i;
        const [a, b] = [heights[at] - level, heights[at + 1] - level];
        const [c, e] = [heights[at + columns + 1] - level, heights[at + columns] - level];
        const joins = JOINS[(a > 0) + 2 * (b > 0) + 4 * (c > 0) + 8 * (e > 0)];
        if (!joins.length || !Number.isFinite(a + b + c + e)) continue;
        const point = (side) => {
          const [x, y] = [[a / (a - b), 0], [1, b / (b - c)], [e / (e - c), 1], [0, a / (a - e)]][side];
          return `${((i + x) * wide).toFixed(1)},${(height - (j + y) * tall).toFixed(1)}`;
        };
        for (const [from, to] of joins) d += `M${point(from)}L${point(to)}`;
      }
    }
  }
  return d;
}

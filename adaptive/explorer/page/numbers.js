// Numbers: how they are written, how sliders and axes run through them.

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const powerOfTen = (exponent) =>
  "10" + [...String(exponent)].map((sign) => SUPERSCRIPTS[sign]).join("");

/** Write a number for people: 0.05, 1200, 3.2·10⁻⁷. */
export function written(value, digits = 3) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const shown = Number(value.toPrecision(digits));
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    const [mantissa, exponent] = shown.toExponential().split("e");
    const power = powerOfTen(Number(exponent));
    const sign = mantissa.startsWith("-") ? "−" : "";
    return Math.abs(Number(mantissa)) === 1 ? sign + power : `${mantissa.replace("-", "−")}·${power}`;
  }
  return String(shown).replace("-", "−");
}

// An axis of the map runs from 0 to 1; a scale says through which values.
const SCALES = {
  linear: (x) => x,
  log: Math.log,
  // For decays close to 1: 0.9, 0.99 and 0.999 are equally far apart.
  decay: (x) => -Math.log(1 - x),
};

export function place(range, value) {
  const of = SCALES[range.scale];
  const [low, high] = [of(range.low), of(range.high)];
  return clamp((of(value) - low) / (high - low), 0, 1);
}

/** The stop of a slider that is nearest to a place between 0 and 1. */
export const valueAt = (range, where) =>
  range.stops.reduce((best, stop) =>
    Math.abs(place(range, stop) - where) < Math.abs(place(range, best) - where) ? stop : best,
  );

/** The stop that lies so many stops from the one at a value, or the last that way. */
export function stopFrom(range, value, steps) {
  const stops = withStop(range.stops, value);
  return stops[clamp(stops.indexOf(value) + steps, 0, stops.length - 1)];
}

/** Stops in order, with one more where a value is none of them. */
export const withStop = (stops, value) =>
  stops.includes(value) ? stops : [...stops, value].sort((a, b) => a - b);

/** At most `most` round numbers between low and high. */
export function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((unit) => unit * power).find((unit) => unit >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

/** At most `most` powers of ten between low and high, as exponents. */
export function decades(low, high, most) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  const found = [];
  for (let exponent = first; exponent <= last; exponent++) {
    if (exponent % every === 0) found.push(exponent);
  }
  return found;
}

/** The largest of 1, 2 and 5 times a power of ten that is not above a number. */
export const roundDown = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].map((digit) => digit * power).find((unit) => unit <= value * 1.001);
};

/** A value as a whole number of units. */
export const rounded = (value, unit) => Number((Math.round(value / unit) * unit).toPrecision(12));

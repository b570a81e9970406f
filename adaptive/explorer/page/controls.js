// The controls below the picture: native elements with labels, each of which reports changes.

import { html, set, shape } from "./drawing.js";
import { nearest } from "./descent.js";
import { withStop, written } from "./numbers.js";

const ICONS = {
  rewind: "M4 3v10M13 3L6 8l7 5Z",
  back: "M10.5 3L4.5 8l6 5Z",
  play: "M4 2.5l9 5.5-9 5.5Z",
  pause: "M5 3v10M11 3v10",
  forward: "M5.5 3l6 5-6 5Z",
};

function button(parent, label, icon, act) {
  const made = html(parent, "button", { type: "button", "aria-label": label, title: label });
  drawIcon(made, icon);
  made.addEventListener("click", act);
  return made;
}

function drawIcon(element, icon) {
  const svg = shape(null, "svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
  shape(svg, "path", { d: ICONS[icon] });
  element.replaceChildren(svg);
}

/** Buttons and a slider for the moment. */
export class TimeControls {
  constructor(parent, steps, { seek, play, first = 0 }) {
    this.steps = steps;
    const row = html(parent, "div", { class: "time" });
    button(row, "Back to the start", "rewind", () => seek(first));
    button(row, "One step back", "back", () => seek(this.t - 1));
    this.play = button(row, "Play", "play", play);
    button(row, "One step on", "forward", () => seek(this.t + 1));
    const label = html(row, "label", { class: "scrub" });
    html(label, "span", {}, "Step");
    // On a phone the word beside it is not shown.
    const scale = { min: first, max: steps, step: 1, "aria-label": "Step" };
    this.slider = html(label, "input", { type: "range", ...scale });
    this.output = html(row, "span", { class: "value", "aria-hidden": "true" });
    this.slider.addEventListener("input", () => seek(Number(this.slider.value)));
  }

  draw(t, playing) {
    this.t = t;
    this.slider.value = t;
    set(this.slider, { "aria-valuetext": `${t} of ${this.steps}` });
    this.output.textContent = `${t} / ${this.steps}`;
    if (playing === this.playing) return;
    this.playing = playing;
    drawIcon(this.play, playing ? "pause" : "play");
    set(this.play, { "aria-label": playing ? "Pause" : "Play", title: playing ? "Pause" : "Play" });
  }
}

/** Which problem, from where. */
export class ProblemControls {
  constructor(parent, problems, fixed, { choose, start }) {
    const row = html(parent, "div", { class: "problem" });
    const label = html(row, "label");
    html(label, "span", {}, "Problem");
    this.select = html(label, "select");
    for (const { name, label: text } of problems) html(this.select, "option", { value: name }, text);
    this.select.disabled = problems.length < 2;
    this.select.addEventListener("change", () => choose(this.select.value));
    this.start = ["Start θ[0]", "θ[1]"].map((text, i) => {
      const each = html(row, "label");
      html(each, "span", {}, text);
      const input = html(each, "input", { type: "number", step: "any", disabled: fixed });
      set(input, { "aria-label": `Start, coordinate θ[${i}]` });
      input.addEventListener("change", () => start(i, Number(input.value), input.value !== ""));
      return input;
    });
  }

  draw(problem, start) {
    this.select.value = problem;
    // What is being typed is left alone.
    this.start.forEach((input, i) => {
      if (Number(input.value) !== start[i] || input.value === "") input.value = start[i];
    });
  }
}

/** Which rules are shown side by side. */
export class RuleControls {
  constructor(parent, rules, { toggle, highlight }) {
    const fieldset = html(parent, "fieldset", { class: "rules" });
    html(fieldset, "legend", {}, "Side by side");
    this.boxes = new Map();
    for (const rule of rules) {
      const label = html(fieldset, "label", { class: "chip rule", style: rule.look });
      const box = html(label, "input", { type: "checkbox" });
      const swatch = shape(label, "svg", { class: "swatch", viewBox: "0 0 26 8", "aria-hidden": "true" });
      shape(swatch, "path", { d: "M1,4H25", "stroke-dasharray": rule.dashes });
      html(label, "span", {}, rule.label);
      box.addEventListener("change", () => toggle(rule.name, box.checked));
      for (const enter of ["pointerenter", "focusin"]) label.addEventListener(enter, () => highlight(rule.name));
      for (const leave of ["pointerleave", "focusout"]) label.addEventListener(leave, () => highlight(null));
      this.boxes.set(rule.name, { box, label });
    }
  }

  draw(shown, diverged) {
    for (const [name, { box, label }] of this.boxes) {
      box.checked = shown.includes(name);
      label.classList.toggle("diverged", diverged.has(name));
      set(label, { title: diverged.has(name) ? "diverges with this setting" : null });
    }
  }
}

/** The hyperparameters of one rule, which is chosen among those that are shown. */
export class SettingControls {
  constructor(parent, { focus, change }) {
    this.fieldset = html(parent, "fieldset", { class: "settings" });
    const legend = html(this.fieldset, "legend");
    const label = html(legend, "label");
    html(label, "span", {}, "Settings of");
    this.select = html(label, "select");
    this.select.addEventListener("change", () => focus(this.select.value));
    this.grid = html(this.fieldset, "div", { class: "sliders" });
    this.change = change;
  }

  draw(rule, values, shown) {
    const names = shown.map(({ name }) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.select.replaceChildren();
      for (const { name, label } of shown) html(this.select, "option", { value: name }, label);
    }
    this.select.value = rule.name;
    if (rule !== this.rule) this.build(rule);
    this.sliders.forEach((slider, i) => slider.draw(values[i]));
  }

  build(rule) {
    this.rule = rule;
    this.grid.replaceChildren();
    this.sliders = rule.settings.map((range, i) => {
      const stops = rule.stored?.stops[i];
      return new Slider(this.grid, range, stops, (value) => this.change(rule.name, i, value));
    });
  }
}

/** A slider over the stops of a range, or over those of the paths that were computed beforehand. */
class Slider {
  constructor(parent, range, stored, change) {
    this.stored = stored;
    this.stops = stored ?? range.stops;
    const label = html(parent, "label", { class: "slider" });
    html(label, "span", { class: "label" }, range.label);
    const alone = this.stops.length === 1;
    this.input = html(label, "input", { type: "range", min: 0, step: 1, disabled: alone });
    this.output = html(label, "span", { class: "value", "aria-hidden": "true" });
    this.input.addEventListener("input", () => change(this.stops[Number(this.input.value)]));
  }

  draw(value) {
    // A value of an address, or of the text, may lie between the round ones.
    if (!this.stored) this.stops = withStop(this.stops, value);
    set(this.input, { max: this.stops.length - 1 });
    const at = nearest(this.stops, value);
    this.input.value = at;
    const text = written(this.stops[at], 6);
    set(this.input, { "aria-valuetext": text });
    this.output.textContent = text;
  }
}

/** A place for what not everybody needs; the browser remembers whether it was open. */
export function more(parent) {
  const details = html(parent, "details", { class: "more", open: storedOpen() });
  html(details, "summary", {}, "More controls");
  details.addEventListener("toggle", () => {
    try {
      localStorage.setItem(OPEN, details.open ? "open" : "");
    } catch {
      // Some pages may store nothing.
    }
  });
  return html(details, "div", { class: "controls" });
}

const OPEN = "adaptive-more-controls";

function storedOpen() {
  try {
    return localStorage.getItem(OPEN) === "open";
  } catch {
    return false;
  }
}

/** What the lower chart shows. */
export class QuantityControls {
  constructor(parent, change) {
    parent.replaceChildren();
    const label = html(parent, "label");
    html(label, "span", { class: "hidden" }, "Curves");
    this.select = html(label, "select", { class: "quiet" });
    this.select.addEventListener("change", () => change(this.select.value));
    this.of = html(parent, "span", { class: "of" });
  }

  draw(quantities, chosen, rule) {
    const names = quantities.map(({ label }) => label).join();
    if (names !== this.names) {
      this.names = names;
      this.select.replaceChildren();
      for (const { name, label } of quantities) html(this.select, "option", { value: name }, label);
    }
    this.select.value = chosen;
    this.of.textContent = `of ${rule.label}`;
  }
}

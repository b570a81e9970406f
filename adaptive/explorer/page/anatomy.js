// The equation is the figure: terms with their numbers, and the arrows that they are.

import { freeKey, numberIn, readAddress } from "./address.js";
import { Bands } from "./bands.js";
import { TimeControls } from "./controls.js";
import { BOTH, decoded, descend, partsOf, rowsOf } from "./descent.js";
import { html, set } from "./drawing.js";
import { Lens } from "./lens.js";
import { onReturn, recalled, remember } from "./memory.js";
import { clamp, powerOfTen } from "./numbers.js";

const PAUSE = 400; // milliseconds before it speaks
const PACE = 350; // between two steps when it plays
const STILL_PACE = 1000; // and for those who want no motion

export class Anatomy {
  constructor(root, catalogue, spec) {
    this.root = root;
    this.spec = spec;
    this.far = catalogue.far;
    this.rule = { ...catalogue.rules[spec.rule], ...spec.rules[spec.rule] };
    this.problem = { ...catalogue.problems[spec.problem], ...spec.problems[spec.problem] };
    const noise = spec.batches[spec.problem];
    this.batches = noise && rowsOf(decoded(noise, "Float64"), spec.steps);
    this.settings = this.rule.settings.map(({ value }) => value);
    this.key = freeKey(root, spec.key);
    this.state = { t: spec.t, start: [...spec.start], lit: null };
    this.build();
    this.apply(this.settingsIn(recalled(this.key) ?? readAddress(this.key)));
    onReturn(this.key, (settings) => {
      this.stop();
      this.apply(this.settingsIn(settings));
    });
    this.render();
  }

  /** Change what is shown. It follows with the next frame, once for all changes until then. */
  apply(change) {
    this.state = { ...this.state, ...change };
    this.frame ??= requestAnimationFrame(() => this.render());
  }

  /** What texts say of the settings, those of an address or of what the page remembers. */
  settingsIn(found) {
    const [t, start] = [numberIn(found.t), String(found.start ?? "").split(",").map(numberIn)];
    const change = {};
    if (Number.isInteger(t)) change.t = clamp(t, 1, this.spec.steps);
    if (start.length === 2 && start.every(Number.isFinite)) {
      change.start = this.problem.bounds.map(([low, high], i) => clamp(start[i], low, high));
    }
    return change;
  }

  // ---------------------------------------------------------------- time

  seek(t) {
    this.stop();
    this.apply({ t: this.within(t) });
  }

  within(t) {
    return clamp(t, 1, Math.max(1, this.path?.steps ?? this.spec.steps));
  }

  play() {
    if (this.timer) return this.stop();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.state.t >= this.within(Infinity)) this.apply({ t: 1 });
    this.timer = setInterval(() => {
      const t = this.within(this.state.t + 1);
      this.apply({ t });
      if (t >= this.within(Infinity) || !this.root.isConnected) this.stop();
    }, still ? STILL_PACE : PACE);
    this.apply({});
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.apply({});
  }

  // ---------------------------------------------------------------- what follows

  render() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = null;
    const { start } = this.state;
    if (this.from !== start) {
      this.from = start;
      const { rule, problem, settings, spec, batches, far } = this;
      this.path = descend(rule, problem, settings, start, spec.steps, batches, far);
      this.lens.draw(this.path, start);
      this.drawn = null;
    }
    this.state.t = this.within(this.state.t);
    if (this.drawn !== this.state.t) this.moment((this.drawn = this.state.t));
    this.controls.draw(this.state.t, Boolean(this.timer));
    this.light();
    this.speakLater();
  }

  /** Bring all to step t. */
  moment(t) {
    const { path, spec } = this;
    const parts = partsOf(this.rule, path, this.settings, t);
    if (!spec.remembers) delete parts.memory;
    const values = this.valuesAt(t);
    this.numbers.forEach(({ pair, value }) => {
      pair.forEach((place, i) => (place.textContent = short(values[value][i])));
    });
    const { division } = spec;
    this.lens.moment(path, t, parts, division && values[division.reach].map(Math.abs));
    if (division) this.bands.draw(values[division.direction], values[division.scale]);
    this.sentence = spec.words.now[this.summary(parts)];
    this.values = values;
  }

  /** All values of step t, each for both coordinates. */
  valuesAt(t) {
    const { path, settings } = this;
    const { constants, values } = this.spec.code;
    const shared = constants(t, settings);
    const each = BOTH.map((i) => {
      const state = path.state.map((pair) => pair[i][t - 1]);
      const given = [path.theta[i][t - 1], path.theta[i][t], path.at[i][t], path.gradient[i][t]];
      return [...given, ...values(path.gradient[i][t], state, settings, shared, path.theta[i][t - 1])];
    });
    return each[0].map((value, k) => [value, each[1][k]]);
  }

  /** Which sentence says what is seen. */
  summary({ step, memory, gradient, decay }) {
    if (!step.every(Number.isFinite)) return "nowhere";
    if (!gradient) return "whole";
    if (decay && Math.hypot(...decay)) return "decay";
    if (!memory) return this.spec.division ? "scaled" : "alone";
    const [one, other] = [Math.hypot(...memory), Math.hypot(...gradient)];
    const { clear, small } = this.spec;
    if (!one) return "first";
    if (one < small * other || other < small * one) return one < other ? "gradient" : "memory";
    const cosine = (memory[0] * gradient[0] + memory[1] * gradient[1]) / one / other;
    return cosine > clear ? "agree" : cosine < -clear ? "oppose" : "turn";
  }

  // ---------------------------------------------------------------- what is pointed at

  /** Make the term that is pointed at stand out, and its arrow; or an arrow, and its terms. */
  light() {
    const { lit } = this.state;
    const role = lit?.dataset.role;
    const drawn = role !== undefined && role !== "plain";
    this.root.classList.toggle("lit", drawn);
    for (const part of this.parts) {
      const term = part.classList.contains("term");
      // A scale's terms are not all the same thing; the parts of an arrow are.
      const alike = part.dataset.role === role && drawn && !(term && role === "scale" && lit.matches(".term"));
      part.classList.toggle("on", part === lit || alike);
      if (term) set(part, { "aria-pressed": part === lit ? "true" : "false" });
    }
    const says = lit?.matches(".term") ? lit.querySelector(".s").cloneNode(true) : null;
    if (this.told !== (lit ?? this.sentence)) {
      this.told = lit ?? this.sentence;
      this.tell.replaceChildren(...(says ? [says, `: ${this.spec.words.role[role]}.`] : [this.words(role)]));
      set(this.tell, { class: `tell ${role ?? ""}` });
    }
  }

  words(role) {
    if (!role) return this.sentence;
    const words = this.spec.words.role[role];
    return `${words[0].toUpperCase()}${words.slice(1)}.`;
  }

  /** Say a term with its numbers. */
  named(term) {
    const value = term.querySelector(".n")?.dataset.value;
    const pair = value && this.values[value].slice(0, term.matches(".common") ? 1 : 2);
    const numbers = pair ? `: ${pair.map(short).join(" and ")}` : "";
    return `${term.dataset.say}, ${this.spec.words.role[term.dataset.role]}${numbers}`;
  }

  /** Once the hand rests: tell a screen reader, and let the page remember. */
  speakLater() {
    clearTimeout(this.speaking);
    if (!this.spoken) {
      this.spoken = true;
      return this.terms.forEach((term) => set(term, { "aria-label": this.named(term) }));
    }
    this.speaking = setTimeout(() => {
      this.terms.forEach((term) => set(term, { "aria-label": this.named(term) }));
      if (this.timer) return;
      const { lit, start, t } = this.state;
      remember(this.key, { t: String(t), start: String(start) });
      const said = lit ? (lit.matches(".term") ? this.named(lit) : this.words(lit.dataset.role)) : this.sentence;
      this.status.textContent = `Step ${t}. ${said}`;
    }, PAUSE);
  }

  // ---------------------------------------------------------------- the page

  build() {
    const { root, spec } = this;
    const find = (selector) => root.querySelector(selector);
    this.tell = find(".tell");
    const panel = find(".controls");
    panel.replaceChildren();
    this.controls = new TimeControls(panel, spec.steps, { seek: (t) => this.seek(t), play: () => this.play(), first: 1 });
    this.lens = new Lens(find(".lens"), this.problem, spec.floor, spec.layout, (start) => {
      this.stop();
      this.apply({ start });
    });
    if (spec.division) this.bands = new Bands(find(".bands svg"));
    this.status = html(root, "p", { class: "hidden", role: "status" });
    this.numbers = [...root.querySelectorAll("[data-value]")].map((each) => ({
      pair: [...each.children],
      value: Number(each.dataset.value),
    }));
    this.parts = [...root.querySelectorAll("[data-role]")];
    this.buildTerms(find(".lines"));
    this.listen();
  }

  /** Terms are buttons, and one stop of the tab key: up and down lead from one to the next. */
  buildTerms(lines) {
    set(lines, { role: "toolbar", "aria-orientation": "vertical", "aria-label": "The update, term by term" });
    this.terms = [...lines.querySelectorAll(".term")];
    this.terms.forEach((term, i) => set(term, { role: "button", tabindex: i ? -1 : 0 }));
    lines.addEventListener("keydown", (event) => {
      const at = this.terms.indexOf(event.target.closest(".term"));
      if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const last = this.terms.length - 1;
      const to = { ArrowUp: Math.max(at - 1, 0), ArrowDown: Math.min(at + 1, last), Home: 0, End: last }[event.key];
      if (event.key === "Enter" || event.key === " ") this.hold(this.terms[at]);
      else if (to === undefined) return;
      else this.terms[to].focus();
      event.preventDefault();
    });
    lines.addEventListener("focusin", (event) => {
      const term = event.target.closest(".term");
      if (!term) return;
      this.terms.forEach((each) => set(each, { tabindex: each === term ? 0 : -1 }));
      if (term.matches(":focus-visible")) this.apply({ lit: term });
    });
    lines.addEventListener("focusout", () => this.apply({ lit: this.held ?? null }));
  }

  /** What is tapped stays until it is tapped again, or something else is, or with Escape. */
  hold(part) {
    this.held = this.held === part ? null : part;
    this.apply({ lit: this.held });
  }

  listen() {
    const { root } = this;
    root.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      this.apply({ lit: event.target.closest("[data-role]") ?? this.held ?? null });
    });
    root.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") this.apply({ lit: this.held ?? null });
    });
    root.addEventListener("click", (event) => {
      const part = event.target.closest("[data-role]");
      if (part) this.hold(part);
      else if (event.target.closest(".lines, .plane")) this.hold(this.held ?? null);
    });
    root.addEventListener("keydown", (event) => {
      // JupyterLab would take keys for commands of its own.
      event.stopPropagation();
      if (event.key === "Escape") this.hold(this.held ?? null);
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      this.seek(this.state.t + by);
      event.preventDefault();
    });
  }
}

/** A number in little room. */
function short(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  let text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  if (size && !(size >= 5e-4 && size < 1e5)) {
    const [mantissa, exponent] = value.toExponential(0).split("e");
    text = `${mantissa}·${powerOfTen(Number(exponent))}`;
  }
  return text.replace("-", "−");
}

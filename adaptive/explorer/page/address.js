// Settings in the address of the page, as #~key.name=value&…
//
// Anchors of the page never begin with a tilde, so that they and the settings leave each other be.
// Each explorer has a key of its own, and leaves those of the others where they are.

const SIGN = "#~";

export function readAddress(key) {
  const own = [...parameters()].filter(([name]) => name.startsWith(`${key}.`));
  return byName(own.map(([name, value]) => [name.slice(key.length + 1), value]));
}

/** An object with nothing in it but what is given: `constructor` is a name like any other. */
export const byName = (entries) => Object.assign(Object.create(null), Object.fromEntries(entries));

/** The number that a text of the address is; NaN where it is none, a blank among them. */
export const numberIn = (text) => (text?.trim() ? Number(text) : NaN);

export function writeAddress(key, settings) {
  const kept = [...parameters()].filter(([name]) => !name.startsWith(`${key}.`));
  const own = Object.entries(settings).map(([name, value]) => [`${key}.${name}`, value]);
  const text = new URLSearchParams([...kept, ...own]).toString();
  // Without settings nothing is left but the page itself.
  const { pathname, search } = globalThis.location;
  // Commas may stand in an address as they are.
  const hash = text ? SIGN + text.replaceAll("%2C", ",") : "";
  globalThis.history.replaceState(globalThis.history.state, "", pathname + search + hash);
}

/** Whether the address holds settings, readable or not. */
export const holdsSettings = () => /^#(~|%(25)*7e)/i.test(globalThis.location.hash);

/** Whether it should, and not one of them can be told from another. */
export const isUnreadable = () => holdsSettings() && ![...parameters()].some(([name, value]) => name.includes(".") && value);

function parameters() {
  let text = globalThis.location.hash;
  // Programs in which people send addresses to each other encode what they do not know, some twice.
  for (let turn = 0; turn < 3 && !(text.startsWith(SIGN) && text.includes("=")); turn++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
  }
  return new URLSearchParams(text.startsWith(SIGN) ? text.slice(SIGN.length).replaceAll("&amp;", "&") : "");
}

/** The key of a figure: its own, numbered where another on the page has it. */
export function freeKey(root, key) {
  const others = [...document.querySelectorAll("[data-explorer][data-key]")].filter((other) => other !== root);
  const taken = new Set(others.map((other) => other.dataset.key));
  let free = key;
  for (let number = 2; taken.has(free); number++) free = `${key}-${number}`;
  root.dataset.key = free;
  return free;
}

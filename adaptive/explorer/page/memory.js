// What figures are set to, in the state of the page's entry in the history: so that whoever comes back
// to the page, by the browser's own button, finds them as they were.

const NAME = "adaptiveFigures";

/** What a figure was set to, if the page remembers it. */
export const recalled = (key) => globalThis.history.state?.[NAME]?.[key] ?? null;

export function remember(key, settings) {
  const { history } = globalThis;
  try {
    const all = { ...history.state?.[NAME], [key]: settings };
    history.replaceState({ ...history.state, [NAME]: all }, "");
  } catch {
    // In a frame that is shut off, and where a browser thinks that it was called too often.
  }
}

/** Call back when the reader returns to an entry of the history in which the figure was set. */
export function onReturn(key, callback) {
  globalThis.addEventListener("popstate", () => {
    const settings = recalled(key);
    if (settings) callback(settings);
  });
}

// Defines looks(): for each element with words of its own that is seen, how they look. That is what
// contrast is made of: the colour, whether it is large, its links' lines, and all grounds below it.
() => {
  const grounds = new Map();

  const ground = (e) => {
    if (!e) return "";
    if (!grounds.has(e)) {
      const { backgroundColor, backgroundImage, opacity, filter } = getComputedStyle(e);
      const own = [backgroundColor, backgroundImage, opacity, filter].join();
      const seen = own === "rgba(0, 0, 0, 0),none,1,none" ? "" : `${own};`;
      grounds.set(e, seen + ground(e.parentElement));
    }
    return grounds.get(e);
  };

  const speaks = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());

  const look = (e) => {
    const { color, fontSize, fontWeight, textShadow, textDecoration } = getComputedStyle(e);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
    return [color, large, textShadow, textDecoration, ground(e)].join("|");
  };

  globalThis.looks = () => {
    grounds.clear();
    const seen = [...document.querySelectorAll("body, body *")].filter(
      (e) => speaks(e) && e.checkVisibility({ visibilityProperty: true }),
    );
    return new Map(seen.map((e) => [e, look(e)]));
  };
}

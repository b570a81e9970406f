// Defines looks(): for each element with words of its own that is seen, how they look. That is what
// contrast is made of: the colour, whether it is large, its links' lines, and all grounds below it.
// Then repeated(): which of them look like one before them, on this page or in a set of looks, to which
// it adds. And what makes a large page small for axe: empty() takes out of formulas what they are drawn with, of which axe sees no words; uncolour() takes
// from code that is folded away what would colour its words. refill() puts all back.
() => {
  const grounds = new Map();
  const flowing = new Map();

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

  // Whether its words lie on what they are in, and on nothing else.
  const flows = (e) => {
    if (!e) return true;
    if (!flowing.has(e)) {
      const { position, top, left, transform, marginTop, marginBottom } = getComputedStyle(e);
      const stays = [top, left].every((x) => x === "auto" || x === "0px");
      const placed = position === "static" || (position === "relative" && stays);
      const apart = parseFloat(marginTop) >= 0 && parseFloat(marginBottom) >= 0;
      const own = placed && apart && transform === "none" && !(e instanceof SVGElement);
      flowing.set(e, own && flows(e.parentElement));
    }
    return flowing.get(e);
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

  globalThis.repeated = (before = new Set()) => {
    flowing.clear();
    const again = [];
    for (const [e, look] of looks()) {
      // In code, what scrolls has gradients as its ground, and words of each colour everywhere.
      const alike = e.closest("pre") || (flows(e) && !/gradient|url/.test(look));
      if (alike && before.has(look)) again.push(e);
      if (alike) before.add(look);
    }
    return again;
  };

  const taken = [];

  globalThis.empty = (parts) => {
    const formulas = [...document.querySelectorAll(parts)];
    const full = formulas.map((e) => [e, [...e.childNodes], e.style.cssText]);
    const sizes = formulas.map((e) => e.getBoundingClientRect());
    full.forEach(([e], i) => {
      e.replaceChildren();
      e.style.cssText = `display: inline-block; width: ${sizes[i].width}px; height: ${sizes[i].height}px`;
    });
    taken.push(() => {
      for (const [e, glyphs, style] of full) {
        e.replaceChildren(...glyphs);
        e.style.cssText = style;
      }
    });
  };

  globalThis.uncolour = () => {
    const bare = (e) => e.firstChild && e.getAttributeNames().every((name) => name === "class");
    const spans = [...document.querySelectorAll("pre span")];
    const unseen = spans.filter((e) => bare(e) && !e.checkVisibility());
    const words = unseen.map((e) => [...e.childNodes]);
    unseen.forEach((e, i) => e.replaceWith(...words[i]));
    taken.push(() => {
      for (const e of unseen.reverse()) {
        const own = words.pop();
        own[0].before(e);
        e.append(...own);
      }
    });
  };

  globalThis.refill = () => {
    while (taken.length) taken.pop()();
  };
}

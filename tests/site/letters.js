// The sizes of the letters of the figures that are part of a page: of those in pictures, and of all
// that are exponents or indices, in which `script` is true.
() => {
  // Some letters are raised by themselves: they are as large as the text, and small in it.
  const RAISED = /[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]/;
  const canvas = document.createElement("canvas").getContext("2d");
  const height = (letter, { fontFamily, fontWeight }) => {
    canvas.font = `${fontWeight} 200px ${fontFamily}`;
    const { actualBoundingBoxAscent, actualBoundingBoxDescent } = canvas.measureText(letter);
    return actualBoundingBoxAscent + actualBoundingBoxDescent;
  };
  const sizeOf = (e) => {
    const { c, d } = e.getScreenCTM?.() ?? { c: 0, d: 1 };
    return Math.hypot(c, d) * parseFloat(getComputedStyle(e).fontSize);
  };
  const smaller = (e) => {
    const sizes = [...e.closest("text").querySelectorAll("tspan")].map(sizeOf);
    const whole = e.closest("text");
    return sizeOf(e) < 0.95 * Math.max(...sizes, whole.firstChild.nodeType === 3 ? sizeOf(whole) : 0);
  };
  return [...document.querySelectorAll("svg.architecture text, svg.architecture tspan, [data-explorer] *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .flatMap((e) => {
      const [size, text, look] = [sizeOf(e), e.textContent, getComputedStyle(e)];
      const script = e.matches("tspan") ? smaller(e) : e.matches("sub, sup, sub *, sup *");
      const found = script || e.matches("text, tspan") ? [{ size, text, script }] : [];
      const letter = text.match(RAISED)?.[0];
      if (!letter) return found;
      return [...found, { size: (size * height(letter, look)) / height(letter.normalize("NFKC"), look), text, script: true }];
    });
}

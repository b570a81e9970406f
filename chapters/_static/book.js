// What is wider than its place scrolls; here it is given to the keyboard as well.
(() => {
  const wide = 'mjx-container[display="true"], .scrolls, .pst-scrollable-table-container, .output';
  const look = () => {
    for (const each of document.querySelectorAll(wide)) {
      const scrolls = each.scrollWidth > each.clientWidth
        && getComputedStyle(each).overflowX === "auto";
      if (scrolls) each.tabIndex = 0;
      else if (each.getAttribute("tabindex") === "0") each.removeAttribute("tabindex");
    }
  };
  addEventListener("load", look);
  document.fonts.ready.then(look);
  addEventListener("resize", look);
  document.addEventListener("toggle", look, true);
  document.addEventListener("click", () => setTimeout(look));
})();

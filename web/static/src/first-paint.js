// Runs before the first paint, so that a dark page never flashes white. No module on purpose:
// a module waits for the document. Keys and values are those of page/theme.js and
// page/navigation.js.
(() => {
  const root = document.documentElement;
  // What a script hides is hidden before it is seen; without scripts it all stays.
  root.dataset.scripts = "";
  let theme = "auto";
  try {
    theme = localStorage.getItem("cadastre.theme") || "auto";
    if (localStorage.getItem("cadastre.sidebar") === "folded") root.dataset.sidebar = "folded";
  } catch {
    // A browser that keeps nothing still gets the theme of its system.
  }
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
})();

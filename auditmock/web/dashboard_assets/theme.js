/** Light, dark, or as the reader's system is. */

const KEY = "auditmock-theme";
export const THEMES = ["system", "light", "dark"];

export function theme() {
  const kept = localStorage.getItem(KEY);
  return THEMES.includes(kept) ? kept : "system";
}

export function setTheme(name) {
  localStorage.setItem(KEY, name);
  wear();
}

/** Put the chosen theme on the page. */
export function wear() {
  document.documentElement.dataset.theme = theme();
  document.dispatchEvent(new Event("themechange"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", wear);

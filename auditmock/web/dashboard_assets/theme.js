/** The colour theme: light, dark, or the system's. */

const KEY = "auditmock-theme";
export const THEMES = ["system", "light", "dark"];

export function theme() {
  const stored = localStorage.getItem(KEY);
  return THEMES.includes(stored) ? stored : "system";
}

export function setTheme(name) {
  localStorage.setItem(KEY, name);
  applyTheme();
}

/** Apply the selected theme. */
export function applyTheme() {
  document.documentElement.dataset.theme = theme();
  document.dispatchEvent(new Event("themechange"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

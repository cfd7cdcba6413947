/** Components shared by several parts of the page. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { notify } from "./state.js";
import { toneOf } from "./labels.js";

/** Line icons, 16 by 16. */
const ICONS = {
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  plus: "M8 3v10M3 8h10",
  again: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM11 11l3 3",
  left: "M10 3 5 8l5 5",
  right: "m6 3 5 5-5 5",
  down: "m3 6 5 5 5-5",
  close: "m4 4 8 8M12 4l-8 8",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1M8 14v1M1 8h1M14 8h1M3 3l.7.7M12.3 12.3l.7.7M13 3l-.7.7M3.7 12.3 3 13",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
};

export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[name]}></path></svg>`;

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied ${what}.`);
  } catch {
    notify(`The browser blocked copying. Select ${what} and copy it.`, true);
  }
}

/** Text with a copy button. */
export const copied = (text, what) => html`
  <div class="copied">
    <code tabindex="0" aria-label=${what}><bdi>${text}</bdi></code>
    <button class="quiet" title="Copy" aria-label="Copy ${what}" @click=${() => copy(text, what)}>${icon("copy")}</button>
  </div>`;

export const pill = (status) => html`<span class="pill ${toneOf(status)}">${status || "no response"}</span>`;

/** Split a search at its terms: `[text, term or undefined]`. Positions count characters, not UTF-16 units. */
function split(search) {
  const characters = Array.from(search.q);
  const pieces = [];
  let at = 0;
  for (const term of search.terms) {
    pieces.push([characters.slice(at, term.start).join("")], [characters.slice(term.start, term.end).join(""), term]);
    at = term.end;
  }
  return [...pieces, [characters.slice(at).join("")]];
}

/** A search with each term marked by its effect. */
export const marked = (search) =>
  split(search).map(([text, term]) => (term ? html`<mark class=${term.effect}>${text}</mark>` : text || nothing));

/** The problems of a search, one per term. */
export const notes = (search) => {
  const wrong = search.terms.filter(({ problem }) => problem);
  return wrong.map(
    ({ text, effect, problem }) => html`
      <li class=${effect}>
        <mark class=${effect}><bdi>${text}</bdi></mark>
        <span><b>${effect === "rejected" ? "Rejected" : "Ignored"}.</b> <bdi>${problem}</bdi></span>
      </li>`,
  );
};

/** An error response: message, detail and validations. */
export const errorBox = (error) => html`
  <div class="error-box" role="alert">
    <p><b><bdi>${error.message}</bdi></b></p>
    ${error.detail ? html`<p><bdi>${error.detail}</bdi></p>` : nothing}
    ${(error.validations ?? []).length
      ? html`<ul>
          ${error.validations.map(({ field, detail }) => html`<li><code>${field}</code> <bdi>${detail}</bdi></li>`)}
        </ul>`
      : nothing}
  </div>`;

/** Run an action; an error is shown as a notice and the result is undefined. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    notify(error.text ?? String(error), true);
    return undefined;
  }
}

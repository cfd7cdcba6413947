/** Small pieces that several parts of the page show. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { say } from "./state.js";
import { toneOf } from "./labels.js";

/** A picture of lines, 16 by 16. */
const PICTURES = {
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

export const picture = (name) =>
  html`<svg class="picture" viewBox="0 0 16 16" aria-hidden="true"><path d=${PICTURES[name]}></path></svg>`;

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
  } catch {
    say(`The browser lets no page copy here: mark ${what} and copy it.`, true);
  }
}

/** Text with a button that copies it. */
export const copied = (text, what) => html`
  <div class="copied">
    <code tabindex="0" aria-label=${what}><bdi>${text}</bdi></code>
    <button class="quiet" title="Copy" aria-label="Copy ${what}" @click=${() => copy(text, what)}>${picture("copy")}</button>
  </div>`;

export const pill = (status) => html`<span class="pill ${toneOf(status)}">${status || "none"}</span>`;

/** Cut a search at its terms: `[text, term or undefined]`. Positions count characters, not UTF-16 units. */
function cut(search) {
  const characters = Array.from(search.q);
  const pieces = [];
  let at = 0;
  for (const term of search.terms) {
    pieces.push([characters.slice(at, term.start).join("")], [characters.slice(term.start, term.end).join(""), term]);
    at = term.end;
  }
  return [...pieces, [characters.slice(at).join("")]];
}

/** A search with its terms marked by what they do. */
export const marked = (search) =>
  cut(search).map(([text, term]) => (term ? html`<mark class=${term.effect}>${text}</mark>` : text || nothing));

/** What is wrong with terms, one note each. */
export const notes = (search) => {
  const wrong = search.terms.filter(({ problem }) => problem);
  return wrong.map(
    ({ text, effect, problem }) => html`
      <li class=${effect}>
        <mark class=${effect}><bdi>${text}</bdi></mark>
        <span><b>${effect === "refused" ? "Refused" : "Ignored"}.</b> <bdi>${problem}</bdi></span>
      </li>`,
  );
};

/** A refusal as Coder's envelope says it. */
export const refused = (refusal) => html`
  <div class="refused-box" role="alert">
    <p><b><bdi>${refusal.message}</bdi></b></p>
    ${refusal.detail ? html`<p><bdi>${refusal.detail}</bdi></p>` : nothing}
    ${(refusal.validations ?? []).length
      ? html`<ul>
          ${refusal.validations.map(({ field, detail }) => html`<li><code>${field}</code> <bdi>${detail}</bdi></li>`)}
        </ul>`
      : nothing}
  </div>`;

/** Say when a deed fails; gives what it gives. */
export async function attempt(deed) {
  try {
    return await deed();
  } catch (error) {
    say(error.text ?? String(error), true);
    return undefined;
  }
}

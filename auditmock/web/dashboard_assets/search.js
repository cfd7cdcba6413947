/** The search box; problems are marked while typing. */

import { control, queryOf } from "./api.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { attempt, marked, notes, icon } from "./components.js";
import { change, state } from "./state.js";

const DEBOUNCE = 150;
/** The presets of Coder's page (reference 14). */
const PRESETS = {
  "Created workspaces": "resource_type:workspace action:create",
  "Added templates": "resource_type:template action:create",
  "Deleted templates": "resource_type:template action:delete",
  "Added users": "resource_type:user action:create",
  "Deleted users": "resource_type:user action:delete",
  "Builds started by a user": "resource_type:workspace_build action:start build_reason:initiator",
};

let waiting;
let loading = new AbortController();

/** Set the search; `found` is called after the server has parsed it without errors. */
export function searchFor(q, found) {
  change({ q });
  clearTimeout(waiting);
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  waiting = setTimeout(() => explain(q, found, signal), DEBOUNCE);
}

async function explain(q, found, signal) {
  await attempt(async () => {
    try {
      const search = await control("GET", `/explain?${queryOf({ q })}`, undefined, { signal });
      change({ search });
      if (search.valid) found();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  });
}

/** A search with a key set to a value; an empty value removes the key. */
export function withKey(q, key, value) {
  const terms = q.split(/\s+/).filter((term) => term && !term.toLowerCase().startsWith(`${key}:`));
  return (value ? [...terms, `${key}:${value}`] : terms).join(" ");
}

/** Scroll the layer of marks, which lies below the text, with the box. */
function follow(event) {
  event.target.previousElementSibling.scrollLeft = event.target.scrollLeft;
}

const layer = () => (state.search?.q === state.q ? marked(state.search) : state.q);

/** The search box with problems, suggestion and presets. */
export function searchBox(found) {
  const { q, search } = state;
  const wrong = search?.q === q && search.terms.some(({ problem }) => problem);
  return html`
    <div class="search" role="search">
      ${icon("search")}
      <div class="typed">
        <div class="layer" aria-hidden="true" dir="ltr">${layer()}</div>
        <input
          id="search"
          type="text"
          dir="ltr"
          spellcheck="false"
          autocomplete="off"
          placeholder="Search: action:delete resource_type:user"
          aria-label="Search audit logs"
          aria-describedby="search-notes"
          aria-invalid=${Boolean(search?.q === q && !search.valid)}
          .value=${live(q)}
          @input=${(event) => { searchFor(event.target.value, found); follow(event); }}
          @scroll=${follow}
        />
      </div>
      ${q ? html`<button class="quiet" aria-label="Clear the search" @click=${() => searchFor("", found)}>${icon("close")}</button>` : html`<kbd>/</kbd>`}
    </div>
    <ul class="notes" id="search-notes" aria-live="polite">
      ${wrong ? notes(search) : nothing}
      ${wrong && search.suggestion
        ? html`<li class="suggestion"><button @click=${() => searchFor(search.suggestion, found)}>Search for <code><bdi>${search.suggestion}</bdi></code> instead</button></li>`
        : nothing}
    </ul>
    <div class="presets" role="group" aria-label="Preset searches">
      ${Object.entries(PRESETS).map(
        ([name, preset]) => html`<button aria-pressed=${q === preset} @click=${() => searchFor(q === preset ? "" : preset, found)}>${name}</button>`,
      )}
      <button class="quiet" title="Refresh" aria-label="Refresh" @click=${found}>${icon("again")}</button>
    </div>`;
}

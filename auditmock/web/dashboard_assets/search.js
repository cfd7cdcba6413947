/** The search box: what is wrong is marked under the term, as one types. */

import { control, queryOf } from "./api.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { attempt, marked, notes, picture } from "./components.js";
import { change, state } from "./state.js";

const PAUSE = 150;
/** What Coder's page offers (reference 14). */
const PRESETS = {
  "Created workspaces": "resource_type:workspace action:create",
  "Added templates": "resource_type:template action:create",
  "Deleted templates": "resource_type:template action:delete",
  "Added users": "resource_type:user action:create",
  "Deleted users": "resource_type:user action:delete",
  "Builds by hand": "resource_type:workspace_build action:start build_reason:initiator",
};

let waiting;
let asking = new AbortController();

/** Search for something; `found` is called once the server said what it means, unless it is refused. */
export function searchFor(q, found) {
  change({ q });
  clearTimeout(waiting);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  waiting = setTimeout(() => understand(q, found, signal), PAUSE);
}

async function understand(q, found, signal) {
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

/** A search with one key set to a value; an empty value takes the key out. */
export function withKey(q, key, value) {
  const terms = q.split(/\s+/).filter((term) => term && !term.toLowerCase().startsWith(`${key}:`));
  return (value ? [...terms, `${key}:${value}`] : terms).join(" ");
}

/** The marks stand in a layer below the text of the box, and move with it. */
function follow(event) {
  event.target.previousElementSibling.scrollLeft = event.target.scrollLeft;
}

const layer = () => (state.search?.q === state.q ? marked(state.search) : state.q);

/** The box, its notes and the presets. */
export function searchBox(found) {
  const { q, search } = state;
  const wrong = search?.q === q && search.terms.some(({ problem }) => problem);
  return html`
    <div class="search" role="search">
      ${picture("search")}
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
      ${q ? html`<button class="quiet" aria-label="Clear the search" @click=${() => searchFor("", found)}>${picture("close")}</button>` : html`<kbd>/</kbd>`}
    </div>
    <ul class="notes" id="search-notes" aria-live="polite">
      ${wrong ? notes(search) : nothing}
      ${wrong && search.suggestion
        ? html`<li class="cure"><button @click=${() => searchFor(search.suggestion, found)}>Search for <code><bdi>${search.suggestion}</bdi></code> instead</button></li>`
        : nothing}
    </ul>
    <div class="presets" role="group" aria-label="Preset searches">
      ${Object.entries(PRESETS).map(
        ([name, preset]) => html`<button aria-pressed=${q === preset} @click=${() => searchFor(q === preset ? "" : preset, found)}>${name}</button>`,
      )}
      <button class="quiet" title="Ask again" aria-label="Ask again" @click=${found}>${picture("again")}</button>
    </div>`;
}

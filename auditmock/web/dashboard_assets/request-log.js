/** The request log, newest first; one request can be selected. */

import { control } from "./api.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { attempt, pill } from "./components.js";
import { change, state } from "./state.js";
import { readable, timeOf, tookOf, worldName } from "./labels.js";

/** The requests that match the filter. */
function shown() {
  const { everywhere, contains, own } = state.requestLog;
  const wanted = contains.toLowerCase();
  return state.requests.filter(
    ({ id, world, target }) =>
      (everywhere || world === state.world || world === "") &&
      (own || !state.own.has(id)) &&
      readable(target).toLowerCase().includes(wanted),
  );
}

/** Select a request and load its explanation; null clears the selection. */
export async function choose(id) {
  change({ chosen: id, explanation: null });
  if (id === null) return;
  const explanation = await attempt(() => control("GET", `/requests/${id}`));
  if (state.chosen === id && explanation) change({ explanation });
}

/** Select a request and scroll to its explanation. */
async function open(id) {
  choose(id);
  await Promise.resolve();
  document.querySelector(".explanation").scrollIntoView({ block: "nearest" });
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

async function press(event) {
  const requests = shown();
  if (!(event.key in STEPS) || !requests.length) return;
  event.preventDefault();
  const at = requests.findIndex(({ id }) => id === state.chosen);
  const to = at < 0 ? 0 : Math.min(Math.max(at + STEPS[event.key], 0), requests.length - 1);
  choose(requests[to].id);
  await Promise.resolve();
  document.getElementById(`request-${requests[to].id}`)?.scrollIntoView({ block: "nearest" });
}

const setFilter = (update) => change({ requestLog: { ...state.requestLog, ...update } });

async function clear() {
  await attempt(() => control("DELETE", "/requests"));
  change({ requests: [], chosen: null, explanation: null });
}

function summary({ target }) {
  const [path, query] = target.split(/\?(.*)/s);
  return html`<span class="path">${path}</span>${query === undefined
      ? nothing
      : html`<span class="query"><bdi>${readable(query)}</bdi></span>`}`;
}

const row = (request) => html`
  <li
    role="option"
    id="request-${request.id}"
    aria-selected=${request.id === state.chosen}
    @click=${() => open(request.id)}
  >
    ${pill(request.status)}
    <span class="asked"><b class="method">${request.method}</b> ${summary(request)}</span>
    <span class="about">
      <span>${request.id}</span>
      <span>${timeOf(request.time)}</span>
      <span>${tookOf(request.milliseconds)}</span>
      ${request.username ? html`<span><bdi>${request.username}</bdi></span>` : html`<span>no user</span>`}
      ${state.requestLog.everywhere && request.world ? html`<span>${worldName(request.world)}</span>` : nothing}
      ${state.own.has(request.id) ? html`<span class="tag">dashboard</span>` : nothing}
      ${request.fault ? html`<span class="tag bad">fault: ${request.fault.replaceAll("_", " ")}</span>` : nothing}
      ${request.hint ? html`<span class="tag warn" title=${request.hint}>hint</span>` : nothing}
    </span>
  </li>`;

const noRequests = () => html`
  <div class="nothing">
    <h3>No requests yet</h3>
    <p>Send requests to this server with the token on the left. They appear here immediately.</p>
  </div>`;

const noMatches = () => html`<div class="nothing"><p>No matching requests. Show all worlds or clear the filter.</p></div>`;

/** The card with the list and its filter. */
export function requestLog() {
  const requests = shown();
  const { everywhere, contains, own } = state.requestLog;
  return html`
    <section class="card request-log" aria-label="Request log">
      <div class="tools">
        <input
          type="search"
          placeholder="Filter…"
          aria-label="Filter requests"
          .value=${live(contains)}
          @input=${(event) => setFilter({ contains: event.target.value })}
        />
        <label class="check">
          <input type="checkbox" .checked=${live(everywhere)} @change=${(event) => setFilter({ everywhere: event.target.checked })} />
          All worlds
        </label>
        <label class="check" title="Include requests of this dashboard">
          <input type="checkbox" .checked=${live(own)} @change=${(event) => setFilter({ own: event.target.checked })} />
          Dashboard
        </label>
        <button class="quiet" ?disabled=${!state.requests.length} @click=${clear}>Clear</button>
      </div>
      ${requests.length
        ? html`<ol
            role="listbox"
            tabindex="0"
            aria-label="Requests, newest first"
            aria-activedescendant=${requests.some(({ id }) => id === state.chosen) ? `request-${state.chosen}` : nothing}
            @keydown=${press}
          >
            ${repeat(requests, ({ id }) => id, row)}
          </ol>`
        : state.requests.length
          ? noMatches()
          : noRequests()}
    </section>`;
}

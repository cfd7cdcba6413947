/** The request log: what was asked, newest first; one request at a time is explained. */

import { control } from "./api.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { attempt, pill } from "./components.js";
import { change, state } from "./state.js";
import { readable, timeOf, tookOf, worldName } from "./labels.js";

/** The requests that the request log's filter leaves. */
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

/** Explain a request; null explains none. */
export async function choose(id) {
  change({ chosen: id, explanation: null });
  if (id === null) return;
  const explanation = await attempt(() => control("GET", `/requests/${id}`));
  if (state.chosen === id && explanation) change({ explanation });
}

/** Explain a request that was pointed at; where there is no room beside the list, the page moves to it. */
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

const filterBy = (news) => change({ requestLog: { ...state.requestLog, ...news } });

async function empty() {
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
      ${request.username ? html`<span><bdi>${request.username}</bdi></span>` : html`<span>nobody</span>`}
      ${state.requestLog.everywhere && request.world ? html`<span>${worldName(request.world)}</span>` : nothing}
      ${state.own.has(request.id) ? html`<span class="tag">this window</span>` : nothing}
      ${request.fault ? html`<span class="tag bad">fault: ${request.fault.replaceAll("_", " ")}</span>` : nothing}
      ${request.hint ? html`<span class="tag warn" title=${request.hint}>hint</span>` : nothing}
    </span>
  </li>`;

const FIRST = () => html`
  <div class="nothing">
    <h3>Nothing was asked yet</h3>
    <p>Point your page at this server with the token on the left. Each request appears here as it happens.</p>
  </div>`;

const NONE = () => html`<div class="nothing"><p>No request fits. Look at all worlds, or clear the filter.</p></div>`;

/** The list with its filter. */
export function requestLog() {
  const requests = shown();
  const { everywhere, contains, own } = state.requestLog;
  return html`
    <section class="card request-log" aria-label="Request log">
      <div class="tools">
        <input
          type="search"
          placeholder="Contains…"
          aria-label="Only requests that contain"
          .value=${live(contains)}
          @input=${(event) => filterBy({ contains: event.target.value })}
        />
        <label class="check">
          <input type="checkbox" .checked=${live(everywhere)} @change=${(event) => filterBy({ everywhere: event.target.checked })} />
          All worlds
        </label>
        <label class="check">
          <input type="checkbox" .checked=${live(own)} @change=${(event) => filterBy({ own: event.target.checked })} />
          This window's
        </label>
        <button class="quiet" ?disabled=${!state.requests.length} @click=${empty}>Empty</button>
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
          ? NONE()
          : FIRST()}
    </section>`;
}

/** The list of audit logs as on Coder's page: 25 per page, one sentence per log, expandable diffs. */

import { control, listLogs, pathOf, queryOf } from "./api.js";
import { histogram } from "./histogram.js";
import { searchBox, searchFor, withKey } from "./search.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { icon, pill, errorBox } from "./components.js";
import { change, chosenWorld, state } from "./state.js";
import { dayOf, initialOf, number, plural, sentenceOf, timeOf, valueOf } from "./labels.js";

const SIZE = 25;
const MAX_FIELDS = 50;
const BINS = 60;

let loading = new AbortController();

/** Load a page of the list; page 1 also loads the histogram. */
async function load(page) {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  change({ list: { ...state.list, page, busy: true, stale: false, requested: true } });
  const histogramToo = page === 1 ? loadHistogram(signal) : null;
  const parameters = { offset: (page - 1) * SIZE, limit: SIZE, q: state.q };
  const numbered = (id) => id && change({ own: new Set(state.own).add(id) });
  try {
    const { audit_logs: logs, count, count_cap: cap } = await listLogs(chosenWorld().token, parameters, { signal, numbered });
    change({ list: { ...state.list, logs, count, cap, error: null, busy: false } });
  } catch (error) {
    if (error.name === "AbortError") return;
    change({ list: { ...state.list, logs: [], count: 0, error, busy: false } });
  }
  await histogramToo;
}

async function loadHistogram(signal) {
  const query = queryOf({ q: state.q, bins: BINS });
  const counted = await control("GET", `${pathOf(state.world)}/histogram?${query}`, undefined, { signal }).catch(() => null);
  if (!signal.aborted) change({ histogram: counted });
}

/** Reload the list if it is visible; a hidden list sends no requests. */
export function reload() {
  change({ expanded: new Set(), histogram: null });
  if (!chosenWorld()) return;
  if (state.view === "logs") searchFor(state.q, first);
  else change({ list: { ...state.list, requested: false } });
}

/** Load the list when it is shown for the first time. */
export function showLogs() {
  if (state.list.requested || !chosenWorld()) return;
  state.list = { ...state.list, requested: true };
  searchFor(state.q, first);
}

const first = () => load(1);

/** Search a range of days, inclusive. */
function brush(from, to) {
  searchFor(withKey(withKey(state.q, "date_from", from), "date_to", to), first);
}

function pick(action) {
  const chosen = state.q.split(/\s+/).includes(`action:${action}`);
  searchFor(withKey(state.q, "action", chosen ? "" : action), first);
}

function toggleDiff(id) {
  const expanded = new Set(state.expanded);
  if (!expanded.delete(id)) expanded.add(id);
  change({ expanded });
}

const cell = (value, secret) => (secret ? html`<i>secret</i>` : html`<bdi>${valueOf(value)}</bdi>`);

function difference(diff) {
  const rows = Object.entries(diff);
  return html`
    <table class="diff">
      <thead><tr><th>Field</th><th>Old</th><th>New</th></tr></thead>
      <tbody>
        ${rows.slice(0, MAX_FIELDS).map(
          ([field, { old, new: now, secret }]) => html`<tr>
            <th scope="row"><bdi>${field}</bdi></th>
            <td class="old">${cell(old, secret)}</td>
            <td class="new">${cell(now, secret)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length > MAX_FIELDS ? html`<p class="hint">and ${plural(rows.length - MAX_FIELDS, "more field")}</p>` : nothing}`;
}

const sentence = (log) =>
  sentenceOf(log).map(({ text, name }) => (name ? html`<b><bdi>${text}</bdi></b>` : html`<bdi>${text}</bdi>`));

function row(log) {
  const fields = Object.keys(log.diff ?? {}).length;
  const open = fields > 0 && state.expanded.has(log.id);
  return html`
    <li class="log">
      <div class="line">
        <span class="avatar" aria-hidden="true">${initialOf(log.user?.username)}</span>
        <p class="sentence">${sentence(log)}</p>
        <span class="meta">
          ${log.ip ? html`<span><bdi>${log.ip}</bdi></span>` : nothing}
          <time datetime=${log.time}>${timeOf(log.time)}</time>
          ${pill(log.status_code)}
        </span>
        ${fields
          ? html`<button
              class="quiet fold"
              aria-expanded=${open}
              aria-label="${open ? "Hide" : "Show"} what changed: ${plural(fields, "field")}"
              @click=${() => toggleDiff(log.id)}
            >${icon("down")}</button>`
          : html`<span class="fold"></span>`}
      </div>
      ${open ? difference(log.diff) : nothing}
    </li>`;
}

/** Logs grouped by day. */
function byDay(logs) {
  const days = Map.groupBy(logs, ({ time }) => dayOf(time));
  return Array.from(days, ([day, group]) => html`
    <section class="day">
      <h3>${day}</h3>
      <ol>${repeat(group, ({ id }) => id, row)}</ol>
    </section>`);
}

function pages() {
  const { page, count, cap } = state.list;
  const last = Math.max(1, Math.ceil(count / SIZE));
  const capped = cap !== undefined && count > cap;
  return html`
    <nav class="pages" aria-label="Pages">
      <span>${capped ? `More than ${number(cap)} logs` : plural(count, "log")}</span>
      <button ?disabled=${page <= 1} aria-label="Previous page" @click=${() => load(page - 1)}>${icon("left")}</button>
      <span>Page ${number(page)} of ${number(last)}${capped ? "+" : ""}</span>
      <button ?disabled=${page >= last} aria-label="Next page" @click=${() => load(page + 1)}>${icon("right")}</button>
    </nav>`;
}

function content() {
  const { logs, error, busy, page } = state.list;
  if (error) return html`<div class="nothing">${pill(error.status)}<h3>Error on loading audit logs.</h3>${errorBox(error)}</div>`;
  if (logs.length) return html`${byDay(logs)}${pages()}`;
  if (state.search?.valid === false) return html`<div class="nothing"><p>Correct the search to see logs.</p></div>`;
  if (busy || !state.list.requested) return html`<div class="nothing"><p>Loading…</p></div>`;
  return html`<div class="nothing"><h3>No audit logs available${page > 1 ? " on this page" : ""}</h3></div>`;
}

/** The card with search, histogram and list. */
export function logs() {
  const { busy, stale } = state.list;
  return html`
    <section class="card logs ${state.search?.valid === false ? "dim" : ""}" aria-label="Audit logs" aria-busy=${busy}>
      ${searchBox(first)}
      ${histogram(state.histogram, { brush, pick, q: state.q })}
      ${stale ? html`<button class="stale" @click=${first}>The logs have changed. Refresh</button>` : nothing}
      <div class="list">${content()}</div>
    </section>`;
}

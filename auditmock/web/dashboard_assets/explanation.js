/** The explanation of the selected request: token, route, search, page, error. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { choose } from "./request-log.js";
import { copied, marked, notes, icon, pill, errorBox } from "./components.js";
import { state } from "./state.js";
import { clip, momentOf, plural, tookOf, worldName } from "./labels.js";

const step = (name, tone, content) => html`
  <section class="step ${tone}">
    <h3>${name}</h3>
    ${content}
  </section>`;

const token = ({ location: place, username, roles, world, result }) => html`
  <p><bdi>${result}</bdi></p>
  <dl>
    ${username ? html`<dt>User</dt><dd><bdi>${username}</bdi>${roles.length ? ` (${roles.join(", ")})` : ""}</dd>` : nothing}
    ${world ? html`<dt>World</dt><dd title=${world}>${worldName(world)}</dd>` : nothing}
    ${place ? html`<dt>Found in</dt><dd>${place}</dd>` : nothing}
  </dl>`;

const search = (explained) => html`
  <p class="marked"><code dir="ltr">${explained.q ? marked(explained) : html`<i>empty: all logs</i>`}</code></p>
  ${explained.terms.length
    ? html`<table class="terms">
        <thead><tr><th>Position</th><th>Key</th><th>Value</th><th>Effect</th></tr></thead>
        <tbody>
          ${explained.terms.map(
            ({ start, end, key, value, effect }) => html`
              <tr>
                <td>${start}–${end}</td>
                <td><bdi>${key || "–"}</bdi></td>
                <td><bdi>${clip(value)}</bdi></td>
                <td class=${effect}>${effect}</td>
              </tr>`,
          )}
        </tbody>
      </table>`
    : nothing}
  <ul class="notes">${notes(explained)}</ul>
  <dl>
    ${explained.filter ? html`<dt>Filter</dt><dd><code><bdi>${explained.filter}</bdi></code></dd>` : nothing}
    ${explained.hints.map((hint) => html`<dt>Hint</dt><dd><bdi>${hint}</bdi></dd>`)}
  </dl>
  ${explained.suggestion ? html`<p class="label">Suggested search</p>${copied(explained.suggestion, "the suggested search")}` : nothing}`;

const page = ({ limit, offset, after_id: after, matched, scanned, shown }) => html`
  <p class="figures">
    <span><b>${shown}</b> shown</span>
    <span><b>${plural(matched ?? 0, "log")}</b> matched</span>
    <span><b>${plural(scanned ?? 0, "log")}</b> scanned</span>
  </p>
  <dl>
    <dt>Page</dt><dd>limit ${limit}, offset ${offset ?? 0}</dd>
    ${after ? html`<dt>After</dt><dd><code>${after}</code></dd>` : nothing}
  </dl>`;

const failure = (error) => html`
  ${error.message ? errorBox(error) : nothing}
  ${error.rule ? html`<p class="label">Rule in openapi.yaml</p>${copied(error.rule, "the rule")}` : nothing}
  ${error.suggestion ? html`<p class="label">Suggested request</p>${copied(error.suggestion, "the suggested request")}` : nothing}`;

const raw = ({ headers, body }) => html`
  <details>
    <summary>Raw request</summary>
    <dl class="headers">
      ${Object.entries(headers).map(([name, value]) => html`<dt><bdi>${name}</bdi></dt><dd><bdi>${value}</bdi></dd>`)}
    </dl>
    ${body ? html`<pre><bdi>${body}</bdi></pre>` : nothing}
  </details>`;

const hasContent = (part) => part && Object.keys(part).length > 0;

function steps(entry) {
  const { request } = entry;
  const listed = request.operation === "get-audit-logs" || entry.search.q;
  return [
    step("Token", entry.token.username ? "good" : "bad", token(entry.token)),
    step("Route", request.operation ? "good" : "bad", html`<p><bdi>${entry.route}</bdi></p>`),
    listed ? step("Search", entry.search.valid ? "good" : "bad", search(entry.search)) : nothing,
    request.fault ? step("Fault", "bad", html`<p>Injected fault: ${request.fault.replaceAll("_", " ")}.</p>`) : nothing,
    hasContent(entry.page) ? step("Page", "good", page(entry.page)) : nothing,
    hasContent(entry.error) ? step("Error", "bad", failure(entry.error)) : nothing,
    raw(entry),
  ];
}

const header = ({ id, method, target, status, time, milliseconds }) => html`
  <header>
    <div>
      <h2>Request ${id} ${pill(status)}</h2>
      <p class="about"><span>${momentOf(time)} UTC</span><span>${tookOf(milliseconds)}</span></p>
    </div>
    <button class="quiet" aria-label="Close the explanation" title="Close (Escape)" @click=${() => choose(null)}>${icon("close")}</button>
  </header>
  ${copied(`${method} ${target}`, "the request")}`;

/** The card beside the request log. */
export function explanation() {
  const entry = state.explanation;
  const content = entry
    ? html`${header(entry.request)}${steps(entry)}`
    : html`<div class="nothing"><p>${state.chosen ? "Loading…" : "Select a request to see how the server handled it."}</p></div>`;
  return html`<section class="card explanation ${state.chosen ? "" : "idle"}" aria-label="Explanation" aria-live="polite">${content}</section>`;
}

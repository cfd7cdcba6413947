/** The explanation of one request: from the token to the page, as far as it came. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { choose } from "./request-log.js";
import { copied, marked, notes, picture, pill, refused } from "./components.js";
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

const search = (understood) => html`
  <p class="marked"><code dir="ltr">${understood.q ? marked(understood) : html`<i>empty: all logs</i>`}</code></p>
  ${understood.terms.length
    ? html`<table class="terms">
        <thead><tr><th>At</th><th>Key</th><th>Value</th><th>Effect</th></tr></thead>
        <tbody>
          ${understood.terms.map(
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
  <ul class="notes">${notes(understood)}</ul>
  <dl>
    ${understood.filter ? html`<dt>Filter</dt><dd><code><bdi>${understood.filter}</bdi></code></dd>` : nothing}
    ${understood.hints.map((hint) => html`<dt>Hint</dt><dd><bdi>${hint}</bdi></dd>`)}
  </dl>
  ${understood.suggestion ? html`<p class="label">Nearest search that is valid</p>${copied(understood.suggestion, "the nearest search")}` : nothing}`;

const page = ({ limit, offset, after_id: after, matched, scanned, shown }) => html`
  <p class="figures">
    <span><b>${shown}</b> shown</span>
    <span><b>${plural(matched ?? 0, "log")}</b> matched</span>
    <span><b>${plural(scanned ?? 0, "log")}</b> scanned</span>
  </p>
  <dl>
    <dt>Page</dt><dd>limit ${limit}, offset ${offset ?? 0}</dd>
    ${after ? html`<dt>Behind</dt><dd><code>${after}</code></dd>` : nothing}
  </dl>`;

const refusal = (said) => html`
  ${said.message ? refused(said) : nothing}
  ${said.rule ? html`<p class="label">The rule, in openapi.yaml</p>${copied(said.rule, "the rule")}` : nothing}
  ${said.suggestion ? html`<p class="label">Nearest request that is valid</p>${copied(said.suggestion, "the nearest request")}` : nothing}`;

const sent = ({ headers, body }) => html`
  <details>
    <summary>As sent</summary>
    <dl class="headers">
      ${Object.entries(headers).map(([name, value]) => html`<dt><bdi>${name}</bdi></dt><dd><bdi>${value}</bdi></dd>`)}
    </dl>
    ${body ? html`<pre><bdi>${body}</bdi></pre>` : nothing}
  </details>`;

const any = (part) => part && Object.keys(part).length > 0;

function steps(told) {
  const { request } = told;
  const listed = request.operation === "get-audit-logs" || told.search.q;
  return [
    step("Token", told.token.username ? "good" : "bad", token(told.token)),
    step("Route", request.operation ? "good" : "bad", html`<p><bdi>${told.route}</bdi></p>`),
    listed ? step("Search", told.search.valid ? "good" : "bad", search(told.search)) : nothing,
    request.fault ? step("Fault", "bad", html`<p>Hit by a fault: ${request.fault.replaceAll("_", " ")}.</p>`) : nothing,
    any(told.page) ? step("Page", "good", page(told.page)) : nothing,
    any(told.error) ? step("Refused", "bad", refusal(told.error)) : nothing,
    sent(told),
  ];
}

const head = ({ id, method, target, status, time, milliseconds }) => html`
  <header>
    <div>
      <h2>Request ${id} ${pill(status)}</h2>
      <p class="about"><span>${momentOf(time)} UTC</span><span>${tookOf(milliseconds)}</span></p>
    </div>
    <button class="quiet" aria-label="Close the explanation" title="Close (Escape)" @click=${() => choose(null)}>${picture("close")}</button>
  </header>
  ${copied(`${method} ${target}`, "the request")}`;

/** What stands beside the request log. */
export function explanation() {
  const told = state.explanation;
  const content = told
    ? html`${head(told.request)}${steps(told)}`
    : html`<div class="nothing"><p>${state.chosen ? "Asking…" : "Choose a request to see how the server understood it."}</p></div>`;
  return html`<section class="card explanation ${state.chosen ? "" : "idle"}" aria-label="Explanation" aria-live="polite">${content}</section>`;
}

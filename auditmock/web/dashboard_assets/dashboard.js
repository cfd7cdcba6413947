/** The dashboard: layout, views and global keys. */

import { clock } from "./clock.js";
import { keepUpToDate } from "./events.js";
import { explanation } from "./explanation.js";
import { faults } from "./faults.js";
import { choose, requestLog } from "./request-log.js";
import { logs, showLogs } from "./logs.js";
import { icon } from "./components.js";
import { SHARED, change, onChange, state } from "./state.js";
import { THEMES, setTheme, theme, applyTheme } from "./theme.js";
import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { resetEverything, worlds } from "./worlds.js";

const VIEWS = { world: "World", requests: "Requests", logs: "Logs" };
const CONNECTIONS = {
  connecting: "connecting",
  live: "live",
  polling: "polling every 2 s",
  closed: "closed",
  offline: "server not reachable",
};

function show(name) {
  change({ view: name });
  history.replaceState(null, "", `${location.search}#${name}`);
  if (name === "logs") showLogs();
}

function moveTab(event) {
  const names = Object.keys(VIEWS).filter((name) => document.getElementById(`tab-${name}`).checkVisibility());
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const to = names[(names.indexOf(state.view) + by + names.length) % names.length];
  show(to);
  document.getElementById(`tab-${to}`).focus();
}

const tab = ([name, title]) => html`
  <button
    role="tab"
    id="tab-${name}"
    aria-selected=${state.view === name}
    aria-controls="panel-${name}"
    tabindex=${state.view === name ? 0 : -1}
    @click=${() => show(name)}
  >
    ${title}
  </button>`;

function bar() {
  const { health, connection } = state;
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  return html`
    <header class="bar">
      <h1><img src="/favicon.svg" alt="" width="24" height="24" /> auditmock</h1>
      ${health
        ? html`<p class="facts"><span class="tag">${health.release}</span><span title="Version of auditmock">${health.version}</span></p>`
        : nothing}
      <div class="tabs" role="tablist" aria-label="Views" @keydown=${moveTab}>${Object.entries(VIEWS).map(tab)}</div>
      <p class="connection ${connection}" role="status"><i></i>${CONNECTIONS[connection]}</p>
      <a class="docs" href="/docs">API docs</a>
      <button
        class="quiet"
        title="Theme: ${theme()}"
        aria-label="Theme: ${theme()}; switch to ${next}"
        @click=${() => { setTheme(next); change({}); }}
      >${icon(theme())}</button>
    </header>`;
}

// Shown if the server was restarted while the page was open.
const closed = () => html`
  <main class="card centered">
    <h2>The control API is closed</h2>
    <p>The server was restarted with another <code>--control-token</code>.</p>
    <button class="main" @click=${() => location.reload()}>Sign in</button>
  </main>`;

const page = () => html`
  ${bar()}
  ${state.connection === "closed"
    ? closed()
    : html`<div class="parts">
        <aside id="panel-world" role="tabpanel" aria-labelledby="tab-world">${worlds()}${clock()}${faults()}${resetEverything()}</aside>
        <main id="panel-requests" class="columns ${state.chosen ? "chosen" : ""}" role="tabpanel" aria-labelledby="tab-requests" ?hidden=${state.view === "logs"}>
          ${requestLog()}${explanation()}
        </main>
        <main id="panel-logs" role="tabpanel" aria-labelledby="tab-logs" ?hidden=${state.view !== "logs"}>${logs()}</main>
      </div>`}
  <div class="notices" role="status">
    ${state.notice ? html`<p class=${state.notice.bad ? "bad" : ""}>${state.notice.text}</p>` : nothing}
  </div>`;

const typing = ({ target }) => target.matches("input, select, textarea");

async function press(event) {
  if (event.key === "Escape" && state.chosen && !event.defaultPrevented) choose(null);
  if (event.key !== "/" || typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  show("logs");
  await Promise.resolve();
  document.getElementById("search")?.focus();
}

const root = document.getElementById("dashboard");
applyTheme();
// ?world=NAME#logs shows a world, such as that of a failed test.
change({
  view: location.hash.slice(1) in VIEWS ? location.hash.slice(1) : "requests",
  world: new URLSearchParams(location.search).get("world") ?? SHARED,
});
onChange(() => {
  document.body.dataset.view = state.view;
  if (state.view === "logs") showLogs();
  render(page(), root);
});
document.addEventListener("keydown", press);
keepUpToDate();

/** The faults of the selected world: a switch per kind, with its fields. */

import { control, pathOf } from "./api.js";
import { storeWorld } from "./events.js";
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { attempt, icon } from "./components.js";
import { change, chosenWorld, state } from "./state.js";
import { plural } from "./labels.js";

/** The fields of a fault (schema Fault of the control API). */
export const FIELDS = {
  status: { label: "Status", values: [400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 502, 503, 504], number: true },
  retry_after: { label: "Retry-After", unit: "s", min: 0, max: 86400 },
  distribution: { label: "Distribution", values: ["fixed", "uniform", "lognormal"] },
  milliseconds: { label: "Duration", unit: "ms", min: 0, max: 600000 },
  spread: { label: "Spread", min: 0, max: 600000 },
  operation: { label: "Operation", values: ["get-audit-logs", "generate-fake-audit-logs"], blank: "all" },
  times: { label: "Requests", min: 1, max: 1000000, blank: "all" },
  fraction: { label: "Fraction", min: 0, max: 1, blank: "1" },
};
const COMMON_FIELDS = ["operation", "times", "fraction"];
const RETRYABLE = [429, 503];

/** The kinds of faults: name, specific fields, and initial values. */
export const KINDS = {
  latency: { name: "Latency", fields: ["distribution", "milliseconds", "spread"], start: { distribution: "fixed", milliseconds: 2000 } },
  status: { name: "Error status", fields: ["status", "retry_after"], start: { status: 500 } },
  slow_body: { name: "Slow body", fields: ["milliseconds"], start: { milliseconds: 3000 } },
  truncated_body: { name: "Truncated body", fields: [], start: {} },
  reset: { name: "Connection reset", fields: [], start: {} },
  empty_reply: { name: "Empty reply", fields: [], start: {} },
  malformed_json: { name: "Malformed JSON", fields: [], start: {} },
};

/** Fields that apply only with certain values of another field. */
const CONDITIONS = {
  retry_after: ({ status }) => RETRYABLE.includes(status),
  spread: ({ distribution }) => (distribution ?? "fixed") !== "fixed",
};
const SPREADS = { uniform: 500, lognormal: 0.5 };

const fieldsOf = (fault) =>
  [...KINDS[fault.kind].fields, ...COMMON_FIELDS].filter((name) => CONDITIONS[name]?.(fault) ?? true);

/** Set or remove one field of a fault; fields that no longer apply are removed. */
function withField(fault, name, text) {
  const { values, number } = FIELDS[name];
  const changed = { ...fault, [name]: values && !number ? text : Number(text) };
  if (text === "") delete changed[name];
  if (name === "distribution") changed.spread = SPREADS[text];
  const applicable = new Set(["kind", ...fieldsOf(changed)]);
  return Object.fromEntries(Object.entries(changed).filter(([key, value]) => applicable.has(key) && value !== undefined));
}

const draftOf = (kind) => state.drafts[kind] ?? { kind, ...KINDS[kind].start };
const keep = (fault) => change({ drafts: { ...state.drafts, [fault.kind]: fault } });

let queue = Promise.resolve();
let pending = null; // {world, faults}: the last request, until the server has confirmed it

/** The faults of a world, including a pending change. */
const faultsOf = (world) => (pending?.world === world.name ? pending.faults : world.faults);

/** Send the faults; calls run one after the other, so that quick changes do not overwrite each other. */
async function put(faults) {
  const wanted = { world: state.world, faults };
  pending = wanted;
  change({});
  queue = queue.then(() => attempt(() => control("PUT", `${pathOf(wanted.world)}/faults`, faults)));
  await queue;
  if (pending !== wanted) return;
  const world = await attempt(() => control("GET", pathOf(wanted.world)));
  if (pending !== wanted) return;
  pending = null;
  if (world) storeWorld(world);
  change({});
}

function toggle(kind, faults, fault) {
  const opened = new Set(state.opened);
  if (fault) opened.delete(kind);
  else opened.add(kind);
  change({ opened });
  if (fault) keep(fault);
  put(fault ? faults.filter((each) => each !== fault) : [...faults, draftOf(kind)]);
}

function edit(faults, fault, name, text) {
  const changed = withField(fault, name, text);
  keep(changed);
  if (faults.includes(fault)) put(faults.map((each) => (each === fault ? changed : each)));
}

function toggleFields(kind) {
  const opened = new Set(state.opened);
  if (!opened.delete(kind)) opened.add(kind);
  change({ opened });
}

function input(name, fault, onInput) {
  const { values, blank, min, max } = FIELDS[name];
  const value = fault[name] ?? "";
  if (values) {
    return html`<select name=${name} .value=${live(String(value))} @change=${onInput}>
      ${blank ? html`<option value="">${blank}</option>` : nothing}
      ${values.map((each) => html`<option value=${each} ?selected=${each === value}>${each}</option>`)}
    </select>`;
  }
  // Not live: rendering the page keeps a half-typed value.
  return html`<input type="number" name=${name} step="any" min=${min} max=${max} placeholder=${blank ?? ""} .value=${String(value)} @change=${onInput} />`;
}

const fields = (faults, fault) => html`
  <div class="fields">
    ${fieldsOf(fault).map(
      (name) => html`<label class="field small">
        <span>${FIELDS[name].label}${FIELDS[name].unit ? html` <i>${FIELDS[name].unit}</i>` : nothing}</span>
        ${input(name, fault, (event) => event.target.reportValidity() && edit(faults, fault, name, event.target.value))}
      </label>`,
    )}
  </div>`;

/** A one-line summary of a fault. */
function summaryOf({ status, milliseconds, times, operation, fraction }) {
  const words = [
    status,
    milliseconds === undefined ? "" : `${milliseconds} ms`,
    operation,
    times === undefined ? "" : `${plural(times, "request")} left`,
    fraction === undefined ? "" : `${Math.round(fraction * 100)} %`,
  ];
  return words.filter(Boolean).join(", ");
}

function row(kind, faults) {
  const fault = faults.find((each) => each.kind === kind);
  const open = state.opened.has(kind);
  const { name } = KINDS[kind];
  return html`
    <li class=${fault ? "on" : ""} data-kind=${kind}>
      <div class="line">
        <button
          role="switch"
          class="switch"
          aria-checked=${Boolean(fault)}
          aria-label=${name}
          @click=${() => toggle(kind, faults, fault)}
        ><i></i></button>
        <button class="bare" aria-expanded=${open} @click=${() => toggleFields(kind)}>
          <span>${name}<small>${summaryOf(fault ?? draftOf(kind))}</small></span>${icon("down")}
        </button>
      </div>
      ${open ? fields(faults, fault ?? draftOf(kind)) : nothing}
    </li>`;
}

/** Further faults of a kind, set through the API. */
function others(faults) {
  const rest = faults.filter((each, index) => faults.findIndex(({ kind }) => kind === each.kind) !== index);
  return rest.map(
    (fault) => html`<li class="on other">
      <span>${KINDS[fault.kind].name}<small>${summaryOf(fault)}</small></span>
      <button class="quiet" aria-label="Remove: ${KINDS[fault.kind].name}" @click=${() => put(faults.filter((each) => each !== fault))}>
        ${icon("close")}
      </button>
    </li>`,
  );
}

/** The card with the faults. */
export function faults() {
  const world = chosenWorld();
  if (!world) return html``;
  const set = faultsOf(world);
  return html`
    <section class="card" aria-labelledby="faults-title">
      <header>
        <h2 id="faults-title">Faults</h2>
        <button class="quiet" ?disabled=${!set.length} @click=${() => put([])}>Clear</button>
      </header>
      <ul class="faults">
        ${Object.keys(KINDS).map((kind) => row(kind, set))}${others(set)}
      </ul>
    </section>`;
}

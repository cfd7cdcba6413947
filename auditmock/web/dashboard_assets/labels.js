/** Formats values as text, never as markup. */

import { SHARED } from "./state.js";

const NUMBER = new Intl.NumberFormat("en-GB");
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });
const PLACEHOLDERS = { "{user}": "user", "{target}": "target" };
const MAX_LENGTH = 2000;

export const number = (value) => NUMBER.format(value);
export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
/** A duration such as 1.2 ms. */
export const tookOf = (milliseconds) => `${Math.round(milliseconds * 10) / 10} ms`;
export const dayOf = (time) => DAY.format(new Date(time));
export const shortDayOf = (time) => SHORT_DAY.format(new Date(time));
/** The time of day in UTC, such as 15:32:17. */
export const timeOf = (time) => new Date(time).toISOString().slice(11, 19);
/** Date and time in UTC, such as 2025-12-31 15:32:17. */
export const momentOf = (time) => new Date(time).toISOString().slice(0, 19).replace("T", " ");

/** The name of a world, shortened to fit a line. */
export function worldName(name) {
  const [scenario, secret] = name.includes("@") ? name.split("@") : ["", name];
  const short = secret === SHARED ? "shared" : secret.replace(/^0+(?=.{4})/, "").replace(/^(.{8}).{5,}(.{4})$/, "$1…$2");
  return scenario ? `${scenario} · ${short}` : short;
}

/** A request target, decoded if possible. */
export function readable(target) {
  try {
    return decodeURIComponent(target.replaceAll("+", " "));
  } catch {
    return target;
  }
}

/** Truncate a long text. */
export const clip = (text) => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}… (${plural(text.length, "character")})` : text);

/** A value of a diff as text. */
export const valueOf = (value) => clip(typeof value === "string" ? value : JSON.stringify(value) ?? "");

/** User and target of a log, as Coder's audit page shows them (reference 14.1). */
function namesOf(log) {
  const fields = log.additional_fields ?? {};
  const workspace = fields.workspace_name ?? fields.workspaceName;
  return {
    user: log.user?.username ?? "An unknown user",
    target: (log.resource_type === "workspace_build" && workspace) || log.resource_target,
  };
}

/** The sentence of a log as a list of {text, name}; `name` marks names. */
export function sentenceOf(log) {
  const names = namesOf(log);
  const owner = log.additional_fields?.workspace_owner || log.additional_fields?.workspaceOwner;
  const pieces = log.description
    .split(/(\{user\}|\{target\})/)
    .filter(Boolean)
    .map((piece) => (PLACEHOLDERS[piece] ? { text: names[PLACEHOLDERS[piece]], name: true } : { text: piece }));
  if (log.is_deleted) pieces.push({ text: " (deleted)" });
  if (owner) pieces.push({ text: " on behalf of " }, { text: owner, name: true });
  return pieces;
}

/** The first letter or digit of a name, for its avatar. */
export const initialOf = (name) => (name?.match(/[\p{L}\p{N}]/u)?.[0] ?? "?").toUpperCase();

/** success, warning or error: the colour of a status on Coder's audit page (reference 14.1). */
export const toneOf = (status) => (status === 0 || status >= 500 ? "error" : status >= 300 ? "warning" : "success");

// Check 14: what redacted copies show is what the log fixed of the sealed originals, and the rest is covered.

import { sha256 } from "@noble/hashes/sha2.js";

import { hex } from "../bytes.js";
import { keyOf } from "../container/names.js";
import { parseJson } from "../json.js";
import { MAX_NAMED, aside, cannotTell, no, yes } from "../outcomes.js";
import { Impossible, Problem } from "../problems.js";
import { checkRedaction } from "../redaction.js";
import { shaped } from "../shape.js";
import { isoformat } from "../time.js";
import { least } from "./time.js";

/** Each copy against its record, the record against the log. A package without redacted copies is not asked. */
export async function* checkRedactions(state) {
  const { manifest } = state;
  if (!manifest?.redacted.length) return;
  if (state.log === null || !state.isLogSound) throw new Impossible("needs.log");
  const said = [];
  for (const redacted of manifest.redacted) said.push(...(await check(state, manifest, redacted, state.log.events)));
  yield* said.slice(0, MAX_NAMED);
  yield* said.slice(MAX_NAMED).filter((each) => each.answer !== "yes").slice(0, MAX_NAMED);
}

async function check(state, manifest, { item: number, original_sha256: original, path, record: place }, events) {
  const bytes = state.reading.kept.get(keyOf(place));
  if (bytes === undefined) {
    const isTooLarge = state.reading.tooLarge.has(keyOf(place));
    return [isTooLarge ? cannotTell("redactions.record_too_large", { path }) : no("redactions.no_record", { path })];
  }
  const itemId = manifest.items.find((item) => item.number === number).id;
  const copy = manifest.files.find((file) => file.path === path).sha256;
  const mine = events.filter((event) => event.item_id === itemId);
  const logged = eventOf(mine, { original_sha256: original, copy_sha256: copy, record_sha256: hex(sha256(bytes)) });
  if (logged === null) return [no("redactions.not_logged", { path })];
  const record = read(bytes, state.shapes);
  if (record === null || record.original_sha256 !== original || record.copy_sha256 !== copy) {
    return [no("redactions.other_record", { path })];
  }
  const isProvable = record.kind === "picture" || record.kind === "text";
  if (isProvable && !isFixed(mine, record, logged)) return [no("redactions.not_fixed", { path })];
  const entry = state.located.files.get(keyOf(path));
  if (!entry) return [no("redactions.other_copy", { path })];
  const { problem, confirmed, hidden } = await checkRedaction(record, entry.pieces()[Symbol.asyncIterator]());
  if (problem) return [no(`redactions.${problem}`, { path })];
  if (!isProvable) return [cannotTell("redactions.unproven", { path, number })];
  state.facts[`copy.${path}.shown`] = String(confirmed);
  state.facts[`copy.${path}.covered`] = String(hidden);
  const code = record.kind === "picture" ? "redactions.tiles" : "redactions.lines";
  const said = [yes(code, { number, path, shown: confirmed, covered: hidden })];
  const before = fixedBefore(state, mine, record);
  if (before !== null) {
    const before_at = isoformat(before);
    state.facts[`copy.${path}.fixed_before`] = before_at;
    said.push(aside(yes("redactions.fixed_before", { path, before_at })));
  }
  return said;
}

/** The event that says how this copy was made, unless it was taken back. */
function eventOf(events, wanted) {
  const about = events.filter((event) => Object.entries(wanted).every(([name, value]) => event.facts[name] === value));
  const made = about.filter((event) => event.kind === "REDACTED");
  const back = about.filter((event) => event.kind === "WITHDRAWN");
  return made.length > back.length ? made.at(-1) : null;
}

/** Whether the log fixed this root, and no other, for the original, before it says that the copy was made. */
function isFixed(events, record, logged) {
  const about = events.filter(
    (event) => event.kind === "COMMITTED" && event.facts.original_sha256 === record.original_sha256,
  );
  return about.length > 0 && about.every((event) => event.facts.root === record.root) && about[0].index < logged.index;
}

/** The earliest trusted token under which the log had fixed the original's content, or null. */
function fixedBefore(state, events, record) {
  const { index } = events.find((event) => event.facts.root === record.root);
  const covering = state.tokens.filter((token) => token.isTrusted && (!token.headSize || index < token.headSize));
  return least(covering.map((token) => token.stampedAt));
}

function read(bytes, shapes) {
  try {
    return shaped(parseJson(bytes), "Redaction", shapes);
  } catch (problem) {
    if (problem instanceof Problem) return null;
    throw problem;
  }
}

// Check 8: the disclosed custody log holds together, and says of each exhibit what the manifest says.

import { sha256 } from "@noble/hashes/sha2.js";

import { hex, same, utf8 } from "../bytes.js";
import { checkDisclosed } from "../custody.js";
import { canonical, parseJson } from "../json.js";
import { MAX_NAMED, cannotTell, needManifest, no, packageFiles, yes } from "../outcomes.js";
import { Impossible, Problem } from "../problems.js";
import { shaped } from "../shape.js";
import { shippedCertificate } from "./signature.js";

/** Heads, inclusion, consistency (RFC 6962); then each exhibit's line of events against the manifest. */
export async function* checkCustody(state) {
  const manifest = needManifest(state);
  const { layout } = state;
  const bytes = state.reading.kept.get(layout.custody);
  if (bytes === undefined) {
    yield state.located.files.has(layout.custody) ? cannotTell("custody.unreadable") : no("custody.missing");
    return;
  }
  let log;
  try {
    log = shaped(parseJson(bytes), "DisclosedLog", state.shapes);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    yield no("custody.malformed");
    return;
  }
  state.log = log;
  const own = manifest.log_signer;
  const certificate = own === null ? state.certificate : await shippedCertificate(state, own.certificate_sha256);
  if (certificate === null) throw new Impossible("needs.certificate");
  const found = (await checkDisclosed(log, certificate)).map(({ code, params }) => no(code, params));
  found.push(...againstManifest(manifest, log), ...headFiles(state, log));
  if (!found.length) {
    state.isLogSound = true;
    state.heads = new Map([...log.earlier_heads, log.head].map((signed) => [signed.head.size, signed]));
    state.facts.log_size = String(log.head.head.size);
    yield yes("custody.sound", { events: log.events.length, size: log.head.head.size });
    if (own !== null) {
      state.facts.log_signer_sha256 = own.certificate_sha256;
      state.facts.log_signer_words = own.fingerprint_words;
      yield yes("custody.own_key", { words: own.fingerprint_words });
    }
    if (manifest.notes.length) yield yes("custody.notes", { count: manifest.notes.length });
  }
  yield* found.slice(0, MAX_NAMED);
  if (found.length > MAX_NAMED) yield no("custody.more", { count: found.length - MAX_NAMED });
}

function againstManifest(manifest, log) {
  const { head } = log.head;
  const { log: summary, items } = manifest;
  const found = [];
  const isSameLog = summary.log_id === log.log_id && summary.size === head.size && summary.root === head.root &&
    summary.disclosed === log.events.length;
  if (!isSameLog) found.push(no("custody.other_log"));
  const logSigner = manifest.log_signer ?? manifest.signer;
  if (log.head.key_sha256 !== logSigner.certificate_sha256) found.push(no("custody.other_key"));
  for (const item of items) found.push(...lineOf(manifest, item, log.events.filter((event) => event.item_id === item.id)));
  const known = new Set(items.map((item) => item.id));
  if (log.events.some((event) => event.item_id && !known.has(event.item_id))) found.push(no("custody.unknown_item"));
  found.push(...frozen(manifest, log));
  return found;
}

/** The events about one exhibit: acquired once, first, with the facts that the manifest gives. */
function lineOf(manifest, item, events) {
  const acquired = events.filter((event) => event.kind === "ACQUIRED");
  if (acquired.length !== 1 || events[0] !== acquired[0]) return [no("custody.not_acquired", { number: item.number })];
  if (!same(canonical(events[0].facts), canonical(acquiredFacts(manifest, item)))) {
    return [no("custody.other_facts", { number: item.number })];
  }
  return [];
}

/** The facts of an exhibit's ACQUIRED event, computed from the manifest. */
function acquiredFacts(manifest, item) {
  const { acquired, examiner, method, settings, source, tool } = item;
  const files = sealedOf(manifest, item);
  return {
    number: item.number,
    method,
    sha256: files.map((file) => file.sha256).join(","),
    sha512: files.map((file) => file.sha512).join(","),
    size: files.map((file) => file.size).join(","),
    acquisition_sha256: hex(sha256(canonical({ acquired, examiner, method, settings, source, tool }))),
  };
}

/** The originals of one exhibit in the order in which they were sealed. */
function originalsOf(manifest, item) {
  return manifest.files.filter((file) => file.item === item.number && file.role === "original").sort(
    (one, two) => one.position - two.position,
  );
}

/** What was sealed for one exhibit, in that order: its originals, in the package or withheld. */
export function sealedOf(manifest, item) {
  const withheld = manifest.withheld.filter((file) => file.item === item.number);
  return [...originalsOf(manifest, item), ...withheld].sort((one, two) => one.position - two.position);
}

/** The last event fixes the package: which exhibits, and how many events there are about each. */
function frozen(manifest, log) {
  const last = log.events.at(-1);
  if (last?.kind !== "FROZEN" || last.index !== log.head.head.size - 1) return [no("custody.not_frozen")];
  // A log under a key of its own must name who may sign the package; else anyone could put their name on it.
  const { certificate_sha256: signer } = manifest.signer;
  const named = last.facts.signer ?? (manifest.log_signer ? "" : signer);
  if (named !== signer) return [no("custody.other_signer")];
  const told = new Map();
  for (const part of (last.facts.exhibits ?? "").split(",").filter(Boolean)) {
    const at = part.lastIndexOf(":");
    const [number, count] = [part.slice(0, Math.max(at, 0)), part.slice(at + 1)];
    if (!/^[0-9]{1,9}$/.test(count) || told.has(number)) return [no("custody.not_frozen")];
    told.set(number, Number(count));
  }
  const earlier = log.events.slice(0, -1);
  const agrees = told.size === manifest.items.length && manifest.items.every(
    (item) => told.get(item.number) === earlier.filter((event) => event.item_id === item.id).length,
  );
  if (!agrees) return [no("custody.hidden_event")];
  const { notes } = manifest;
  const fact = notes.length ? hex(sha256(canonical(notes))) : undefined;
  const isSo = last.facts.notes_sha256 === fact && notes.every((note) => {
    const id = note.item ? manifest.items.find((item) => item.number === note.item).id : "";
    return earlier.some((event) => isOf(event, note, id));
  });
  return isSo ? [] : [no("custody.other_notes")];
}

/** Whether an event is the writing of this note: about the same thing, at the same time, with its digest. */
function isOf(event, note, id) {
  return event.kind === "NOTED" && event.item_id === id && event.recorded_at === note.written_at &&
    event.facts.note_sha256 === hex(sha256(utf8(note.text)));
}

/** Every head stands as a file of its own, byte for byte what was signed, and no other head does. */
function headFiles(state, log) {
  const { layout, reading } = state;
  const found = [];
  const expected = new Set();
  for (const signed of [...log.earlier_heads, log.head]) {
    const path = headPath(layout, signed.head.size);
    expected.add(path);
    const bytes = reading.kept.get(path);
    if (bytes === undefined || !same(bytes, canonical(signed))) found.push(no("custody.other_head_file", { path }));
  }
  for (const path of packageFiles(state)) {
    if (path.startsWith(`${layout.headsFolder}/`) && !expected.has(path)) found.push(no("custody.unknown_head", { path }));
  }
  return found;
}

/** The file that holds the signed head of `size` leaves. */
export function headPath(layout, size) {
  return `${layout.headsFolder}/${String(size).padStart(8, "0")}.json`;
}

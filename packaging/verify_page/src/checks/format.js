// Check 2: the manifest is of a version that this page knows, and makes sense in itself.

import { sha256 } from "@noble/hashes/sha2.js";

import { hex } from "../bytes.js";
import { confusionKey, keyOf, unsafeReason } from "../container/names.js";
import { canonical, parseJson } from "../json.js";
import { blame, cannotTell, no, yes } from "../outcomes.js";
import { Problem } from "../problems.js";
import { shaped } from "../shape.js";
import { isAware } from "../time.js";
import { fingerprintWords } from "../trust.js";

const SHA256 = /^[0-9a-f]{64}$/;
const SHA512 = /^[0-9a-f]{128}$/;
const MAX_SIZE = 2 ** 50;

/** Read the manifest. A newer version is no fault of the package; it is said and nothing is guessed. */
export async function* checkFormat(state) {
  const said = readManifest(state);
  if (said.answer === "no") {
    const path = state.layout.manifest;
    blame(state, path, state.located.files.has(path) ? "changed" : "missing");
  }
  yield said;
}

function readManifest(state) {
  const { layout } = state;
  const bytes = state.reading.kept.get(layout.manifest);
  if (bytes === undefined) {
    return state.located.files.has(layout.manifest) ? cannotTell("format.unreadable_manifest") : no("format.no_manifest");
  }
  state.facts.manifest_sha256 = hex(sha256(bytes));
  let loose;
  try {
    loose = parseJson(bytes, { canonical: false });
  } catch {
    return no("format.malformed");
  }
  const isObject = typeof loose === "object" && loose !== null && !Array.isArray(loose);
  const version = isObject ? loose.version : undefined;
  if (!isObject || loose.format !== layout.formatName || !isWhole(version) || version < 1) return no("format.unknown");
  state.formatVersion = Number(version);
  if (version > layout.formatVersion) return cannotTell("format.newer", { version });
  let manifest;
  try {
    manifest = shaped(parseJson(bytes), "Manifest", state.shapes);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return no(problem.code === "json.not_canonical" ? "format.not_canonical" : "format.wrong_shape");
  }
  if (!makesSense(manifest, state)) return no("format.inconsistent");
  state.manifest = manifest;
  return yes("format.known", { version });
}

function isWhole(value) {
  return typeof value === "number" || typeof value === "bigint";
}

/** Comparable path to size, from a manifest that nobody has checked yet; null when there is no such list. */
export function readListedSizes(bytes) {
  try {
    const { files } = parseJson(bytes, { canonical: false });
    const isList = files.every((file) => typeof file.path === "string" && isWhole(file.size));
    return isList ? new Map(files.map((file) => [keyOf(file.path), file.size])) : null;
  } catch {
    return null;
  }
}

/** What the shapes cannot say. */
function makesSense(manifest, { layout, words }) {
  const paths = manifest.files.map((file) => file.path);
  const numbers = manifest.items.map((item) => item.number);
  const ids = manifest.items.map((item) => item.id);
  const { signer, log_signer: logSigner } = manifest;
  return (
    isSignerSound(signer, words) && (logSigner === null || (isSignerSound(logSigner, words) &&
      logSigner.certificate_sha256 !== signer.certificate_sha256)) &&
    new Set(paths.map(confusionKey)).size === paths.length &&
    !paths.some((path) => unsafeReason(path) || layout.unlisted.includes(path)) &&
    manifest.files.every(isFileSound) &&
    new Set(numbers).size === numbers.length && new Set(ids).size === ids.length &&
    numbers.every(Boolean) && ids.every(Boolean) &&
    manifest.files.every((file) => (file.role !== "original" && !file.item) || numbers.includes(file.item)) &&
    areRedactionsSound(manifest, layout) &&
    manifest.notes.every((note) => (!note.item || numbers.includes(note.item)) && isAware(note.written_at)) &&
    manifest.log.log_id === manifest.case_id &&
    SHA256.test(manifest.log.root) && manifest.log.size > 0 &&
    isAware(manifest.created.at) && manifest.items.every((item) => isAware(item.acquired.at))
  );
}

/** Withheld originals and the copies in their place fit together; an exhibit is handed over whole or redacted. */
function areRedactionsSound({ version, items, files, withheld, redacted }, layout) {
  if (version < layout.firstWithRedactions) return !withheld.length && !redacted.length;
  const numbers = new Set(items.map((item) => item.number));
  const sealed = new Set(withheld.map((file) => `${file.item} ${file.sha256}`));
  const marked = new Set(redacted.map((each) => each.item));
  const held = new Set(withheld.map((file) => file.item));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isCopySound = (each) => {
    const [copy, record] = [byPath.get(each.path), byPath.get(each.record)];
    return (
      copy?.role === "derived" && copy.item === each.item && copy.derived_from_sha256 === each.original_sha256 &&
      sealed.has(`${each.item} ${each.original_sha256}`) && record?.role === "proof" &&
      each.record.startsWith(`${layout.redactionsFolder}/`)
    );
  };
  return (
    withheld.every((file) => isFileSound(file) && file.position >= 0) &&
    new Set(withheld.map((file) => `${file.position} ${file.item}`)).size === withheld.length &&
    held.size === marked.size && [...held].every((number) => marked.has(number) && numbers.has(number)) &&
    !files.some((file) => file.role === "original" && marked.has(file.item)) &&
    files.filter((file) => file.role === "derived").length === redacted.length &&
    new Set(redacted.map((each) => each.path)).size === redacted.length &&
    new Set(redacted.map((each) => each.record)).size === redacted.length && redacted.every(isCopySound)
  );
}

function isSignerSound({ certificate_sha256: fingerprint, fingerprint_words: told }, words) {
  return SHA256.test(fingerprint) && told === fingerprintWords(fingerprint, words);
}

function isFileSound(file) {
  return file.size >= 0 && file.size < MAX_SIZE && SHA256.test(file.sha256) && SHA512.test(file.sha512);
}

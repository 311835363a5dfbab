// Checks 3 and 4: the bag's lists and the manifest's list, against the files that are there.

import { byCodePoint } from "../bytes.js";
import { checkDeclaration, parseChecksums, parseOxum } from "../bag.js";
import { keyOf } from "../container/names.js";
import { MAX_NAMED, aside, blame, needManifest, no, packageFiles, yes } from "../outcomes.js";
import { Problem } from "../problems.js";

const DECLARATION = "bagit.txt";
const INFO = "bag-info.txt";
const PAYLOAD_LISTS = { "manifest-sha256.txt": "sha256", "manifest-sha512.txt": "sha512" };
const TAG_LISTS = { "tagmanifest-sha256.txt": "sha256", "tagmanifest-sha512.txt": "sha512" };

/** Whether declaration, payload lists, tag lists and the payload's size agree with the files (RFC 8493, 3). */
export async function* checkBag(state) {
  const found = [];
  for (const name of [DECLARATION, INFO, ...Object.keys(PAYLOAD_LISTS), ...Object.keys(TAG_LISTS)]) {
    if (!state.located.files.has(name)) {
      blame(state, name, "missing");
      found.push(no("bag.missing", { path: name }));
      continue;
    }
    const bytes = state.reading.kept.get(name);
    if (bytes === undefined) {
      found.push(no("bag.unreadable", { path: name }));
      continue;
    }
    try {
      found.push(...checkTagFile(state, name, bytes));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      blame(state, name, "changed");
      found.push(no("bag.malformed", { path: name }));
    }
  }
  yield* found.slice(0, MAX_NAMED);
  if (!found.length) yield yes("bag.agrees");
}

function checkTagFile(state, name, bytes) {
  if (name === DECLARATION) {
    checkDeclaration(bytes);
    return [];
  }
  const isPayload = (path) => path.startsWith(`${state.layout.payloadFolder}/`);
  const payload = packageFiles(state).filter(isPayload);
  if (name === INFO) {
    const oxum = parseOxum(bytes);
    const size = payload.reduce((sum, path) => sum + BigInt(state.reading.sizes.get(path)), 0n);
    return oxum.size === size && oxum.count === BigInt(payload.length) ? [] : [no("bag.wrong_oxum")];
  }
  const algorithm = { ...PAYLOAD_LISTS, ...TAG_LISTS }[name];
  const listed = parseChecksums(bytes, algorithm);
  let wanted = new Set(payload);
  if (name in TAG_LISTS) {
    wanted = new Set(packageFiles(state).filter((path) => !isPayload(path) && !(path in TAG_LISTS)));
    for (const path of wanted) if (state.isAddedProof(path) && !listed.has(path)) wanted.delete(path);
  }
  const differing = [...new Set([...wanted, ...listed.keys()])].filter(
    (path) => !wanted.has(path) || !listed.has(path) || state.reading.digests.get(path)?.[algorithm] !== listed.get(path),
  ).sort(byCodePoint);
  state.disputed.push(...differing.map((path) => [name, path]));
  return differing.map((path) => no("bag.differs", { list: name, path }));
}

/** Whether the manifest lists every file and nothing else, and every digest agrees; names each that does not. */
export async function* checkFiles(state) {
  const { layout, reading, located } = state;
  const listed = listedFiles(needManifest(state));
  const there = new Set(packageFiles(state));
  const always = [layout.manifest, layout.signature, layout.report, ...Object.keys(TAG_LISTS)];
  let missing = [...listed.keys(), ...always].filter((path) => !there.has(path));
  let added = [...there].filter((path) => !listed.has(path) && !layout.unlisted.includes(path) && !state.isAddedProof(path));
  const changed = [...listed].filter(([path, file]) => there.has(path) && !isSame(state, path, file)).map(([path]) => path);
  const renamed = [];
  for (const path of [...missing]) {
    const file = listed.get(path);
    const twin = file && added.toSorted(byCodePoint).find((other) => isSame(state, other, file));
    if (twin === undefined) continue;
    renamed.push([path, twin]);
    missing = missing.filter((each) => each !== path);
    added = added.filter((each) => each !== twin);
  }
  const outside = [...located.outside.keys()].filter((path) => !reading.systemFiles.has(path));
  for (const [kind, paths] of [["changed", changed], ["missing", missing], ["added", [...added, ...outside]]]) {
    for (const path of paths) state.damaged.set(path, kind);
    yield* named(`files.${kind}`, paths.toSorted(byCodePoint));
  }
  for (const [path, to] of renamed) {
    state.damaged.set(path, "renamed");
    state.damaged.set(to, "renamed");
  }
  for (const [path, to] of renamed.slice(0, MAX_NAMED)) yield no("files.renamed", { path, to });
  for (const path of [...reading.systemFiles].sort(byCodePoint).slice(0, MAX_NAMED)) {
    yield aside(yes("files.system", { path }));
  }
  if (!changed.length && !missing.length && !added.length && !renamed.length && !outside.length) {
    state.facts.bytes = String([...listed.values()].reduce((sum, file) => sum + BigInt(file.size), 0n));
    yield yes("files.agree", { count: listed.size });
  }
}

/** After all checks: where a list of the bag and a file disagree, name what is damaged. */
export function settleBlame(state) {
  const listed = state.manifest ? listedFiles(state.manifest) : new Map();
  const isSigned = state.cms !== null;
  const { manifest } = state.layout;
  for (const [list, path] of state.disputed) {
    // Named already; and the manifest itself speaks of the payload's lists.
    if (["added", "renamed"].includes(state.damaged.get(path)) || (isSigned && !(list in TAG_LISTS))) continue;
    const file = listed.get(path);
    const isThere = state.located.files.has(path);
    const isFileSound = isSigned && (file ? isThere && isSame(state, path, file) : path === manifest);
    if (!isFileSound) blame(state, path, isThere ? "changed" : "missing");
    if (isFileSound || (!file && path !== manifest)) blame(state, list, "changed");
  }
}

export function listedFiles(manifest) {
  return new Map(manifest.files.map((file) => [keyOf(file.path), file]));
}

function isSame(state, path, file) {
  const found = state.reading.digests.get(path);
  return found !== undefined && found.size === file.size && found.sha256 === file.sha256 && found.sha512 === file.sha512;
}

function* named(code, paths) {
  for (const path of paths.slice(0, MAX_NAMED)) yield no(code, { path });
  if (paths.length > MAX_NAMED) yield no("files.more", { count: paths.length - MAX_NAMED });
}

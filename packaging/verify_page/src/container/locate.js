// Opening what the reader chose, and finding the package in it.

import { byCodePoint } from "../bytes.js";
import { Problem } from "../problems.js";
import { MAX_ENTRIES } from "./base.js";
import { confusionKey, keyOf, unsafeReason } from "./names.js";
import { stored } from "./streams.js";
import { isZip, openZip } from "./zip.js";

const MAX_DEPTH = 64;

/** `source`: `{kind: "zip", file}` or `{kind: "folder", name, files: [{path, file}]}`. Throws a Problem. */
export async function openContainer(source, data) {
  if (source.kind === "folder") return openFolder(source);
  const { file } = source;
  let head;
  try {
    head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  } catch {
    throw new Problem("verify.unreadable", { path: file.name, reason: "" });
  }
  if (!isZip(head) && !file.name.toLowerCase().endsWith(".zip")) {
    throw new Problem("verify.not_a_package", { path: file.name });
  }
  return openZip(file, file.name, data.cp437);
}

function openFolder(source) {
  const container = { kind: "folder", entries: [], flaws: [] };
  const tooDeep = new Set();
  for (const { path, file } of source.files) {
    if (container.entries.length >= MAX_ENTRIES) {
      container.flaws.push({ code: "container.too_many", path: "" });
      break;
    }
    const parts = path.split("/");
    if (parts.length > MAX_DEPTH + 1) tooDeep.add(parts.slice(0, MAX_DEPTH + 1).join("/"));
    else container.entries.push({ path, size: file.size, pieces: () => stored(file, file.size) });
  }
  for (const path of tooDeep) container.flaws.push({ code: "container.too_deep", path });
  return container;
}

/** Find the package's root, at most one folder deep, and sort out the names: `{files, outside, flaws, kind}`. */
export function locate(container, name, layout) {
  const flaws = [...container.flaws];
  const safe = [];
  for (const entry of container.entries.toSorted((one, two) => byCodePoint(one.path, two.path))) {
    const code = unsafeReason(entry.path);
    if (code) flaws.push({ code, path: entry.path });
    else safe.push(entry);
  }
  let root = findRoot(safe, layout);
  if (root === null) {
    if (!flaws.length || (container.kind === "folder" && !safe.length)) {
      throw new Problem("verify.not_a_package", { path: name });
    }
    root = "";
  }
  if (root === "*") throw new Problem("verify.several_packages", { path: name });
  const files = new Map();
  const outside = new Map();
  const lookalikes = new Map();
  for (const entry of safe) {
    if (!entry.path.startsWith(root)) {
      outside.set(entry.path, entry);
      continue;
    }
    const path = entry.path.slice(root.length);
    const key = keyOf(path);
    const confusable = confusionKey(key);
    lookalikes.set(confusable, [...(lookalikes.get(confusable) ?? []), path]);
    if (!files.has(key)) files.set(key, entry);
  }
  for (const paths of lookalikes.values()) {
    if (paths.length < 2) continue;
    const different = [...new Set(paths)].sort(byCodePoint);
    const code = different.length === 1 ? "container.duplicate" : "container.confusable";
    flaws.push(...different.map((path) => ({ code, path })));
  }
  const shown = flaws.map(({ code, path }) => ({ code, path: path.startsWith(root) ? path.slice(root.length) : path }));
  return { kind: container.kind, files, outside, flaws: shown };
}

/** The prefix of the package; `*` when several fit, null when none does. */
function findRoot(entries, layout) {
  const marks = [layout.manifest, "bagit.txt", layout.report];
  const paths = new Set(entries.map((entry) => keyOf(entry.path)));
  if ([...marks, ...layout.bagFiles].some((mark) => paths.has(mark))) return "";
  const tops = new Set(entries.map((entry) => entry.path).filter((path) => path.includes("/")).map(
    (path) => path.slice(0, path.indexOf("/")),
  ));
  const found = [...tops].sort(byCodePoint).filter((top) => marks.some((mark) => paths.has(keyOf(`${top}/${mark}`))));
  if (found.length > 1) return "*";
  return found.length ? `${found[0]}/` : null;
}

// Reading the tag files of a BagIt bag (RFC 8493), strictly. Everything here throws a Problem `verify.bad_tag_file`.

import { strictText } from "./bytes.js";
import { keyOf } from "./container/names.js";
import { Problem } from "./problems.js";

const LENGTH = { sha256: 64, sha512: 128 };

/** Comparable path to digest. One form only, that of `sha256sum`. Lines end in LF, or all in CR LF. */
export function parseChecksums(bytes, algorithm) {
  const line = new RegExp(`^([0-9a-f]{${LENGTH[algorithm]}})  (\\S[^\\n]*)$`, "u");
  const found = new Map();
  for (const text of linesOf(bytes)) {
    const match = line.exec(text);
    if (!match) throw bad();
    const path = keyOf(unescape(match[2]));
    if (found.has(path)) throw bad();
    found.set(path, match[1]);
  }
  return found;
}

/** The `Payload-Oxum` of `bag-info.txt`, exactly one: `{size, count}`, BigInt. */
export function parseOxum(bytes) {
  const stated = linesOf(bytes).filter((text) => text.startsWith("Payload-Oxum:"));
  const match = stated.length === 1 ? /^(\d{1,20})\.(\d{1,10})$/.exec(stated[0].slice(13).trim()) : null;
  if (!match) throw bad();
  return { size: BigInt(match[1]), count: BigInt(match[2]) };
}

/** `bagit.txt` declares a version that we read, and UTF-8. */
export function checkDeclaration(bytes) {
  const match = /^BagIt-Version: (\d+)\.(\d+)\nTag-File-Character-Encoding: UTF-8\n$/.exec(
    textOf(bytes).replaceAll("\r\n", "\n"),
  );
  const version = match ? `${Number(match[1])}.${Number(match[2])}` : "";
  if (version !== "0.97" && version !== "1.0") throw bad();
}

function linesOf(bytes) {
  const text = textOf(bytes);
  if (!text) return [];
  const end = text.endsWith("\r\n") ? "\r\n" : "\n";
  if (!text.endsWith(end)) throw bad();
  const lines = text.slice(0, -end.length).split(end);
  if (lines.some((line) => /[\r\n]/.test(line))) throw bad();
  return lines;
}

function textOf(bytes) {
  try {
    return strictText(bytes);
  } catch {
    throw bad();
  }
}

/** RFC 8493, 2.1.3: only CR, LF and percent are encoded in paths. */
function unescape(path) {
  return path.replace(/%(0A|0D|25)/gi, (_whole, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function bad() {
  return new Problem("verify.bad_tag_file");
}

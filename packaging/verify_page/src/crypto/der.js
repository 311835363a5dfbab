// A first look at BER before a library gets it: definite lengths, every part inside its parent, no endless nesting.

import { concat, latin1, strictText } from "../bytes.js";
import { Malformed, Unsupported } from "../problems.js";

const MAX_DEPTH = 60;

/** Where the value that starts at `at` begins and ends: `{tag, isConstructed, body, end}`. Throws Malformed. */
export function header(bytes, at, limit = bytes.length) {
  let place = at;
  if (place + 2 > limit) throw new Malformed("short");
  const tag = bytes[place++];
  if ((tag & 0x1f) === 0x1f) {
    while (place < limit && bytes[place] & 0x80) place += 1;
    place += 1;
    if (place - at > 6) throw new Malformed("tag");
  }
  if (place >= limit) throw new Malformed("short");
  let length = bytes[place++];
  if (length === 0x80) {
    if (!(tag & 0x20)) throw new Malformed("length");
    return { tag, isConstructed: true, body: place, end: -1 };
  }
  if (length > 0x80) {
    const count = length & 0x7f;
    if (count > 6 || place + count > limit) throw new Malformed("length");
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + bytes[place++];
  }
  if (place + length > limit) throw new Malformed("length");
  return { tag, isConstructed: (tag & 0x20) !== 0, body: place, end: place + length };
}

/** Throws Malformed unless `bytes` is one value to its last byte; Unsupported where a length is left open. */
export function checkWhole(bytes) {
  if (walk(bytes, 0, bytes.length, 0) !== bytes.length) throw new Malformed("trailing");
}

function walk(bytes, at, limit, depth) {
  if (depth > MAX_DEPTH) throw new Malformed("too deep");
  const found = header(bytes, at, limit);
  let place = found.body;
  if (found.end < 0) {
    while (!(bytes[place] === 0 && bytes[place + 1] === 0)) place = walk(bytes, place, limit, depth + 1);
    if (place + 2 > limit) throw new Malformed("short");
    throw new Unsupported("indefinite length");
  }
  if (found.isConstructed) {
    while (place < found.end) place = walk(bytes, place, found.end, depth + 1);
  }
  return found.end;
}

const CONSTRUCTED = [0x10, 0x11];
/** What may stand in numeric, printable and IA5 strings, and in times. */
const PATTERNS = new Map([
  [18, /^[0-9 ]*$/], [19, /^[A-Za-z0-9 '()+,./:=?*&@-]*$/], [22, /^[\x00-\x7f]*$/],
  [23, /^\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ$/],
  [24, /^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\.\d{0,5}[1-9])?Z$/],
]);
const KNOWN = [1, 2, 3, 4, 5, 6, 10, 12, 16, 17, 18, 19, 20, 22, 23, 24, 30];

/** Whether every value has the one form that DER allows, as far as its tag tells what it is (X.690, 10 and 11). */
export function isDer(bytes) {
  try {
    return formOf(bytes, 0, bytes.length, 0) === bytes.length;
  } catch {
    return false;
  }
}

/** The end of a value in the right form; throws Malformed for any other. */
function formOf(bytes, at, limit, depth) {
  const { tag, isConstructed, body, end } = header(bytes, at, limit);
  const length = end - body;
  const width = length < 0x80 ? 2 : 3 + Math.floor(Math.log2(length) / 8);
  if (depth > MAX_DEPTH || end < 0 || (tag & 0x1f) === 0x1f || body - at !== width) throw new Malformed("form");
  if (tag < 0x40) {
    const kind = tag & 0x1f;
    if (isConstructed !== CONSTRUCTED.includes(kind) || !KNOWN.includes(kind)) throw new Malformed("form");
    if (!isRightPrimitive(kind, bytes.subarray(body, end))) throw new Malformed("form");
  }
  let place = body;
  while (isConstructed && place < end) place = formOf(bytes, place, end, depth + 1);
  return end;
}

function isRightPrimitive(kind, content) {
  const [first, second] = content;
  if (kind === 1) return content.length === 1 && (first === 0 || first === 0xff);
  if (kind === 2 || kind === 10) {
    const isPadded = content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
    return content.length > 0 && !isPadded;
  }
  if (kind === 3) {
    if (!content.length || first > 7) return false;
    return content.length === 1 ? first === 0 : (content.at(-1) & ((1 << first) - 1)) === 0;
  }
  if (kind === 5) return content.length === 0;
  if (kind === 6) return content.length > 0 && content.at(-1) < 0x80;
  if (kind === 12) return isText(content);
  const pattern = PATTERNS.get(kind);
  return pattern === undefined || pattern.test(latin1(content));
}

function isText(content) {
  try {
    strictText(content);
    return true;
  } catch {
    return false;
  }
}

/** The values that stand one after the other inside the one at `at`, as `[start, end]`. */
export function partsOf(bytes, at = 0) {
  const outer = header(bytes, at);
  const parts = [];
  let place = outer.body;
  while (place < outer.end) {
    const { end } = header(bytes, place, outer.end);
    parts.push([place, end]);
    place = end;
  }
  return parts;
}

/** `content` under a one-byte tag, with the shortest length (X.690, 10.1). */
export function wrap(tag, content) {
  const length = [];
  for (let rest = content.length; rest; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const head = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length];
  return concat([tag, ...head], content);
}

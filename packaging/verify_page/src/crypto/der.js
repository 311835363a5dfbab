// A first look at BER before a library gets it: definite lengths, every part inside its parent, no endless nesting.

import { concat } from "../bytes.js";
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

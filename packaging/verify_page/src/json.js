// Canonical JSON (RFC 8785) and its strict counterpart for reading.
//
// Objects have no prototype, so no name in them means anything to the language. Whole numbers are numbers, or BigInt
// where they are too large to have a canonical form; numbers written with a point or an exponent are `Real`.

import { same, strictText, utf8 } from "./bytes.js";
import { Problem } from "./problems.js";

const MAX_DEPTH = 500;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const BLANK = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LONE_SURROGATE = /\p{Cs}/u;

export class Real {
  constructor(value) {
    this.value = value;
  }
}

/** Throws a Problem `json.malformed`, or with `canonical` also `json.not_canonical`. */
export function parseJson(bytes, { canonical: mustBeCanonical = true } = {}) {
  let value;
  try {
    value = new Reader(strictText(bytes)).whole();
  } catch {
    throw new Problem("json.malformed");
  }
  if (mustBeCanonical) {
    let again;
    try {
      again = canonical(value);
    } catch {
      throw new Problem("json.not_canonical");
    }
    if (!same(again, bytes)) throw new Problem("json.not_canonical");
  }
  return value;
}

/** The canonical UTF-8 bytes. Throws for what has no canonical form. */
export function canonical(value) {
  return utf8(write(value));
}

function write(value) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new RangeError("no text");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new RangeError("too large");
    return String(value);
  }
  if (value instanceof Real) {
    if (!Number.isFinite(value.value)) throw new RangeError("too large");
    return String(value.value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object") throw new RangeError("too large");
  return `{${Object.keys(value).sort().map((name) => `${write(name)}:${write(value[name])}`).join(",")}}`;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(0);
    this.blank();
    if (this.at !== this.text.length) throw new SyntaxError("more");
    return value;
  }

  blank() {
    BLANK.lastIndex = this.at;
    BLANK.exec(this.text);
    this.at = BLANK.lastIndex;
  }

  take(character) {
    if (this.text[this.at] !== character) throw new SyntaxError(character);
    this.at += 1;
  }

  value(depth) {
    if (depth > MAX_DEPTH) throw new SyntaxError("too deep");
    this.blank();
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"') return this.string();
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return meaning;
      }
    }
    return this.number();
  }

  object(depth) {
    const found = Object.create(null);
    this.take("{");
    this.blank();
    if (this.text[this.at] === "}") {
      this.at += 1;
      return found;
    }
    for (;;) {
      this.blank();
      const name = this.string();
      if (name in found) throw new SyntaxError("duplicate name");
      this.blank();
      this.take(":");
      found[name] = this.value(depth + 1);
      this.blank();
      if (this.text[this.at] !== ",") break;
      this.at += 1;
    }
    this.take("}");
    return found;
  }

  array(depth) {
    const found = [];
    this.take("[");
    this.blank();
    if (this.text[this.at] === "]") {
      this.at += 1;
      return found;
    }
    for (;;) {
      found.push(this.value(depth + 1));
      this.blank();
      if (this.text[this.at] !== ",") break;
      this.at += 1;
    }
    this.take("]");
    return found;
  }

  string() {
    STRING.lastIndex = this.at;
    const match = STRING.exec(this.text);
    if (!match) throw new SyntaxError("string");
    this.at = STRING.lastIndex;
    return JSON.parse(match[0]);
  }

  number() {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (!match) throw new SyntaxError("value");
    this.at = NUMBER.lastIndex;
    if (match[1] !== undefined || match[2] !== undefined) return new Real(Number(match[0]));
    const number = Number(match[0]);
    return Number.isSafeInteger(number) ? number + 0 : BigInt(match[0]);
  }
}

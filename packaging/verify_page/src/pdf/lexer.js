// The syntax of PDF objects and content streams (ISO 32000-1, 7.2 and 7.3), strictly.

import { Unsupported } from "../problems.js";

const MAX_DEPTH = 60;
const BLANKS = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITERS = new Set([..."()<>[]{}/%"].map((character) => character.charCodeAt(0)));
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;
const ESCAPES = { n: 10, r: 13, t: 9, b: 8, f: 12, "(": 40, ")": 41, "\\": 92 };

export class Name {
  constructor(name) {
    this.name = name;
  }
}

export class Reference {
  constructor(number, generation) {
    this.number = number;
    this.generation = generation;
  }
}

/** A string with the place in the file where it stands, from its first delimiter to after its last. */
export class PdfString {
  constructor(bytes, start, end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

export class Operator {
  constructor(word) {
    this.word = word;
  }
}

export class Lexer {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Skip blanks and comments; whether something follows. */
  skip() {
    for (;;) {
      while (BLANKS.has(this.bytes[this.at])) this.at += 1;
      if (this.bytes[this.at] !== 0x25) return this.at < this.bytes.length;
      while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at += 1;
    }
  }

  /** The next value: null, boolean, number, Name, PdfString, array, Map, Reference or Operator. */
  value(depth = 0) {
    if (depth > MAX_DEPTH || !this.skip()) throw new Unsupported("pdf");
    const first = this.bytes[this.at];
    if (first === 0x2f) return this.name();
    if (first === 0x28) return this.literal();
    if (first === 0x5b) return this.array(depth);
    if (first === 0x3c) return this.bytes[this.at + 1] === 0x3c ? this.dictionary(depth) : this.hexadecimal();
    const word = this.word();
    if (NUMBER.test(word)) return this.reference(word) ?? Number(word);
    const known = { null: null, true: true, false: false };
    return word in known ? known[word] : new Operator(word);
  }

  word() {
    const start = this.at;
    while (this.at < this.bytes.length && !BLANKS.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at])) {
      this.at += 1;
    }
    if (this.at === start) throw new Unsupported("pdf");
    return String.fromCharCode(...this.bytes.subarray(start, Math.min(this.at, start + 256)));
  }

  /** `12 0 R`, when that is what stands here. */
  reference(word) {
    if (!/^[0-9]{1,10}$/.test(word)) return null;
    const after = this.at;
    const follows = String.fromCharCode(...this.bytes.subarray(after, after + 16));
    const match = /^[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>[\]{}/%])/.exec(follows);
    if (!match) return null;
    this.at = after + match[0].length;
    return new Reference(Number(word), Number(match[1]));
  }

  name() {
    this.at += 1;
    const isEmpty = BLANKS.has(this.bytes[this.at]) || DELIMITERS.has(this.bytes[this.at]);
    const word = isEmpty ? "" : this.word();
    return new Name(word.replace(/#([0-9a-fA-F]{2})/g, (_whole, digits) => String.fromCharCode(Number.parseInt(digits, 16))));
  }

  literal() {
    const start = this.at;
    const found = [];
    let open = 1;
    for (this.at += 1; ; this.at += 1) {
      if (this.at >= this.bytes.length) throw new Unsupported("pdf");
      const byte = this.bytes[this.at];
      if (byte === 0x5c) this.escape(found);
      else if (byte === 0x29 && (open -= 1) === 0) break;
      else {
        if (byte === 0x28) open += 1;
        if (byte === 13) {
          if (this.bytes[this.at + 1] === 10) this.at += 1;
          found.push(10);
        } else found.push(byte);
      }
    }
    this.at += 1;
    return new PdfString(Uint8Array.from(found), start, this.at);
  }

  escape(found) {
    this.at += 1;
    const character = String.fromCharCode(this.bytes[this.at]);
    if (character in ESCAPES) found.push(ESCAPES[character]);
    else if (/[0-7]/.test(character)) {
      const digits = /^[0-7]{1,3}/.exec(String.fromCharCode(...this.bytes.subarray(this.at, this.at + 3)))[0];
      this.at += digits.length - 1;
      found.push(Number.parseInt(digits, 8) & 0xff);
    } else if (character === "\r") {
      if (this.bytes[this.at + 1] === 10) this.at += 1;
    } else if (character !== "\n") found.push(this.bytes[this.at]);
  }

  hexadecimal() {
    const start = this.at;
    const end = this.bytes.indexOf(0x3e, start);
    if (end < 0) throw new Unsupported("pdf");
    const found = [];
    let high = -1;
    for (let at = start + 1; at < end; at++) {
      const byte = this.bytes[at];
      if (BLANKS.has(byte)) continue;
      const digit = Number.parseInt(String.fromCharCode(byte), 16);
      if (Number.isNaN(digit)) throw new Unsupported("pdf");
      if (high < 0) high = digit;
      else {
        found.push(high * 16 + digit);
        high = -1;
      }
    }
    if (high >= 0) found.push(high * 16);
    this.at = end + 1;
    return new PdfString(Uint8Array.from(found), start, this.at);
  }

  array(depth) {
    const found = [];
    for (this.at += 1; ;) {
      if (!this.skip()) throw new Unsupported("pdf");
      if (this.bytes[this.at] === 0x5d) break;
      const value = this.value(depth + 1);
      if (value instanceof Operator) throw new Unsupported("pdf");
      found.push(value);
    }
    this.at += 1;
    return found;
  }

  dictionary(depth) {
    const found = new Map();
    for (this.at += 2; ;) {
      if (!this.skip()) throw new Unsupported("pdf");
      if (this.bytes[this.at] === 0x3e && this.bytes[this.at + 1] === 0x3e) break;
      const name = this.value(depth + 1);
      const value = this.value(depth + 1);
      if (!(name instanceof Name) || value instanceof Operator || found.has(name.name)) throw new Unsupported("pdf");
      found.set(name.name, value);
    }
    this.at += 2;
    return found;
  }
}

// A PDF with tables of cross-references (ISO 32000-1, 7.5), read strictly.
//
// Reports of this format are written so. Whatever is not read here (streams of objects, streams of cross-references,
// encryption, repairs) is not guessed: it is `Unsupported`, and the answer is that it cannot be told.

import { latin1 } from "../bytes.js";
import { Unsupported } from "../problems.js";
import { Lexer, Name, Operator, Reference } from "./lexer.js";

const MAX_SECTIONS = 16;
const MAX_OBJECTS = 200_000;
const MAX_DECODED = 64 * 2 ** 20;
const MAX_DECODED_IN_ALL = 512 * 2 ** 20;
const END = /startxref[\r\n]+([0-9]{1,10})[\r\n]+%%EOF[\r\n]*$/;
const SUBSECTION = /^[\r\n ]*([0-9]{1,10}) ([0-9]{1,10})[ ]*(?:\r\n|\r|\n)/;
const ENTRY = /^([0-9]{10}) ([0-9]{5}) ([nf])(?: \r| \n|\r\n)$/;

export class Stream {
  constructor(reader, dictionary, bytes) {
    this.reader = reader;
    this.dictionary = dictionary;
    this.bytes = bytes;
  }

  /** The content behind the filters. */
  async decoded() {
    const given = this.dictionary.get("Filter");
    const filters = (Array.isArray(given) ? given : [given ?? null]).filter((each) => each !== null);
    const parameters = [this.dictionary.get("DecodeParms") ?? null].flat();
    if (parameters.some((each) => each !== null && !isPlain(each))) throw new Unsupported("predictor");
    if (!filters.length) return this.bytes;
    if (filters.length > 1 || filters[0].name !== "FlateDecode") throw new Unsupported("filter");
    const reader = new Blob([this.bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    const pieces = [];
    let size = 0;
    try {
      for (let step = await reader.read(); !step.done; step = await reader.read()) {
        pieces.push(step.value);
        size += step.value.length;
        this.reader.decoded += step.value.length;
        if (size > MAX_DECODED || this.reader.decoded > MAX_DECODED_IN_ALL) throw new Unsupported("too large");
      }
    } catch {
      throw new Unsupported("flate");
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }
}

function isPlain(parameters) {
  return parameters instanceof Map && (parameters.get("Predictor") ?? 1) === 1;
}

export class PdfReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.places = new Map();
    this.objects = new Map();
    this.decoded = 0;
    this.trailer = this.readSections();
  }

  /** Tables from the newest to the oldest; what a newer one says of an object counts. Gives the newest trailer. */
  readSections() {
    const match = END.exec(latin1(this.bytes.subarray(-1024)));
    if (!match || latin1(this.bytes.subarray(0, 5)) !== "%PDF-") throw new Unsupported("frame");
    let newest = null;
    const seen = new Set();
    for (let place = Number(match[1]); ;) {
      if (seen.has(place) || seen.size >= MAX_SECTIONS) throw new Unsupported("sections");
      seen.add(place);
      const trailer = this.readSection(place);
      newest ??= trailer;
      if (trailer.has("XRefStm")) throw new Unsupported("hybrid");
      const earlier = trailer.get("Prev");
      if (earlier === undefined) return newest;
      if (!Number.isInteger(earlier)) throw new Unsupported("sections");
      place = earlier;
    }
  }

  readSection(place) {
    if (latin1(this.bytes.subarray(place, place + 4)) !== "xref") throw new Unsupported("cross-reference stream");
    let at = place + 4;
    for (;;) {
      const head = SUBSECTION.exec(latin1(this.bytes.subarray(at, at + 40)));
      if (!head) break;
      at += head[0].length;
      const [first, count] = [Number(head[1]), Number(head[2])];
      if (first + count > MAX_OBJECTS) throw new Unsupported("objects");
      for (let number = first; number < first + count; number++, at += 20) {
        const entry = ENTRY.exec(latin1(this.bytes.subarray(at, at + 20)));
        if (!entry) throw new Unsupported("entry");
        if (!this.places.has(number)) {
          this.places.set(number, entry[3] === "n" ? { at: Number(entry[1]), generation: Number(entry[2]) } : null);
        }
      }
    }
    const lexer = new Lexer(this.bytes, at);
    if (!isOperator(lexer.value(), "trailer")) throw new Unsupported("trailer");
    return asMap(lexer.value());
  }

  /** What a value is, once references are followed. */
  resolve(value) {
    for (let steps = 0; value instanceof Reference; steps++) {
      if (steps > 8) throw new Unsupported("references");
      value = this.object(value);
    }
    return value ?? null;
  }

  object({ number, generation }) {
    const place = this.places.get(number);
    if (!place || place.generation !== generation) return null;
    if (!this.objects.has(number)) this.objects.set(number, this.readObject(number, place));
    return this.objects.get(number);
  }

  readObject(number, place) {
    const lexer = new Lexer(this.bytes, place.at);
    const head = [lexer.value(), lexer.value(), lexer.value()];
    if (head[0] !== number || head[1] !== place.generation || !isOperator(head[2], "obj")) throw new Unsupported("object");
    const value = lexer.value();
    const end = lexer.value();
    if (isOperator(end, "endobj")) return value;
    if (!isOperator(end, "stream")) throw new Unsupported("object");
    return this.readStream(asMap(value), lexer.at);
  }

  readStream(dictionary, at) {
    let start = at;
    if (this.bytes[start] === 13) start += 1;
    if (this.bytes[start] !== 10) throw new Unsupported("stream");
    start += 1;
    const length = this.resolve(dictionary.get("Length"));
    if (!Number.isInteger(length) || length < 0 || start + length > this.bytes.length) throw new Unsupported("stream");
    const lexer = new Lexer(this.bytes, start + length);
    if (!isOperator(lexer.value(), "endstream") || !isOperator(lexer.value(), "endobj")) throw new Unsupported("stream");
    if (dictionary.get("Type") instanceof Name && ["ObjStm", "XRef"].includes(dictionary.get("Type").name)) {
      throw new Unsupported("stream of objects");
    }
    const resolved = new Map([...dictionary].map(([name, value]) => [name, this.resolve(value)]));
    return new Stream(this, resolved, this.bytes.subarray(start, start + length));
  }

  /** A member of a dictionary, resolved. */
  member(dictionary, name) {
    return dictionary instanceof Map ? this.resolve(dictionary.get(name)) : null;
  }
}

export function isOperator(value, word) {
  return value instanceof Operator && value.word === word;
}

export function isName(value, name) {
  return value instanceof Name && value.name === name;
}

function asMap(value) {
  if (!(value instanceof Map)) throw new Unsupported("dictionary");
  return value;
}

// The words of a PDF, as its fonts say they are to be read (ISO 32000-1, 9.10: ToUnicode).

import { latin1, unhex } from "../bytes.js";
import { Unsupported } from "../problems.js";
import { Lexer, Name, Operator, PdfString, Reference } from "./lexer.js";
import { Stream, isName } from "./reader.js";

const MAX_OPERATIONS = 2_000_000;
const MAX_DEPTH = 4;
const MAX_PAGES = 10_000;
const MAX_CODES = 1_000_000;
const SHOWS_TEXT = new Set(["Tj", "TJ", "'", '"']);
const SECTION = /begin(bfchar|bfrange|codespacerange)([\s\S]*?)end\1/g;
const TOKEN = /<([0-9A-Fa-f\s]*)>|(\[)|(\])/g;

/** How one font's codes read. */
class Font {
  static async of(reader, dictionary) {
    const font = new Font();
    font.width = isName(reader.member(dictionary, "Subtype"), "Type0") ? 2 : 1;
    font.mapping = null;
    const map = reader.member(dictionary, "ToUnicode");
    font.codes = 0;
    if (map instanceof Stream) font.readMap(latin1(await map.decoded()));
    return font;
  }

  /** The text of a string shown in this font; codes without a meaning are left out. */
  read(bytes) {
    if (this.mapping === null) {
      if (this.width !== 1) return "";
      return new TextDecoder("windows-1252").decode(bytes).replace(/[\u0080-\u009f]/g, "");
    }
    let text = "";
    for (let at = 0; at < bytes.length; at += this.width) text += this.mapping.get(codeOf(bytes.subarray(at, at + this.width))) ?? "";
    return text;
  }

  readMap(source) {
    this.mapping = new Map();
    for (const [, kind, body] of source.matchAll(SECTION)) {
      const tokens = tokensOf(body);
      if (kind === "codespacerange") {
        if (tokens[0] instanceof Uint8Array) this.width = Math.max(1, Math.min(tokens[0].length, 4));
      } else if (kind === "bfchar") {
        for (let at = 0; at + 1 < tokens.length; at += 2) {
          const [code, text] = tokens.slice(at, at + 2);
          if (code instanceof Uint8Array && text instanceof Uint8Array) this.mapping.set(codeOf(code), utf16(text));
        }
      } else this.readRanges(tokens);
    }
  }

  readRanges(tokens) {
    for (let at = 0; at + 2 < tokens.length; at += 3) {
      const [low, high, target] = tokens.slice(at, at + 3);
      if (!(low instanceof Uint8Array) || !(high instanceof Uint8Array)) continue;
      const [first, last] = [codeOf(low), Math.min(codeOf(high), 0xffff)];
      if ((this.codes += Math.max(last - first, 0)) > MAX_CODES) throw new Unsupported("codes");
      for (let code = first; code <= last; code++) {
        if (Array.isArray(target)) {
          if (code - first < target.length) this.mapping.set(code, utf16(target[code - first]));
        } else if (target.length) this.mapping.set(code, utf16(added(target, code - first)));
      }
    }
  }
}

/** All text of all pages in the order in which it is drawn, without blanks: layout must not matter. */
export async function wordsOf(reader, catalog) {
  const work = { reader, parts: [], budget: MAX_OPERATIONS, fonts: new Map() };
  for (const page of pagesOf(reader, catalog)) {
    const resources = reader.member(page, "Resources");
    if (!(resources instanceof Map)) throw new Unsupported("resources");
    const contents = [reader.member(page, "Contents")].flat().map((each) => reader.resolve(each));
    const pieces = [];
    for (const each of contents) {
      if (each === null) continue;
      if (!(each instanceof Stream)) throw new Unsupported("contents");
      pieces.push(await each.decoded(), Uint8Array.of(10));
    }
    await readContent(work, new Uint8Array(await new Blob(pieces).arrayBuffer()), resources, 0);
  }
  return work.parts.join("").replace(/\s+/g, "");
}

function pagesOf(reader, catalog) {
  const found = [];
  const seen = new Set();
  const visit = (node, depth) => {
    if (!(node instanceof Map) || seen.has(node) || depth > 20 || found.length > MAX_PAGES) throw new Unsupported("pages");
    seen.add(node);
    if (isName(reader.member(node, "Type"), "Page")) {
      found.push(node);
      return;
    }
    const kids = reader.member(node, "Kids");
    // Readers differ about a page that does not say that it is one.
    if (!Array.isArray(kids)) throw new Unsupported("pages");
    for (const kid of kids) visit(reader.resolve(kid), depth + 1);
  };
  visit(reader.member(catalog, "Pages"), 0);
  return found;
}

async function readContent(work, bytes, resources, depth) {
  if (depth > MAX_DEPTH) return;
  const lexer = new Lexer(bytes);
  let operands = [];
  let font = null;
  while (lexer.skip()) {
    const value = lexer.value();
    if (!(value instanceof Operator)) {
      operands.push(value);
      continue;
    }
    if ((work.budget -= 1) < 0) throw new Unsupported("operations");
    const { word } = value;
    if (word === "BI") throw new Unsupported("inline image");
    const last = operands.at(-1);
    if (word === "Tf" && operands[0] instanceof Name) font = await fontOf(work, resources, operands[0].name);
    else if (SHOWS_TEXT.has(word) && font !== null) {
      for (const each of Array.isArray(last) ? last : [last]) {
        if (each instanceof PdfString) work.parts.push(font.read(each.bytes));
      }
    } else if (word === "Do" && operands[0] instanceof Name) await readForm(work, resources, operands[0].name, depth);
    operands = [];
  }
}

async function readForm(work, resources, name, depth) {
  const { reader } = work;
  const form = reader.member(reader.member(resources, "XObject"), name);
  if (!(form instanceof Stream) || !isName(form.dictionary.get("Subtype"), "Form")) return;
  const own = form.dictionary.get("Resources");
  await readContent(work, await form.decoded(), own instanceof Map ? own : resources, depth + 1);
}

async function fontOf({ reader, fonts }, resources, name) {
  const list = reader.member(resources, "Font");
  const given = list instanceof Map ? list.get(name) : undefined;
  const dictionary = reader.resolve(given);
  if (!(dictionary instanceof Map)) return null;
  const key = given instanceof Reference ? given.number : dictionary;
  if (!fonts.has(key)) fonts.set(key, await Font.of(reader, dictionary));
  return fonts.get(key);
}

function tokensOf(body) {
  const tokens = [];
  let inner = null;
  for (const [, digits, opening, closing] of body.matchAll(TOKEN)) {
    if (opening) inner = [];
    else if (closing) {
      if (inner !== null) tokens.push(inner);
      inner = null;
    } else {
      const clean = digits.replace(/\s+/g, "");
      (inner ?? tokens).push(unhex(clean.length % 2 ? `${clean}0` : clean));
    }
  }
  return tokens;
}

function codeOf(bytes) {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/** A text's code units as one large number, plus `step`. */
function added(target, step) {
  const sum = Uint8Array.from(target);
  for (let at = sum.length - 1, carry = step; at >= 0 && carry; at--) {
    carry += sum[at];
    sum[at] = carry & 0xff;
    carry = Math.floor(carry / 256);
  }
  return sum;
}

function utf16(bytes) {
  return new TextDecoder("utf-16be").decode(bytes).replaceAll("\ufffd", "");
}

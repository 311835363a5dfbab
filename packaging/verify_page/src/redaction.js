// A redacted copy against its record: every visible part is what the record's root commits to, the rest is covered.

import { sha256 } from "@noble/hashes/sha2.js";

import { concat, hex, same, strictText, unhex, utf8 } from "./bytes.js";
import { Problem } from "./problems.js";

const SIDE = 64;
const MOST_SIDE = 2 ** 16;
const MOST_CHUNK = 2 ** 20;
const MOST_AREAS = 1000;
const MOST_LAYERS = 8;
const MOST_TEXT = 48 * 2 ** 20;
const LEVELS = [0, 36, 73, 109, 146, 182, 219, 255];
const COLOURS = new Set(LEVELS.map((level) => hex([level, level, level])));
const SHA256 = /^[0-9a-f]{64}$/;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MARK = utf8("█████");
const EMPTY_ROOT = sha256(new Uint8Array());

/** The bytes are no PNG of the one form that a redacted copy has. */
class NotOurPng extends Error {}

/**
 * `{problem, confirmed, hidden}`; the problem is empty, "malformed", "other_copy", "other_form", "not_covered" or
 * "not_from_original". `pieces` gives the copy's bytes in turn.
 */
export async function checkRedaction(record, pieces) {
  const said = (problem, confirmed = 0, hidden = 0) => ({ problem, confirmed, hidden });
  if (!makesSense(record)) return said("malformed");
  const source = new Source(pieces);
  let checked = said("");
  if (record.picture) checked = await checkPicture(record.picture, record.root, source, said);
  else if (record.text) checked = await checkText(record.text, record.root, source, said);
  return (await source.finish()) === record.copy_sha256 ? checked : said("other_copy");
}

/** Reads bytes in the lengths that are asked for, and digests all of them. */
class Source {
  constructor(pieces) {
    this.pieces = pieces;
    this.digest = sha256.create();
    this.waiting = new Uint8Array();
  }

  /** The next piece, or null at the end. */
  async more() {
    const step = await this.pieces.next();
    if (step.done) return null;
    this.digest.update(step.value);
    return step.value;
  }

  async exactly(size) {
    const parts = [this.waiting];
    let there = this.waiting.length;
    while (there < size) {
      const piece = await this.more();
      if (piece === null) throw new NotOurPng();
      parts.push(piece);
      there += piece.length;
    }
    const whole = parts.length === 1 ? this.waiting : concat(...parts);
    this.waiting = whole.subarray(size);
    return whole.subarray(0, size);
  }

  async isAtEnd() {
    while (!this.waiting.length) {
      const piece = await this.more();
      if (piece === null) return true;
      this.waiting = piece;
    }
    return false;
  }

  async rest() {
    const parts = [this.waiting];
    for (let piece = await this.more(); piece !== null; piece = await this.more()) parts.push(piece);
    this.waiting = new Uint8Array();
    return concat(...parts);
  }

  async finish() {
    while ((await this.more()) !== null);
    return hex(this.digest.digest());
  }
}

async function checkPicture(proof, root, source, said) {
  const { width, height } = proof;
  const covers = coversOf(proof.areas, width, height);
  const columns = Math.ceil(width / SIDE);
  const leaves = [];
  try {
    const [realWidth, realHeight] = await readSize(source);
    if (realWidth !== width || realHeight !== height) return said("other_form");
    let band = [];
    let row = 0;
    for await (const data of rowsOf(source, width, height)) {
      band.push(data);
      row += 1;
      if (band.length < SIDE && row < height) continue;
      for (let column = 0; column < columns; column++) {
        const position = leaves.length;
        const tile = tileOf(band, column, width);
        const colour = covers.get(position);
        if (colour === undefined) {
          leaves.push(leafHash(proof.tiles[position], [width, height, column, Math.floor(position / columns)], tile));
        } else if (tile.every((byte) => byte === colour)) {
          leaves.push(unhex(proof.tiles[position]));
        } else {
          return said("not_covered");
        }
      }
      band = [];
    }
  } catch (problem) {
    if (problem instanceof NotOurPng) return said("other_form");
    throw problem;
  }
  if (hex(rootOf(leaves)) !== root) return said("not_from_original");
  return said("", leaves.length - covers.size, covers.size);
}

async function checkText(proof, root, source, said) {
  const bytes = await source.rest();
  if (bytes.length > MOST_TEXT) return said("other_form");
  try {
    strictText(bytes);
  } catch {
    return said("other_form");
  }
  const lines = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const next = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(start, next));
    start = next;
  }
  if (lines.length !== proof.lines.length) return said("other_form");
  const hidden = new Set(proof.hidden);
  const leaves = [];
  for (const [position, line] of lines.entries()) {
    if (!hidden.has(position)) leaves.push(leafHash(proof.lines[position], [lines.length, position], line));
    else if (contains(line, MARK)) leaves.push(unhex(proof.lines[position]));
    else return said("not_covered");
  }
  if (hex(rootOf(leaves)) !== root) return said("not_from_original");
  return said("", lines.length - hidden.size, hidden.size);
}

function contains(line, mark) {
  for (let at = line.indexOf(mark[0]); at >= 0; at = line.indexOf(mark[0], at + 1)) {
    if (same(line.subarray(at, at + mark.length), mark)) return true;
  }
  return false;
}

/** SHA-256 over 0, salt, numbers of four bytes each, and the part itself. */
function leafHash(salt, numbers, part) {
  const head = new Uint8Array(33 + 4 * numbers.length);
  head.set(unhex(salt), 1);
  const view = new DataView(head.buffer);
  for (const [at, number] of numbers.entries()) view.setUint32(33 + 4 * at, number);
  return sha256.create().update(head).update(part).digest();
}

/** The Merkle tree hash; a last one alone moves up as it is. */
function rootOf(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let at = 0; at + 1 < level.length; at += 2) next.push(sha256(concat([1], level[at], level[at + 1])));
    if (level.length % 2) next.push(level.at(-1));
    level = next;
  }
  return level[0] ?? EMPTY_ROOT;
}

function tileOf(band, column, width) {
  const left = column * SIDE * 3;
  const right = Math.min(left + SIDE * 3, width * 3);
  const tile = new Uint8Array((right - left) * band.length);
  for (const [at, row] of band.entries()) tile.set(row.subarray(left, right), at * (right - left));
  return tile;
}

/** Position of each covered tile to its grey; the later area wins. */
function coversOf(areas, width, height) {
  const covers = new Map();
  const columns = Math.ceil(width / SIDE);
  for (const area of areas) {
    const [left, top, right, bottom] = spanOf(area);
    const [grey] = unhex(area.colour);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) covers.set(row * columns + column, grey);
    }
  }
  return covers;
}

/** First and last column and row of the tiles that an area touches. */
function spanOf({ x, y, width, height }) {
  return [x, y, x + width - 1, y + height - 1].map((edge) => Math.floor(edge / SIDE));
}

async function readSize(source) {
  if (!same(await source.exactly(8), SIGNATURE)) throw new NotOurPng();
  const { name, data } = await nextChunk(source);
  if (name !== "IHDR" || data.length !== 13) throw new NotOurPng();
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const isPlain = same(data.subarray(8), [8, 2, 0, 0, 0]);
  if (!isPlain || !width || !height || width > MOST_SIDE || height > MOST_SIDE) throw new NotOurPng();
  return [width, height];
}

/** The rows, to the last byte of the file. */
async function* rowsOf(source, width, height) {
  const line = width * 3 + 1;
  let above = new Uint8Array(width * 3);
  let waiting = [];
  let there = 0;
  let left = height;
  for await (const piece of inflated(source)) {
    waiting.push(piece);
    there += piece.length;
    if (there < line) continue;
    let whole = waiting.length === 1 ? piece : concat(...waiting);
    while (whole.length >= line) {
      if (!left || whole[0] !== 2) throw new NotOurPng();
      const row = new Uint8Array(line - 1);
      for (let at = 0; at < row.length; at++) row[at] = whole[at + 1] + above[at];
      above = row;
      yield row;
      whole = whole.subarray(line);
      left -= 1;
    }
    waiting = [whole];
    there = whole.length;
  }
  if (left || there || !(await source.isAtEnd())) throw new NotOurPng();
}

/** What the IDAT chunks hold (RFC 1950), up to and with the end chunk. */
async function* inflated(source) {
  let fault = null;
  const packed = new ReadableStream({
    async pull(controller) {
      try {
        const { name, data } = await nextChunk(source);
        if (name === "IDAT" && data.length) controller.enqueue(data.slice());
        else if (name === "IEND" && !data.length) controller.close();
        else throw new NotOurPng();
      } catch (problem) {
        fault = problem;
        controller.error(problem);
      }
    },
  }, { highWaterMark: 0 });
  const reader = packed.pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (;;) {
      let step;
      try {
        step = await reader.read();
      } catch {
        throw fault instanceof Problem ? fault : new NotOurPng();
      }
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function nextChunk(source) {
  const length = numberIn(await source.exactly(4));
  if (length > MOST_CHUNK) throw new NotOurPng();
  const whole = await source.exactly(4 + length);
  if (crc32(whole) !== numberIn(await source.exactly(4))) throw new NotOurPng();
  return { name: String.fromCharCode(...whole.subarray(0, 4)), data: whole.subarray(4) };
}

function numberIn(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

const CRC = Uint32Array.from({ length: 256 }, (_none, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** What the shapes cannot say. What is hidden must be what was marked, no more and no less. */
function makesSense({ version, kind, original_sha256: original, copy_sha256: copy, root, picture, text, silences }) {
  const isBare = !picture && !text;
  const isKindSound = { picture: picture && !text, text: text && !picture, film: isBare, sound: isBare }[kind];
  return (
    version === 1 && Boolean(isKindSound) && (kind === "sound") === silences.length > 0 && SHA256.test(original) && SHA256.test(copy) &&
    (picture || text ? SHA256.test(root) : root === "") &&
    (!picture || isPictureSound(picture)) && (!text || isTextSound(text))
  );
}

function isPictureSound({ width, height, tile_side: side, tiles, areas, hidden }) {
  if (!(width > 0 && width <= MOST_SIDE && height > 0 && height <= MOST_SIDE) || side !== SIDE) return false;
  const count = Math.ceil(width / SIDE) * Math.ceil(height / SIDE);
  if (tiles.length !== count || !tiles.every((each) => SHA256.test(each)) || !areas.length) return false;
  if (!areas.every((area) => isInside(area, width, height) && COLOURS.has(area.colour))) return false;
  const touched = areas.map(spanOf).reduce(
    (sum, [left, top, right, bottom]) => sum + (right - left + 1) * (bottom - top + 1), 0,
  );
  if (areas.length > MOST_AREAS || touched > MOST_LAYERS * count + MOST_AREAS) return false;
  const covered = [...coversOf(areas, width, height).keys()].sort((one, two) => one - two);
  return same(covered, hidden);
}

function isInside({ x, y, width, height }, wide, high) {
  return width > 0 && height > 0 && x >= 0 && x <= wide - width && y >= 0 && y <= high - height;
}

function isTextSound({ lines, hidden }) {
  return (
    lines.every((each) => SHA256.test(each)) && hidden.length > 0 && hidden.length <= lines.length &&
    hidden.every((position, at) => position >= 0 && position < lines.length && (!at || position > hidden[at - 1]))
  );
}

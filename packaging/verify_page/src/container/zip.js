// A package as a ZIP (APPNOTE 6.3.10), read by a parser that accepts one meaning of the bytes only.
//
// Every byte of the file must be explained: by a local header, an entry's data, its descriptor, the central directory
// or the end records. What a local header says must be what the central directory says.

import { same, spelledText, startsWith, strictText } from "../bytes.js";
import { Problem } from "../problems.js";
import { MAX_ENTRIES } from "./base.js";
import { inflated, stored } from "./streams.js";

const END_SIZE = 22;
const END64_SIZE = 56;
const LOCATOR64_SIZE = 20;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const MAX_DIRECTORY = 64 * 2 ** 20;
const MAX_RATIO = 200;
const RATIO_FLOOR = 16 * 2 ** 20;
const MAX_TOTAL = 2 ** 44;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x1;
const DESCRIPTOR = 0x8;
const STRONG = 0x40;
const UTF8 = 0x800;
const MASKED = 0x2000;
const WIDE = 0xffffffff;
const WINDOW = 2 ** 18;

/** The end records or the directory cannot be read; nothing can be said about the entries. */
class ZipDamage extends Error {
  constructor(code = "container.unreadable_zip") {
    super(code);
    this.code = code;
  }
}

export function isZip(head) {
  return startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6]);
}

/** Read the directory of the ZIP in `blob`; a damaged one has no entries and a flaw that says why. */
export async function openZip(blob, name, cp437) {
  const container = { kind: "zip", entries: [], flaws: [] };
  let members;
  let directoryStart;
  try {
    [members, directoryStart] = await readDirectory(blob, container, cp437);
  } catch (problem) {
    const code = problem instanceof ZipDamage ? problem.code : "container.unreadable_zip";
    container.flaws.push({ code, path: "" });
    return container;
  }
  const files = members.filter((member) => !member.isFolder);
  if (files.length && files.every((member) => member.flags & ENCRYPTED)) {
    throw new Problem("verify.encrypted", { path: name });
  }
  try {
    await layOut(readingAhead(blob), members, directoryStart, container);
  } catch {
    container.flaws.push({ code: "container.unreadable_zip", path: "" });
  }
  return container;
}

async function readAt(blob, position, length) {
  if (blob.readAhead) return blob.readAhead(position, length);
  return new Uint8Array(await blob.slice(position, position + length).arrayBuffer());
}

/** `blob` with a window that is read at once: many small entries stand close together. */
function readingAhead(blob) {
  let start = 0;
  let window = new Uint8Array();
  const readAhead = async (position, length) => {
    const end = Math.min(position + length, blob.size);
    if (position < start || end > start + window.length) {
      start = position;
      window = new Uint8Array(await blob.slice(position, position + Math.max(length, WINDOW)).arrayBuffer());
    }
    return window.subarray(position - start, Math.max(end - start, position - start));
  };
  return { blob, size: blob.size, readAhead, slice: (from, to) => blob.slice(from, to) };
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function long(view, at) {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipDamage();
  return Number(value);
}

async function readDirectory(blob, container, cp437) {
  const [start, length, count, endStart] = await endRecord(blob, container);
  if (length > MAX_DIRECTORY || count > MAX_ENTRIES) throw new ZipDamage("container.too_many");
  if (start + length !== endStart) {
    if (start + length > endStart) throw new ZipDamage();
    container.flaws.push({ code: "container.stray_data", path: "" });
  }
  const data = await readAt(blob, start, length);
  const members = [];
  let position = 0;
  while (position < length) {
    const member = centralEntry(data, position, container, cp437);
    members.push(member);
    position = member.end;
  }
  if (members.length !== count) container.flaws.push({ code: "container.header_mismatch", path: "" });
  if (members.reduce((sum, member) => sum + member.size, 0) > MAX_TOTAL) throw new ZipDamage("container.bomb");
  return [members, start];
}

/** Start, length and count of the directory, and where it must end. The end record must be the file's last bytes. */
async function endRecord(blob, container) {
  if (blob.size < END_SIZE) throw new ZipDamage();
  const tailStart = Math.max(0, blob.size - 65535 - END_SIZE);
  const tail = await readAt(blob, tailStart, blob.size - tailStart);
  let found = tail.length - 4;
  while (found >= 0 && !startsWith(tail.subarray(found, found + 4), [0x50, 0x4b, 5, 6])) found -= 1;
  if (found < 0 || tail.length - found < END_SIZE) throw new ZipDamage();
  const view = viewOf(tail.subarray(found));
  const [disk, firstDisk, here, count] = [4, 6, 8, 10].map((at) => view.getUint16(at, true));
  const [length, start] = [12, 16].map((at) => view.getUint32(at, true));
  const endStart = tailStart + found;
  if (view.getUint16(20, true) || endStart + END_SIZE !== blob.size) {
    container.flaws.push({ code: "container.stray_data", path: "" });
  }
  if (disk || firstDisk || here !== count) throw new ZipDamage();
  const locatorStart = endStart - LOCATOR64_SIZE;
  if (locatorStart >= 0) {
    const locator = await readAt(blob, locatorStart, LOCATOR64_SIZE);
    if (startsWith(locator, [0x50, 0x4b, 6, 7])) {
      const wide = await endRecord64(blob, viewOf(locator), locatorStart, container);
      const agree = (count === wide.count || count === 0xffff) && (length === wide.length || length === WIDE) &&
        (start === wide.start || start === WIDE);
      if (!agree) throw new ZipDamage("container.header_mismatch");
      return [wide.start, wide.length, wide.count, wide.at];
    }
  }
  if (count === 0xffff || length === WIDE || start === WIDE) throw new ZipDamage();
  return [start, length, count, endStart];
}

async function endRecord64(blob, locator, locatorStart, container) {
  const at = long(locator, 8);
  if (locator.getUint32(4, true) || locator.getUint32(16, true) > 1 || at + END64_SIZE > locatorStart) {
    throw new ZipDamage();
  }
  const record = await readAt(blob, at, END64_SIZE);
  const view = viewOf(record);
  const rest = long(view, 4);
  const [here, count, length, start] = [24, 32, 40, 48].map((place) => long(view, place));
  if (!startsWith(record, [0x50, 0x4b, 6, 6]) || view.getUint32(16, true) || view.getUint32(20, true) || here !== count) {
    throw new ZipDamage();
  }
  if (at + 12 + rest !== locatorStart || rest !== END64_SIZE - 12) {
    container.flaws.push({ code: "container.stray_data", path: "" });
  }
  return { at, count, length, start };
}

function centralEntry(data, position, container, cp437) {
  if (position + CENTRAL_SIZE > data.length) throw new ZipDamage();
  const view = viewOf(data.subarray(position, position + CENTRAL_SIZE));
  const [madeBy, flags, method] = [4, 8, 10].map((at) => view.getUint16(at, true));
  const [crc, packed32, size32] = [16, 20, 24].map((at) => view.getUint32(at, true));
  const [nameLength, extraLength, commentLength, disk] = [28, 30, 32, 34].map((at) => view.getUint16(at, true));
  const [external, offset32] = [38, 42].map((at) => view.getUint32(at, true));
  const begin = position + CENTRAL_SIZE;
  const end = begin + nameLength + extraLength + commentLength;
  if (view.getUint32(0, true) !== 0x02014b50 || end > data.length) throw new ZipDamage();
  const rawName = data.subarray(begin, begin + nameLength);
  const extra = data.subarray(begin + nameLength, begin + nameLength + extraLength);
  const [size, packed, offset] = wide(extra, size32, packed32, offset32);
  const name = decodeName(rawName, flags, cp437);
  if (disk !== 0 && disk !== 0xffff) throw new ZipDamage();
  if (commentLength) container.flaws.push({ code: "container.stray_data", path: name });
  const isFolder = name.endsWith("/");
  if (isFolder && size) container.flaws.push({ code: "container.header_mismatch", path: name });
  const mode = [3, 19].includes(madeBy >> 8) ? external >>> 16 : 0;
  return { rawName, name, flags, method, crc, packed, size, offset, mode, isFolder, end };
}

/** The values of the ZIP64 extra field (4.5.3) in place of those that do not fit in 32 bits. */
function wide(extra, ...values) {
  if (!values.includes(WIDE)) return values;
  const field = extraField(extra, 1);
  let at = 0;
  return values.map((value) => {
    if (value !== WIDE) return value;
    if (at + 8 > field.length) throw new ZipDamage();
    at += 8;
    return long(viewOf(field), at - 8);
  });
}

/** The first extra field of this kind. */
function extraField(extra, kind) {
  const view = viewOf(extra);
  let at = 0;
  while (at + 4 <= extra.length) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === kind) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return new Uint8Array();
}

/** A name as text. Without the UTF-8 flag: UTF-8 if it is, else Korean Windows, else the ZIP default. */
function decodeName(raw, flags, cp437) {
  for (const encoding of flags & UTF8 ? ["utf-8"] : ["utf-8", "euc-kr"]) {
    try {
      return strictText(raw, encoding);
    } catch {
      continue;
    }
  }
  if (flags & UTF8) return spelledText(raw);
  return Array.from(raw, (byte) => (byte < 128 ? String.fromCharCode(byte) : cp437[byte - 128])).join("");
}

/** Check that the members fill the file up to the directory exactly, and make entries of the sound ones. */
async function layOut(blob, members, directoryStart, container) {
  let expected = 0;
  for (const member of members.toSorted((one, two) => one.offset - two.offset)) {
    if (member.offset !== expected) {
      const code = member.offset < expected ? "container.overlap" : "container.stray_data";
      container.flaws.push({ code, path: member.name });
    }
    const dataStart = await checkLocal(blob, member, directoryStart, container);
    if (dataStart === null) {
      expected = Math.max(expected, member.offset);
      continue;
    }
    const end = dataStart + member.packed + (await descriptorLength(blob, member, dataStart, container));
    expected = Math.max(expected, end);
    const flaw = entryFlaw(member);
    if (flaw) container.flaws.push({ code: flaw, path: member.name });
    else if (!member.isFolder) container.entries.push(entryOf(blob, member, dataStart));
  }
  if (expected !== directoryStart) {
    container.flaws.push({ code: expected > directoryStart ? "container.overlap" : "container.stray_data", path: "" });
  }
}

function entryFlaw(member) {
  const kind = member.mode & 0o170000;
  if (kind === 0o120000) return "container.link";
  if (![0, 0o100000, 0o040000].includes(kind)) return "container.special_file";
  if (member.flags & (ENCRYPTED | STRONG | MASKED)) return "container.encrypted_entry";
  if (member.method !== STORED && member.method !== DEFLATED) return "container.unsupported_method";
  if (member.method === STORED && member.packed !== member.size) return "container.header_mismatch";
  if (member.size > RATIO_FLOOR && member.size > MAX_RATIO * Math.max(member.packed, 1)) return "container.bomb";
  return "";
}

/** Where the data starts; null when there is no local header. */
async function checkLocal(blob, member, directoryStart, container) {
  const mismatch = () => container.flaws.push({ code: "container.header_mismatch", path: member.name });
  if (member.offset + LOCAL_SIZE > directoryStart) {
    mismatch();
    return null;
  }
  const view = viewOf(await readAt(blob, member.offset, LOCAL_SIZE));
  if (view.byteLength < LOCAL_SIZE) throw new ZipDamage();
  const [flags, method, nameLength, extraLength] = [6, 8, 26, 28].map((at) => view.getUint16(at, true));
  const [crc, packed32, size32] = [14, 18, 22].map((at) => view.getUint32(at, true));
  const names = await readAt(blob, member.offset + LOCAL_SIZE, nameLength + extraLength);
  const dataStart = member.offset + LOCAL_SIZE + nameLength + extraLength;
  if (view.getUint32(0, true) !== 0x04034b50 || dataStart + member.packed > directoryStart) {
    mismatch();
    return null;
  }
  let size;
  let packed;
  try {
    [size, packed] = wide(names.subarray(nameLength), size32, packed32, 0);
  } catch {
    mismatch();
    return dataStart;
  }
  const isSame = same(names.subarray(0, nameLength), member.rawName) && flags === member.flags && method === member.method;
  const agrees = crc === member.crc && packed === member.packed && size === member.size;
  const isToldLater = flags & DESCRIPTOR && (agrees || (!crc && !packed && !size));
  if (!isSame || !(agrees || isToldLater)) mismatch();
  return dataStart;
}

/** Bytes of the data descriptor (4.3.9) after the data: with or without signature, with 32- or 64-bit sizes. */
async function descriptorLength(blob, member, dataStart, container) {
  if (!(member.flags & DESCRIPTOR)) return 0;
  const follows = await readAt(blob, dataStart + member.packed, 24);
  if (member.isFolder && !member.packed) {
    const isThere = startsWith(follows, [0x50, 0x4b, 7, 8]) || startsWith(follows, [0, 0, 0, 0]);
    if (!isThere) return 0;
  }
  for (const prefix of [[0x50, 0x4b, 7, 8], []]) {
    for (const width of [8, 4]) {
      const told = descriptor(prefix, member, width);
      if (told && startsWith(follows, told)) return told.length;
    }
  }
  container.flaws.push({ code: "container.header_mismatch", path: member.name });
  return 0;
}

function descriptor(prefix, member, width) {
  if (width === 4 && (member.packed > WIDE || member.size > WIDE)) return null;
  const numbers = [[member.crc, 4], [member.packed, width], [member.size, width]];
  return [...prefix, ...numbers.flatMap(([value, bytes]) => littleEndian(value, bytes))];
}

function littleEndian(value, bytes) {
  return Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** at) % 256);
}

function entryOf(blob, member, dataStart) {
  const window = blob.slice(dataStart, dataStart + member.packed);
  return {
    path: member.name,
    size: member.size,
    pieces: () => (member.method === STORED ? stored(window, member.packed) : inflated(window, member.size)),
  };
}

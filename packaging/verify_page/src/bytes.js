// Bytes and text, strictly.

const ENCODER = new TextEncoder();

export function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function unhex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(one, two) {
  return one.length === two.length && one.every((byte, at) => byte === two[at]);
}

export function startsWith(bytes, head) {
  return bytes.length >= head.length && head.every((byte, at) => bytes[at] === byte);
}

export function utf8(text) {
  return ENCODER.encode(text);
}

/** UTF-8 as text, a byte order mark kept. Throws a TypeError for anything else. */
export function strictText(bytes, encoding = "utf-8") {
  return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** UTF-8 as text; a byte that belongs to no character is spelled out. */
export function spelledText(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] < 0x80 ? 1 : bytes[at] < 0xe0 ? 2 : bytes[at] < 0xf0 ? 3 : 4;
    try {
      text += strictText(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += `\\x${bytes[at].toString(16)}`;
      at += 1;
    }
  }
  return text;
}

/** Each byte as the character of the same number, for patterns over binary files. */
export function latin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}

/** By code point, as Python sorts text. */
export function byCodePoint(one, two) {
  const a = [...one];
  const b = [...two];
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const gap = a[at].codePointAt(0) - b[at].codePointAt(0);
    if (gap) return gap;
  }
  return a.length - b.length;
}

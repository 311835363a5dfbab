// What the reader trusts: an argument, never something that came with the package.

import { Problem } from "./problems.js";

const WORD_COUNT = 12;

/** The first 120 bits of a digest as twelve words of the list (1024 words, 10 bits each). */
export function fingerprintWords(digest, words) {
  const number = BigInt(`0x${digest.slice(0, 30)}`);
  return Array.from({ length: WORD_COUNT }, (_, at) => words[Number((number >> BigInt(110 - 10 * at)) & 0x3ffn)]).join(" ");
}

/** Sixty-four hexadecimal digits, or twelve words with one blank between. Throws a Problem `verify.bad_fingerprint`. */
export function normalFingerprint(text) {
  if (!text.trim()) return "";
  const words = text.toLowerCase().trim().split(/\s+/);
  const digits = text.replace(/[\s:.-]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  if (words.length === WORD_COUNT && words.every((word) => /^[a-z]{3,8}$/.test(word))) return words.join(" ");
  throw new Problem("verify.bad_fingerprint");
}

export function isFingerprintOf(fingerprint, certificateSha256, words) {
  return fingerprint === certificateSha256 || fingerprint === fingerprintWords(certificateSha256, words);
}

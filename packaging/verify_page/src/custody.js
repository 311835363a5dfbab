// The disclosed part of a custody log: leaves, inclusion, consistency (RFC 6962), and signed heads.

import { sha256 } from "@noble/hashes/sha2.js";

import { concat, hex, same, unhex } from "./bytes.js";
import { keyOf, readCertificate } from "./crypto/certificates.js";
import { isSignedBy } from "./crypto/signatures.js";
import { canonical } from "./json.js";

const HASH = /^[0-9a-f]{64}$/;
const SIGNATURE = /^(?:[0-9a-f]{2}){8,80}$/;
const EMPTY_ROOT = sha256(new Uint8Array());
const ECDSA_SHA256 = { algorithmId: "1.2.840.10045.4.3.2" };

function leafHash(event) {
  return sha256(concat([0], canonical(event)));
}

function hashChildren(left, right) {
  return sha256(concat([1], left, right));
}

/** Whether the proof shows that the leaf stands at its index under `root` (RFC 9162, 2.1.3.2). */
export function verifyInclusion(proof, leaf, root) {
  const path = hashesOf(proof.path);
  if (path === null || proof.index < 0 || proof.index >= proof.size) return false;
  let [position, last] = [BigInt(proof.index), BigInt(proof.size) - 1n];
  let computed = leaf;
  for (const sibling of path) {
    if (last === 0n) return false;
    if (position & 1n || position === last) {
      computed = hashChildren(sibling, computed);
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      computed = hashChildren(computed, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  return last === 0n && same(computed, root);
}

/** Whether the log with `secondRoot` only added to the log with `firstRoot` (RFC 9162, 2.1.4.2). */
export function verifyConsistency(proof, firstRoot, secondRoot) {
  const path = hashesOf(proof.path);
  const { first, second } = proof;
  if (path === null || first < 0 || first > second) return false;
  if (first === second) {
    return !path.length && same(firstRoot, secondRoot) && (first > 0 || same(firstRoot, EMPTY_ROOT));
  }
  if (first === 0) return !path.length && same(firstRoot, EMPTY_ROOT);
  let [position, last] = [BigInt(first) - 1n, BigInt(second) - 1n];
  if ((BigInt(first) & position) === 0n) path.unshift(firstRoot);
  if (!path.length) return false;
  while (position & 1n) [position, last] = [position >> 1n, last >> 1n];
  let [older, newer] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0n) return false;
    if (position & 1n || position === last) {
      [older, newer] = [hashChildren(sibling, older), hashChildren(sibling, newer)];
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      newer = hashChildren(newer, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  return last === 0n && same(older, firstRoot) && same(newer, secondRoot);
}

/** Whether the head names this certificate and carries a sound signature by its P-256 key. */
async function verifyHead(signed, certificate, certificateSha256) {
  if (signed.key_sha256 !== certificateSha256 || !SIGNATURE.test(signed.signature)) return false;
  if (keyOf(certificate).curve !== "P-256") return false;
  return isSignedBy(certificate, ECDSA_SHA256, "sha256", unhex(signed.signature), canonical(signed.head));
}

/** Everything that is wrong with the log, as `{code, params}`; nothing when it holds together. */
export async function checkDisclosed(log, certificateDer) {
  const found = [];
  const certificate = readCertificate(certificateDer);
  const certificateSha256 = hex(sha256(certificateDer));
  for (const signed of [...log.earlier_heads, log.head]) {
    const { size } = signed.head;
    if (!(await verifyHead(signed, certificate, certificateSha256))) {
      found.push({ code: "custody.bad_head_signature", params: { size } });
    }
    if (signed.head.log_id !== log.log_id) found.push({ code: "custody.forked", params: { size } });
  }
  const root = rootOf(log.head);
  found.push(...eventFindings(log, root), ...consistencyFindings(log, root));
  const last = log.events.at(-1);
  if (last && last.index >= log.head.head.size) {
    found.push({ code: "custody.rolled_back", params: { size: log.head.head.size, head_size: last.index + 1 } });
  }
  return found;
}

function eventFindings(log, root) {
  const found = [];
  if (log.inclusion.length !== log.events.length) found.push({ code: "custody.missing_proof", params: {} });
  let last = -1;
  const lines = new Map();
  for (const [position, event] of log.events.entries()) {
    const params = { index: event.index };
    if (event.log_id !== log.log_id) found.push({ code: "custody.foreign_event", params });
    if (event.index <= last) found.push({ code: "custody.wrong_order", params });
    last = Math.max(last, event.index);
    lines.set(event.item_id, [...(lines.get(event.item_id) ?? []), event.item_index]);
    const proof = log.inclusion[position];
    if (proof === undefined) continue;
    const fits = proof.index === event.index && proof.size === log.head.head.size;
    if (!fits || !HASH.test(event.salt) || !verifyInclusion(proof, leafHash(event), root)) {
      found.push({ code: "custody.changed_event", params });
    }
  }
  for (const [item, line] of lines) {
    if (item && line.some((number, at) => number !== at)) found.push({ code: "custody.hidden_event", params: {} });
  }
  return found;
}

function consistencyFindings(log, root) {
  const found = [];
  if (log.consistency.length !== log.earlier_heads.length) found.push({ code: "custody.missing_proof", params: {} });
  for (const [position, signed] of log.earlier_heads.entries()) {
    const proof = log.consistency[position];
    if (proof === undefined) break;
    const [size, newest] = [signed.head.size, log.head.head.size];
    if (size > newest) {
      found.push({ code: "custody.rolled_back", params: { size: newest, head_size: size } });
    } else if (proof.first !== size || proof.second !== newest || !verifyConsistency(proof, rootOf(signed), root)) {
      found.push({ code: "custody.forked", params: { size } });
    }
  }
  return found;
}

function hashesOf(path) {
  return path.length > 64 || !path.every((part) => HASH.test(part)) ? null : path.map(unhex);
}

function rootOf(signed) {
  return HASH.test(signed.head.root) ? unhex(signed.head.root) : new Uint8Array();
}

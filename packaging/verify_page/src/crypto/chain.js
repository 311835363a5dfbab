// Whether a certificate leads to one that the reader gave (RFC 5280, section 6). Revocation is not looked up.
//
// Stricter than the standard where that is simpler: what this page does not know is never passed over.

import * as pkijs from "pkijs";

import { same } from "../bytes.js";
import { Malformed, Unsupported } from "../problems.js";
import {
  OID, STRONG_DIGESTS, checkExtensions, extension, extensionAs, isGoodAt, isStrongKey, keyIdentifier, keyOf, octets,
} from "./certificates.js";
import { describe, isSignedBy } from "./signatures.js";

const MAX_PATH = 8;
const MAX_STEPS = 200;
const KNOWN = new Set([
  OID.subjectKey, OID.keyUsage, OID.subjectAltName, OID.issuerAltName, OID.basicConstraints, OID.crlPoints, OID.policies,
  OID.authorityKey, OID.extendedUsage, OID.authorityInfo,
]);
const NOT_FOLLOWED = [OID.nameConstraints, OID.policyMappings, OID.policyConstraints, OID.inhibitAnyPolicy];
const KEY_CERT_SIGN = 5;

/**
 * The path from `leaf` to one of `anchors`, both included, or null. `isAnchor` may ask more of an anchor. Throws
 * Unsupported where a path fails only for something that this page does not follow.
 */
export async function findPath(leaf, others, anchors, at, isAnchor = () => true) {
  const search = { others, anchors: anchors.filter(isAnchor), at, steps: 0, doubt: null };
  const path = await extend(search, [leaf]);
  if (path === null && search.doubt) throw search.doubt;
  return path;
}

async function extend(search, path) {
  const last = path.at(-1);
  if (search.anchors.some((anchor) => same(anchor.der, last.der))) return path;
  if (path.length >= MAX_PATH) return null;
  const next = [...search.anchors.map((each) => [each, true]), ...search.others.map((each) => [each, false])];
  for (const [issuer, isAnchor] of next) {
    if ((search.steps += 1) > MAX_STEPS) return null;
    if (!same(issuer.subject, last.issuer) || path.some((each) => same(each.der, issuer.der))) continue;
    try {
      if (!(await isIssuedBy(last, issuer, path.length - 1, search.at, isAnchor))) continue;
    } catch (problem) {
      if (problem instanceof Unsupported) search.doubt = problem;
      continue;
    }
    const found = isAnchor ? [...path, issuer] : await extend(search, [...path, issuer]);
    if (found) return found;
  }
  return null;
}

/** Whether `issuer`, with `below` authorities between it and the leaf, may and did issue `certificate`. */
async function isIssuedBy(certificate, issuer, below, at, isAnchor) {
  checkUnderstood(certificate);
  if (!isAnchor) checkUnderstood(issuer);
  if (!isGoodAt(certificate, at)) return false;
  if (!isGoodAt(issuer, at)) {
    if (isAnchor) throw new Unsupported("an expired authority that the reader gave");
    return false;
  }
  const constraints = extensionAs(issuer, OID.basicConstraints, pkijs.BasicConstraints);
  if (!constraints?.cA) return false;
  const most = constraints.pathLenConstraint;
  if (most !== undefined && (typeof most !== "number" || most < below)) return false;
  if (!allows(issuer, KEY_CERT_SIGN)) return false;
  const named = extensionAs(certificate, OID.authorityKey, pkijs.AuthorityKeyIdentifier)?.keyIdentifier;
  const own = keyIdentifier(issuer);
  if (named && own && !same(octets(named), own)) return false;
  if (!same(certificate.algorithm, certificate.innerAlgorithm)) throw new Malformed("algorithms differ");
  const { digest } = describe(certificate.value.signatureAlgorithm);
  if (!STRONG_DIGESTS.includes(digest) || !isStrongKey(keyOf(issuer))) throw new Unsupported("algorithm of an issuer");
  const signature = octets(certificate.value.signatureValue);
  return isSignedBy(issuer, certificate.value.signatureAlgorithm, digest, signature, certificate.tbs);
}

/** Throws Unsupported where the certificate has something critical, or something that narrows what its issuer may do. */
function checkUnderstood(certificate) {
  checkExtensions(certificate);
  for (const each of certificate.value.extensions ?? []) {
    if (NOT_FOLLOWED.includes(each.extnID) || (each.critical && !KNOWN.has(each.extnID))) throw new Unsupported(each.extnID);
  }
}

/** Whether the key usage, where one is stated, allows this (RFC 5280, 4.2.1.3); bits count from the left. */
export function allows(certificate, bit) {
  const bits = usageBits(certificate);
  return bits === null || Boolean(bits & (0x8000 >> bit));
}

/** The sixteen bits of the key usage, the first to the left; null where none is stated. */
export function usageBits(certificate) {
  const found = extension(certificate, OID.keyUsage);
  if (!found) return null;
  const value = octets(found.extnValue);
  if (value[0] !== 3 || value.length < 4) return 0;
  return (value[3] << 8) | (value[4] ?? 0);
}

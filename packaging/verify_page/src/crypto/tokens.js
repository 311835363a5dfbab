// Time-stamp tokens (RFC 3161, 2.2 and 2.3; RFC 5652, 5.4 and 5.6; RFC 5816).
//
// Three answers are kept apart: intact (it stamps this digest, and its content is what was signed), valid (the signature
// is sound, by a certificate made for time stamps that was good then), trusted (that certificate leads to a given root).

import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

import { same } from "../bytes.js";
import { Malformed, Problem, Unsupported, asMalformed } from "../problems.js";
import {
  DIGESTS, OID, STRONG_DIGESTS, checkExtensions, digest, extension, extensionAs, fingerprint, isGoodAt, isRegular, isStrongKey, keyOf,
  octets, oneLine, parsed, readCertificate, slicesOf,
} from "./certificates.js";
import { findPath, usageBits } from "./chain.js";
import { boundCertificates, isBound, isNamed, readContentInfo } from "./cms.js";
import { header, isDer } from "./der.js";
import { describe, isSignedBy } from "./signatures.js";

const MAX_SIZE = 1 << 16;
const SIGNING_BITS = 0xc000;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?Z$/;

/** Check a whole TimeStampResp, or a bare token, against a SHA-256 digest. Throws Malformed, Unsupported or Problem. */
export async function checkToken(bytes, imprint, roots, { isBare }) {
  if (bytes.length > MAX_SIZE) throw new Problem("timestamps.too_large");
  const token = await readToken(isBare ? bytes : tokenIn(bytes));
  const certificate = await signerCertificate(token);
  const isIntact = token.imprintDigest === "sha256" && same(token.imprint, imprint) &&
    STRONG_DIGESTS.includes(token.signer.digest) && token.isContentSigned;
  const isValid = certificate !== null && token.isContentSigned && (await isSignatureSound(token, certificate));
  return {
    isIntact,
    isValid,
    ...(isValid ? await trustIn(token, certificate, roots) : { isTrusted: false }),
    stampedAt: token.stampedAt,
    name: certificate ? oneLine(certificate) : "",
    certificateSha256: certificate ? await fingerprint(certificate.der) : "",
  };
}

/** The token inside a response that grants one (RFC 3161, 2.4.2). */
function tokenIn(bytes) {
  if (header(bytes, 0).end !== bytes.length) throw new Malformed("frame");
  const [status, token, more] = slicesOf(bytes);
  const code = status && slicesOf(status)[0];
  if (code?.[0] !== 2 || code.length !== 3 || more) throw new Malformed("status");
  if (code[2] > 1) throw new Problem("timestamps.refused");
  if (!token) throw new Malformed("no token");
  return token;
}

async function readToken(der) {
  const info = readContentInfo(der);
  if (info.type !== OID.signedData) throw new Malformed("no signed data");
  const { encapContentInfo } = info.signed;
  const isOne = encapContentInfo.eContentType === OID.tstInfo && encapContentInfo.eContent && info.signers.length === 1;
  if (!isOne) throw new Malformed("no time stamp");
  const content = contentOf(der);
  const stamp = parsed(pkijs.TSTInfo, content);
  if (stamp.version !== 1 || stamp.extensions?.length) throw new Malformed("version");
  const [signer] = info.signers;
  if (!signer.attributes) throw new Malformed("no attributes");
  for (const values of signer.attributes.values()) {
    if (values.length !== 1) throw new Malformed("attribute twice");
  }
  const [type, stated] = [OID.contentType, OID.messageDigest].map((id) => signer.attributes.get(id)?.[0]);
  if (type?.length !== 1 || type[0].valueBlock.toString() !== OID.tstInfo) throw new Malformed("content type");
  if (stated?.length !== 1 || !(stated[0] instanceof asn1js.OctetString)) throw new Malformed("message digest");
  const isStrong = STRONG_DIGESTS.includes(signer.digest);
  return {
    der,
    version: info.version,
    algorithms: info.algorithms,
    signer,
    certificates: info.certificates,
    imprintDigest: DIGESTS.get(stamp.messageImprint.hashAlgorithm.algorithmId) ?? "",
    imprint: octets(stamp.messageImprint.hashedMessage),
    stampedAt: stampTime(content),
    isContentSigned: isStrong && same(await digest(signer.digest, content), octets(stated[0])),
  };
}

/** The TSTInfo exactly as it stands in the token. */
function contentOf(der) {
  const signed = slicesOf(slicesOf(der)[1], 0xa0)[0];
  const carried = slicesOf(slicesOf(signed)[2])[1];
  const value = carried && slicesOf(carried, 0xa0)[0];
  if (value?.[0] !== 4) throw value ? new Unsupported("content in pieces") : new Malformed("no content");
  return value.subarray(header(value, 0).body);
}

/** genTime in microseconds: the fifth field, as text, since the library rounds it. */
function stampTime(content) {
  const field = slicesOf(content)[4];
  const match = field?.[0] === 0x18 ? TIME.exec(String.fromCharCode(...field.subarray(2))) : null;
  if (!match) throw new Malformed("time");
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const isReal = year >= 1000 && new Date(at).getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60;
  if (!isReal) throw new Malformed("time");
  return BigInt(at) * 1000n + BigInt((match[7] ?? "").padEnd(6, "0"));
}

/** The certificate that the signature names and binds and that came with the token; null when there is none. */
async function signerCertificate(token) {
  const bound = boundCertificates(token.signer);
  if (!bound?.length) return null;
  for (const der of token.certificates) {
    let certificate;
    try {
      certificate = readCertificate(der);
      if (isNamed(token.signer, certificate) && (await isBound(bound[0], certificate))) return certificate;
    } catch (problem) {
      if (!(asMalformed(problem) instanceof Malformed)) throw problem;
    }
  }
  return null;
}

async function isSignatureSound(token, certificate) {
  const { signer, stampedAt } = token;
  checkExtensions(certificate);
  if (!isForTimeStamps(certificate) || !isGoodAt(certificate, stampedAt)) return false;
  const key = keyOf(certificate);
  if (key.kind === "ec" && !key.curve) throw new Unsupported("curve");
  if (!isStrongKey(key)) return false;
  const { digest: inner } = describe(signer.value.signatureAlgorithm);
  const isOutside = signer.value.signatureAlgorithm.algorithmId === OID.rsa;
  if (!isOutside && inner !== signer.digest) return false;
  return isSignedBy(certificate, signer.value.signatureAlgorithm, signer.digest, signer.signature, signer.signedBytes);
}

/** Extended key usage critical, and for time stamps alone (RFC 3161, 2.3). */
function isForTimeStamps(certificate) {
  const usage = extensionAs(certificate, OID.extendedUsage, pkijs.ExtKeyUsage);
  if (!usage || !extension(certificate, OID.extendedUsage).critical) return false;
  return usage.keyPurposes.length === 1 && usage.keyPurposes[0] === OID.timeStamping;
}

/** Whether versions and algorithms are what a token and certificates have (RFC 5652, 5.1 and 5.3). */
function isUsual({ version, algorithms, signer, certificates }) {
  const digests = slicesOf(algorithms, 0x31);
  const named = digests.map(
    (each) => DIGESTS.get(asn1js.fromBER(slicesOf(each)[0]).result.valueBlock.toString()) ?? "",
  );
  const signerVersion = signer.sid[0] === 0x30 ? 1 : 3;
  const isPss = signer.value.signatureAlgorithm.algorithmId === OID.pss;
  return same(version, [2, 1, 3]) && same(signer.version, [2, 1, signerVersion]) && named.includes(signer.digest) &&
    named.every((each) => STRONG_DIGESTS.includes(each)) && [...digests, signer.digestAlgorithm].every(isBare) &&
    (isPss || isBare(signer.signatureAlgorithm)) && certificates.every(isRegular);
}

/** Whether an algorithm stands without parameters, or with none said (RFC 5754). */
function isBare(algorithm) {
  const [, parameters, more] = slicesOf(algorithm);
  return more === undefined && (parameters === undefined || same(parameters, [5, 0]));
}

/**
 * `isTrusted`: the certificate leads to one of `roots` at the stated time. Nothing is passed over for that: every byte of
 * the token has its one right form and every certificate in it can be read; else `isTrustInDoubt`.
 */
async function trustIn(token, certificate, roots) {
  if (!roots.length) return { isTrusted: false };
  try {
    if (!isDer(token.der) || !isUsual(token)) return { isTrusted: false, isTrustInDoubt: true };
    return { isTrusted: await leadsTo(token, certificate, roots) };
  } catch (problem) {
    if (!(problem instanceof Unsupported) && !(problem instanceof Malformed)) throw problem;
    return { isTrusted: false, isTrustInDoubt: true };
  }
}

/** Whether the certificate, whose key must be for signatures alone, leads to one of `roots` at the stated time. */
async function leadsTo(token, certificate, roots) {
  const bits = usageBits(certificate);
  if (bits !== null && (bits & ~SIGNING_BITS || !(bits & SIGNING_BITS))) return false;
  const others = token.certificates.map(readCertificate);
  const path = await findPath(certificate, others, roots, token.stampedAt, (root) => same(root.subject, root.issuer));
  if (!path || !path.every((each) => isGoodAt(each, token.stampedAt))) return false;
  for (const bound of boundCertificates(token.signer)) {
    const found = await Promise.all(path.map((each) => isBound(bound, each)));
    if (!found.includes(true)) return false;
  }
  return true;
}


// Signed data (CMS, RFC 5652): taking it apart, and checking its one signer.

import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

import { concat, same } from "../bytes.js";
import { Malformed, Unsupported, asMalformed } from "../problems.js";
import {
  DIGESTS, OID, STRONG_DIGESTS, digest, fingerprint, friendlyName, isRegular, isStrongKey, keyIdentifier, keyOf, octets, parsed,
  raw, readCertificate, slicesOf,
} from "./certificates.js";
import { header, wrap } from "./der.js";
import { describe, isSignedBy } from "./signatures.js";

const MAX_CERTIFICATES = 32;
const MAX_TOKENS = 8;
const CERTIFICATE_CHOICES = [0x30, 0xa0, 0xa1, 0xa2, 0xa3];

/** The signature does not hold, for a reason other than a wrong digest. */
class Invalid extends Error {}

/** `{type, signed, certificates, signers}` of a ContentInfo. Throws Malformed or Unsupported. */
export function readContentInfo(der) {
  if (header(der, 0).end !== der.length) throw header(der, 0).end < 0 ? new Unsupported("length") : new Malformed("frame");
  const [kind, explicit, more] = slicesOf(der);
  if (kind?.[0] !== 6 || explicit?.[0] !== 0xa0 || more) throw new Malformed("content info");
  const type = asn1js.fromBER(kind).result.valueBlock.toString();
  if (type !== OID.signedData) return { type };
  try {
    const fields = slicesOf(slicesOf(explicit, 0xa0)[0]);
    const carried = fields.slice(3).find((field) => field[0] === 0xa0);
    const choices = carried ? slicesOf(carried, 0xa0) : [];
    if (!choices.every((each) => CERTIFICATE_CHOICES.includes(each[0]))) throw new Malformed("certificates");
    const certificates = choices.filter((each) => each[0] === 0x30);
    // What nothing rests on is read apart, or not at all: nothing is signed by standing there.
    const [version, algorithms, content] = fields;
    const infos = slicesOf(fields.at(-1), 0x31);
    const plain = infos.map((info) => wrap(0x30, concat([2, 1, 1], ...slicesOf(info).slice(1))));
    const signed = parsed(
      pkijs.SignedData, wrap(0x30, concat([2, 1, 3], [0x31, 0], content, wrap(0x31, concat(...plain)))),
    );
    const signers = infos.map((bytes, index) => signerOf(signed.signerInfos[index], bytes));
    return { type, signed, certificates, signers, version, algorithms };
  } catch (problem) {
    throw asMalformed(problem);
  }
}

/** The library's SignerInfo with the parts that are taken as bytes. */
function signerOf(value, bytes) {
  const fields = slicesOf(bytes);
  const attributes = fields[3]?.[0] === 0xa0 ? fields[3] : null;
  const unsigned = fields.at(-1)[0] === 0xa1 ? fields.at(-1) : null;
  return {
    value,
    version: fields[0],
    sid: fields[1],
    digestAlgorithm: fields[2],
    signatureAlgorithm: fields[attributes ? 4 : 3],
    digest: DIGESTS.get(value.digestAlgorithm.algorithmId) ?? "",
    attributes: attributes && readAttributes(value.signedAttrs.attributes),
    signedBytes: attributes && Uint8Array.from([0x31, ...attributes.subarray(1)]),
    signature: octets(value.signature),
    unsigned: unsigned ? readAttributes(value.unsignedAttrs.attributes) : new Map(),
  };
}

/** Attribute type to a list, one for each attribute of that type, of lists of values. */
function readAttributes(attributes) {
  const found = new Map();
  for (const { type, values } of attributes) found.set(type, [...(found.get(type) ?? []), values]);
  return found;
}

/** The one value of the one attribute of this type; null when there is none. Throws Invalid for several. */
function only(signer, type) {
  const found = signer.attributes.get(type);
  if (!found) return null;
  if (found.length !== 1 || found[0].length !== 1) throw new Invalid("several values");
  return found[0][0];
}

/**
 * Check that exactly one signer signed exactly the content with these digests, with a strong algorithm, and is the one
 * whose certificate has this fingerprint (empty: whoever it was). The answer's `problem` is a check code, or empty.
 */
export async function checkCms(der, contentDigests, certificateSha256) {
  const info = readContentInfo(der);
  if (info.type !== OID.signedData) return { problem: "signature.not_signed_data" };
  if (info.signed.encapContentInfo.eContent) return { problem: "signature.not_detached" };
  if (!isOfData(info)) return { problem: "signature.invalid" };
  if (info.signers.length !== 1) {
    return { problem: info.signers.length ? "signature.several_signers" : "signature.no_signer" };
  }
  const certificates = info.certificates.slice(0, MAX_CERTIFICATES);
  const [signer] = info.signers;
  const prints = await Promise.all(certificates.map(fingerprint));
  const chosen = certificateSha256
    ? certificates[prints.indexOf(certificateSha256)]
    : certificates.find((each) => isNamed(signer, readCertificate(each)));
  if (!chosen) return { problem: "signature.other_key" };
  const certificate = readCertificate(chosen);
  return {
    problem: await signerProblem(signer, certificate, contentDigests),
    certificate: chosen,
    subject: friendlyName(certificate),
    algorithm: `${describe(signer.value.signatureAlgorithm).kind} ${signer.digest}`,
    signatureValue: signer.signature,
    tokens: signatureTokens(signer),
    certificates,
    areCertificatesRegular: certificates.every(isRegular),
  };
}

/** Whether the signature says itself what its signed attribute says: that plain data was signed (RFC 5652, 11.1). */
export function isOfData(info) {
  return info.signed.encapContentInfo.eContentType === OID.data;
}

async function signerProblem(signer, certificate, contentDigests) {
  if (!isStrongSignature(signer) || !isStrongKey(keyOf(certificate))) return "signature.weak_algorithm";
  if (!signer.attributes?.size) return "signature.no_attributes";
  if (!isNamed(signer, certificate)) return "signature.other_key";
  const content = contentDigests[signer.digest];
  try {
    const { isIntact, isValid } = await checkSigner(signer, certificate, content, OID.data);
    if (!isIntact) return "signature.other_document";
    return isValid ? "" : "signature.invalid";
  } catch (problem) {
    if (problem instanceof Invalid) return "signature.invalid";
    throw problem;
  }
}

/** ECDSA or RSA with SHA-2 of 256 bits or more, the same digest inside and outside. */
export function isStrongSignature(signer) {
  if (!STRONG_DIGESTS.includes(signer.digest)) return false;
  const { kind, digest: inner } = describe(signer.value.signatureAlgorithm);
  if (!kind) return false;
  return signer.value.signatureAlgorithm.algorithmId === OID.rsa || inner === signer.digest;
}

/** Whether the content's digest is the signed one, and whether this certificate's key signed. Throws Invalid. */
export async function checkSigner(signer, certificate, contentDigest, contentType) {
  checkAlgorithmProtection(signer);
  if (!(await bindsCertificate(signer, certificate))) throw new Invalid("signing certificate");
  const type = only(signer, OID.contentType);
  if (!(type instanceof asn1js.ObjectIdentifier) || type.valueBlock.toString() !== contentType) {
    throw new Invalid("content type");
  }
  const stated = only(signer, OID.messageDigest);
  if (!(stated instanceof asn1js.OctetString)) throw new Invalid("message digest");
  return {
    isIntact: same(octets(stated), contentDigest),
    isValid: await isSignedBy(
      certificate, signer.value.signatureAlgorithm, signer.digest, signer.signature, signer.signedBytes,
    ),
  };
}

/** RFC 6211: where the signature names its own algorithms, they are those that stand outside. */
function checkAlgorithmProtection(signer) {
  const found = only(signer, OID.algorithmProtection);
  if (!found) return;
  const parts = slicesOf(raw(found));
  const digestAlgorithm = new pkijs.AlgorithmIdentifier({ schema: asn1js.fromBER(parts[0]).result }).algorithmId;
  const other = parts.find((part) => part[0] === 0xa1);
  const isSame = digestAlgorithm === signer.value.digestAlgorithm.algorithmId && other !== undefined &&
    new pkijs.AlgorithmIdentifier({
      schema: asn1js.fromBER(Uint8Array.from([0x30, ...other.subarray(1)])).result,
    }).algorithmId === signer.value.signatureAlgorithm.algorithmId;
  if (!isSame) throw new Invalid("algorithm protection");
}

/** The certificates that the signature binds (RFC 5035): `[{digestName, digest, issuerSerial}]`, or null for none. */
export function boundCertificates(signer) {
  const newer = only(signer, OID.signingCertificate2);
  const found = newer ?? only(signer, OID.signingCertificate);
  if (!found) return null;
  const ids = slicesOf(slicesOf(raw(found))[0]);
  return ids.map((id) => {
    const fields = slicesOf(id);
    let name = newer ? "sha256" : "sha1";
    if (newer && fields[0]?.[0] === 0x30) {
      const algorithm = new pkijs.AlgorithmIdentifier({ schema: asn1js.fromBER(fields.shift()).result });
      name = DIGESTS.get(algorithm.algorithmId) ?? "";
    }
    if (fields[0]?.[0] !== 4) throw new Malformed("signing certificate");
    return { digestName: name, digest: octets(asn1js.fromBER(fields[0]).result), issuerSerial: fields[1] ?? null };
  });
}

async function bindsCertificate(signer, certificate) {
  const bound = boundCertificates(signer);
  return bound === null || (bound.length > 0 && isBound(bound[0], certificate));
}

/** Whether a bound certificate is this one. */
export async function isBound(bound, certificate) {
  if (!["sha1", ...STRONG_DIGESTS].includes(bound.digestName)) return false;
  if (!same(await digest(bound.digestName, certificate.der), bound.digest)) return false;
  if (!bound.issuerSerial) return true;
  const [names, serial] = slicesOf(bound.issuerSerial);
  if (!serial || !same(serial, certificate.serial)) return false;
  const [directory] = slicesOf(names);
  if (!directory || directory[0] !== 0xa4 || !same(slicesOf(directory, 0xa4)[0], certificate.issuer)) {
    throw new Unsupported("issuer of the bound certificate");
  }
  return true;
}

/** Whether the signer's identifier names this certificate. */
export function isNamed(signer, certificate) {
  if (signer.sid[0] === 0x30) {
    const [issuer, serial] = slicesOf(signer.sid);
    return same(issuer, certificate.issuer) && same(serial, certificate.serial);
  }
  const own = keyIdentifier(certificate);
  return signer.sid[0] === 0x80 && own !== null && same(signer.sid.subarray(2), own);
}

/** Time-stamp tokens over this signature (RFC 3161, appendix A), DER. */
export function signatureTokens(signer) {
  return (signer.unsigned.get(OID.signatureTimeStamp) ?? []).flat().map(raw).slice(0, MAX_TOKENS);
}

export { Invalid };

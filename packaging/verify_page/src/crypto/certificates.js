// Certificates: reading them, naming them, and what is strong enough.

import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

import { hex, latin1, same } from "../bytes.js";
import { Malformed, asMalformed } from "../problems.js";
import { checkWhole, header, isDer, partsOf } from "./der.js";

export const OID = {
  data: "1.2.840.113549.1.7.1", signedData: "1.2.840.113549.1.7.2", tstInfo: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3", messageDigest: "1.2.840.113549.1.9.4",
  algorithmProtection: "1.2.840.113549.1.9.52", signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificate2: "1.2.840.113549.1.9.16.2.47", signatureTimeStamp: "1.2.840.113549.1.9.16.2.14",
  ec: "1.2.840.10045.2.1", rsa: "1.2.840.113549.1.1.1", pss: "1.2.840.113549.1.1.10", mgf1: "1.2.840.113549.1.1.8",
  subjectKey: "2.5.29.14", keyUsage: "2.5.29.15", issuerAltName: "2.5.29.18", subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19", nameConstraints: "2.5.29.30", crlPoints: "2.5.29.31", policies: "2.5.29.32",
  policyMappings: "2.5.29.33", authorityKey: "2.5.29.35", policyConstraints: "2.5.29.36", extendedUsage: "2.5.29.37",
  inhibitAnyPolicy: "2.5.29.54", authorityInfo: "1.3.6.1.5.5.7.1.1", timeStamping: "1.3.6.1.5.5.7.3.8",
};

export const DIGESTS = new Map([
  ["1.3.14.3.2.26", "sha1"], ["2.16.840.1.101.3.4.2.1", "sha256"], ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"], ["1.2.840.113549.2.5", "md5"], ["2.16.840.1.101.3.4.2.4", "sha224"],
]);

/** Signature algorithm to its kind and, where it says one, its digest. */
export const SIGNATURES = new Map([
  [OID.rsa, ["rsassa_pkcs1v15", ""]], [OID.pss, ["rsassa_pss", ""]],
  ["1.2.840.113549.1.1.5", ["rsassa_pkcs1v15", "sha1"]], ["1.2.840.113549.1.1.11", ["rsassa_pkcs1v15", "sha256"]],
  ["1.2.840.113549.1.1.12", ["rsassa_pkcs1v15", "sha384"]], ["1.2.840.113549.1.1.13", ["rsassa_pkcs1v15", "sha512"]],
  ["1.2.840.10045.4.1", ["ecdsa", "sha1"]], ["1.2.840.10045.4.3.2", ["ecdsa", "sha256"]],
  ["1.2.840.10045.4.3.3", ["ecdsa", "sha384"]], ["1.2.840.10045.4.3.4", ["ecdsa", "sha512"]],
]);

export const CURVES = new Map([
  ["1.2.840.10045.3.1.7", "P-256"], ["1.3.132.0.34", "P-384"], ["1.3.132.0.35", "P-521"],
]);

export const STRONG_DIGESTS = ["sha256", "sha384", "sha512"];
const NAME_TEXTS = [12, 19, 20, 22, 30];
const VERSION_3 = [0xa0, 3, 2, 1, 2];
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16384;

/** One ASN.1 value of a library's class, from bytes that are exactly one value. Throws Malformed or Unsupported. */
export function parsed(kind, der) {
  checkWhole(der);
  try {
    const result = asn1js.fromBER(der);
    if (result.offset !== der.length) throw new Malformed("asn1");
    return new kind({ schema: result.result });
  } catch (problem) {
    throw asMalformed(problem);
  }
}

/** A certificate with the parts that are compared as bytes. Throws Malformed or Unsupported. */
export function readCertificate(der) {
  const value = parsed(pkijs.Certificate, der);
  const [tbs, algorithm] = slicesOf(der);
  const fields = slicesOf(tbs);
  const [serial, innerAlgorithm, issuer, , subject, key] = fields[0][0] === 0xa0 ? fields.slice(1) : fields;
  return { der, value, tbs, algorithm, serial, innerAlgorithm, issuer, subject, key };
}

/**
 * Whether a certificate is sound to its last part, and of kinds that are known here (RFC 5280, 4.1): stricter readers
 * refuse others, even where nothing rests on them.
 */
export function isRegular(der) {
  try {
    const certificate = readCertificate(der);
    checkExtensions(certificate);
    const { extensions = [], signatureAlgorithm } = certificate.value;
    const key = keyOf(certificate);
    return isDer(der) && same(slicesOf(certificate.tbs)[0], VERSION_3) && SIGNATURES.has(signatureAlgorithm.algorithmId) &&
      same(certificate.algorithm, certificate.innerAlgorithm) && (key.kind === "rsa" || Boolean(key.curve)) &&
      slicesOf(der)[2][header(slicesOf(der)[2], 0).body] === 0 && isRegularName(certificate.issuer) &&
      isRegularName(certificate.subject) && extensions.every(isRegularExtension);
  } catch {
    return false;
  }
}

/** Whether every part of a name is a text of a kind that names have (RFC 5280, 4.1.2.4). */
function isRegularName(name) {
  return slicesOf(name).every((part) => slicesOf(part, 0x31).every((pair) => {
    const [type, value, more] = slicesOf(pair);
    return type[0] === 6 && NAME_TEXTS.includes(value[0]) && more === undefined;
  }));
}

function isRegularExtension(each) {
  return isDer(octets(each.extnValue)) && each.parsedValue?.parsingError === undefined;
}

/** The values inside the first value of `der`, which has this tag, each as its bytes. Throws Malformed. */
export function slicesOf(der, tag = 0x30) {
  if (der?.[0] !== tag) throw new Malformed("tag");
  return partsOf(der).map(([start, end]) => der.subarray(start, end));
}

/** The bytes of an ASN.1 value as they stood in the file. */
export function raw(value) {
  return new Uint8Array(value.valueBeforeDecodeView ?? value.valueBeforeDecode);
}

export function octets(value) {
  return new Uint8Array(value.valueBlock.valueHexView);
}

export async function digest(name, bytes) {
  return new Uint8Array(await crypto.subtle.digest(name.replace("sha", "SHA-"), bytes));
}

export async function fingerprint(der) {
  return hex(await digest("sha256", der));
}

/** `{kind: "ec", curve}` or `{kind: "rsa", bits}`; `{kind: "other"}` for everything else. */
export function keyOf(certificate) {
  const info = certificate.value.subjectPublicKeyInfo;
  const { algorithmId, algorithmParams } = info.algorithm;
  if (algorithmId === OID.ec) {
    const isNamed = algorithmParams instanceof asn1js.ObjectIdentifier;
    return { kind: "ec", curve: isNamed ? (CURVES.get(algorithmParams.valueBlock.toString()) ?? "") : "" };
  }
  if (algorithmId === OID.rsa || algorithmId === OID.pss) {
    return { kind: "rsa", bits: modulusBits(info), isPss: algorithmId === OID.pss };
  }
  return { kind: "other" };
}

function modulusBits(info) {
  const key = asn1js.fromBER(info.subjectPublicKey.valueBlock.valueHexView);
  const modulus = key.offset > 0 ? key.result.valueBlock.value?.[0] : undefined;
  if (!(modulus instanceof asn1js.Integer)) throw new Malformed("rsa");
  const digits = hex(octets(modulus)).replace(/^0+/, "");
  return digits ? (digits.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(digits[0], 16))) : 0;
}

/** ECDSA on a NIST curve of 256 bits or more, or RSA of 2048 bits or more. */
export function isStrongKey(key) {
  if (key.kind === "ec") return key.curve !== "";
  return key.kind === "rsa" && key.bits >= MIN_RSA_BITS && key.bits <= MAX_RSA_BITS;
}

export function extension(certificate, oid) {
  return certificate.value.extensions?.find((each) => each.extnID === oid);
}

/** Throws Malformed where an extension stands twice. */
export function checkExtensions(certificate) {
  const ids = (certificate.value.extensions ?? []).map((each) => each.extnID);
  if (new Set(ids).size !== ids.length) throw new Malformed("extension");
}

/** The content of an extension as the library's class. */
export function extensionAs(certificate, oid, kind) {
  const found = extension(certificate, oid);
  return found && parsed(kind, octets(found.extnValue));
}

/** The subject key identifier, or null. */
export function keyIdentifier(certificate) {
  const found = extension(certificate, OID.subjectKey);
  if (!found) return null;
  const value = octets(found.extnValue);
  checkWhole(value);
  const result = asn1js.fromBER(value).result;
  if (!(result instanceof asn1js.OctetString)) throw new Malformed("key identifier");
  return octets(result);
}

/** `[notBefore, notAfter]` in microseconds. */
export function validity(certificate) {
  const { notBefore, notAfter } = certificate.value;
  return [notBefore, notAfter].map((time) => {
    const at = time.value.getTime();
    if (!Number.isFinite(at)) throw new Malformed("validity");
    return BigInt(at) * 1000n;
  });
}

export function isGoodAt(certificate, at) {
  const [from, until] = validity(certificate);
  return from <= at && at <= until;
}

/** All certificates of a PEM text, or the one of a DER file, as bytes. Throws Malformed. */
export function certificatesIn(bytes) {
  const text = latin1(bytes);
  if (!text.includes("-----BEGIN") || text.includes("\0")) {
    readCertificate(bytes);
    return [bytes];
  }
  const found = [];
  const block = /-----BEGIN (X509 CERTIFICATE|CERTIFICATE)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;
  for (const match of text.matchAll(block)) {
    let der;
    try {
      der = Uint8Array.from(atob(match[2].replace(/\s+/g, "")), (character) => character.charCodeAt(0));
    } catch {
      throw new Malformed("pem");
    }
    readCertificate(der);
    found.push(der);
  }
  if (!found.length) throw new Malformed("pem");
  return found;
}

const SHORT_NAMES = new Map([
  ["2.5.4.3", ["CN", "Common Name"]], ["2.5.4.7", ["L", "Locality"]], ["2.5.4.8", ["ST", "State/Province"]],
  ["2.5.4.10", ["O", "Organization"]], ["2.5.4.11", ["OU", "Organizational Unit"]], ["2.5.4.6", ["C", "Country"]],
  ["2.5.4.9", ["STREET", "Street Address"]], ["0.9.2342.19200300.100.1.25", ["DC", "Domain Component"]],
  ["0.9.2342.19200300.100.1.1", ["UID", "User ID"]], ["2.5.4.5", ["", "Serial Number"]],
  ["2.5.4.97", ["", "Organization Identifier"]], ["1.2.840.113549.1.9.1", ["", "Email Address"]],
]);

/** The subject as one line (RFC 4514), without what could disturb a line of text. */
export function oneLine(certificate) {
  const parts = certificate.value.subject.typesAndValues.map(({ type, value }) => {
    const text = String(value.valueBlock.value ?? "").replace(/[\\,+"<>;]/g, "\\$&").replace(/^[ #]|(?<!^) $/g, "\\$&");
    return `${SHORT_NAMES.get(type)?.[0] || type}=${text}`;
  });
  return [...parts.reverse().join(",").replace(/[^\P{C} ]|[^\P{Z} ]/gu, "?")].slice(0, 200).join("");
}

/** The subject for people to read. */
export function friendlyName(certificate) {
  const parts = certificate.value.subject.typesAndValues.map(
    ({ type, value }) => `${SHORT_NAMES.get(type)?.[1] || type}: ${value.valueBlock.value ?? ""}`,
  );
  if (certificate.value.subject.typesAndValues.at(-1)?.type !== "2.5.4.6") parts.reverse();
  return parts.join(parts.some((part) => part.includes(",")) ? "; " : ", ");
}

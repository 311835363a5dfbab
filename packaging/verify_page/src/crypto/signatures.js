// One signature over some bytes, checked by the browser (WebCrypto).

import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

import { Unsupported } from "../problems.js";
import { DIGESTS, OID, SIGNATURES, keyOf } from "./certificates.js";
import { header, partsOf } from "./der.js";

const CURVE_BYTES = { "P-256": 32, "P-384": 48, "P-521": 66 };
const WEB_NAME = { sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };

/** Kind and digest of a signature algorithm; digest empty where it stands elsewhere. */
export function describe(algorithm) {
  const [kind, digest] = SIGNATURES.get(algorithm.algorithmId) ?? ["", ""];
  if (kind !== "rsassa_pss") return { kind, digest };
  const parameters = pssParameters(algorithm);
  return { kind, digest: parameters.hash === parameters.mask ? parameters.hash : "", salt: parameters.salt };
}

/** Parameters of RSASSA-PSS (RFC 4055, 3.1), whose defaults are SHA-1. */
function pssParameters(algorithm) {
  if (!(algorithm.algorithmParams instanceof asn1js.Sequence)) return { hash: "sha1", mask: "sha1", salt: 20 };
  const found = new pkijs.RSASSAPSSParams({ schema: algorithm.algorithmParams });
  const inner = found.maskGenAlgorithm.algorithmParams;
  const isMgf1 = found.maskGenAlgorithm.algorithmId === OID.mgf1 && inner instanceof asn1js.Sequence;
  return {
    hash: DIGESTS.get(found.hashAlgorithm.algorithmId) ?? "",
    mask: isMgf1 ? DIGESTS.get(new pkijs.AlgorithmIdentifier({ schema: inner }).algorithmId) : undefined,
    salt: found.saltLength,
  };
}

/**
 * Whether the certificate's key made `signature` over `data`. `digest` is one of the strong ones; the caller has
 * checked that the algorithm names no other. Throws Unsupported for keys that browsers do not know.
 */
export async function isSignedBy(certificate, algorithm, digest, signature, data) {
  const key = keyOf(certificate);
  const { kind, salt } = describe(algorithm);
  const hash = WEB_NAME[digest];
  if (key.kind === "ec" && kind === "ecdsa") {
    if (!key.curve) throw new Unsupported("curve");
    const bare = bareSignature(signature, CURVE_BYTES[key.curve]);
    if (bare === null) return false;
    return check(certificate, { name: "ECDSA", namedCurve: key.curve }, { name: "ECDSA", hash }, bare, data);
  }
  if (key.kind !== "rsa" || !kind.startsWith("rsassa_")) return false;
  if (key.isPss) throw new Unsupported("key for PSS alone");
  const name = kind === "rsassa_pss" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
  return check(certificate, { name, hash }, { name, saltLength: salt }, signature, data);
}

async function check(certificate, keyAlgorithm, algorithm, signature, data) {
  let key;
  try {
    key = await crypto.subtle.importKey("spki", certificate.key, keyAlgorithm, false, ["verify"]);
  } catch {
    throw new Unsupported("key");
  }
  return crypto.subtle.verify(algorithm, key, signature, data);
}

/** ECDSA's two numbers in the fixed length that WebCrypto wants, or null for what is not their one DER form. */
function bareSignature(der, size) {
  try {
    const outer = header(der, 0);
    if (outer.tag !== 0x30 || outer.end !== der.length || outer.body !== (der.length > 129 ? 3 : 2)) return null;
    const parts = partsOf(der);
    if (parts.length !== 2) return null;
    const bare = new Uint8Array(2 * size);
    for (const [index, [start, end]] of parts.entries()) {
      const number = header(der, start, end);
      if (number.tag !== 2 || number.body !== start + 2) return null;
      const digits = der.subarray(number.body, end);
      if (!digits.length || digits[0] & 0x80) return null;
      if (digits[0] === 0 && digits.length > 1 && !(digits[1] & 0x80)) return null;
      const significant = digits[0] === 0 ? digits.subarray(1) : digits;
      if (significant.length > size) return null;
      bare.set(significant, (index + 1) * size - significant.length);
    }
    return bare;
  } catch {
    return null;
  }
}


// Checks 5 and 10: who signed the manifest, and whether the reader knows that key.

import { same } from "../bytes.js";
import { certificatesIn, digest, fingerprint, readCertificate } from "../crypto/certificates.js";
import { findPath } from "../crypto/chain.js";
import { checkCms } from "../crypto/cms.js";
import { ask, blame, cannotTell, needManifest, no, yes } from "../outcomes.js";
import { Impossible, Malformed, Unsupported, asMalformed } from "../problems.js";
import { moment } from "../time.js";
import { isFingerprintOf } from "../trust.js";

const CERTIFICATE = /-----BEGIN (X509 CERTIFICATE|CERTIFICATE)-----/;

/** Whether the manifest carries one sound, detached signature by the key that it names (RFC 5652). */
export async function* checkManifestSignature(state) {
  const { layout, reading, facts } = state;
  const { certificate_sha256: print, fingerprint_words: words } = needManifest(state).signer;
  facts.signer_sha256 = print;
  facts.signer_words = words;
  state.certificate = await shippedCertificate(state, print);
  const bytes = reading.kept.get(layout.signature);
  if (bytes === undefined) {
    yield no("signature.missing");
    return;
  }
  const digests = await contentDigests(reading.kept.get(layout.manifest));
  const { answer, failure } = await ask(() => checkCms(bytes, digests, print));
  if (failure) {
    if (failure.answer === "no") blame(state, layout.signature, "changed");
    yield failure;
    return;
  }
  if (answer.certificate) state.certificate = answer.certificate;
  if (answer.problem) {
    blame(state, answer.problem === "signature.other_document" ? layout.manifest : layout.signature, "changed");
    yield no(answer.problem);
    return;
  }
  state.cms = answer;
  facts.signer_subject = answer.subject;
  facts.signature_algorithm = answer.algorithm;
  yield yes("signature.sound", { fingerprint: print, words });
  // Certificates that came along are not under the signature; where one is damaged, the file may be at fault.
  if (!answer.areCertificatesRegular) yield cannotTell("parser.page_unsupported");
}

/** The digests under which a signature may name some content. */
export async function contentDigests(...parts) {
  const whole = parts.length === 1 ? parts[0] : await new Blob(parts).arrayBuffer();
  return Object.fromEntries(
    await Promise.all(["sha256", "sha384", "sha512"].map(async (name) => [name, await digest(name, whole)])),
  );
}

/** Whether the key is one that the reader knows: by certificate, by its issuer, or by fingerprint. */
export async function* checkTrust(state) {
  const manifest = needManifest(state);
  if (state.cms === null) throw new Impossible("needs.signature");
  const { trust } = state;
  const { certificate_sha256: print, fingerprint_words: words } = manifest.signer;
  if (!trust.certificates.length && !trust.fingerprint) {
    yield cannotTell("trust.nothing_given", { words });
    return;
  }
  if (trust.fingerprint && !isFingerprintOf(trust.fingerprint, print, state.words)) {
    yield no("trust.other_fingerprint");
    return;
  }
  if (trust.fingerprint) yield yes("trust.fingerprint");
  const { subject } = state.cms;
  if (trust.certificates.some((each) => same(each.der, state.cms.certificate))) {
    yield yes("trust.certificate", { subject });
    return;
  }
  if (trust.certificates.length) yield chainOutcome(state, moment(manifest.created.at));
}

/**
 * A chain must hold now, or at a time that a trusted token proves. The time that the package states for itself is not
 * proof: whoever has an expired key can state any time.
 */
async function chainOutcome(state, statedAt) {
  const { cms, now, tokens, trust } = state;
  if (!cms.areCertificatesRegular) return cannotTell("parser.page_unsupported");
  const proven = tokens.filter((token) => token.isTrusted && !token.headSize).map((token) => token.stampedAt);
  for (const at of [now, ...proven, statedAt]) {
    const { answer, failure } = await ask(
      () => findPath(readCertificate(cms.certificate), cms.certificates.map(readCertificate), trust.certificates, at),
    );
    if (failure) return failure;
    if (answer && (at === now || proven.includes(at))) return yes("trust.chain", { subject: cms.subject });
    if (answer) return cannotTell("trust.expired");
  }
  return no("trust.other_certificate");
}

/** The certificate with this fingerprint, from the package's own list: its digest is all that vouches for it. */
export async function shippedCertificate(state, print) {
  const bytes = state.reading.kept.get(state.layout.certificates);
  if (!bytes?.length || !CERTIFICATE.test(String.fromCharCode(...bytes.subarray(0, 4096)))) return null;
  let ders;
  try {
    ders = certificatesIn(bytes);
  } catch (problem) {
    const kind = asMalformed(problem);
    if (kind instanceof Malformed || kind instanceof Unsupported) return null;
    throw problem;
  }
  for (const der of ders) if ((await fingerprint(der)) === print) return der;
  return null;
}


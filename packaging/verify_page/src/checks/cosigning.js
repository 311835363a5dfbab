// Check 13: other people's signatures over the manifest. Each stands on its own; none lends the package any trust.

import { byCodePoint, same } from "../bytes.js";
import { fingerprint, readCertificate } from "../crypto/certificates.js";
import { findPath } from "../crypto/chain.js";
import { checkCms } from "../crypto/cms.js";
import { ask, aside, blame, cannotTell, no, packageFiles, yes } from "../outcomes.js";
import { Impossible } from "../problems.js";
import { fingerprintWords } from "../trust.js";
import { contentDigests } from "./signature.js";

const MAX_COSIGNATURES = 20;

/** Whether each co-signature is sound, by a key of its own, and whether the reader knows that key. */
export async function* checkCosignatures(state) {
  const place = new RegExp(`^(?:${state.layout.cosignature})$`);
  const numbered = packageFiles(state).map((path) => place.exec(path)).filter(Boolean).map(
    ([path, number]) => [Number(number), path],
  ).sort((one, other) => one[0] - other[0] || byCodePoint(one[1], other[1]));
  if (!numbered.length) return;
  const content = state.reading.kept.get(state.layout.manifest);
  if (content === undefined) throw new Impossible("needs.manifest");
  const digests = await contentDigests(content);
  for (const [number, path] of numbered.slice(0, MAX_COSIGNATURES)) yield await check(state, number, path, digests);
  if (numbered.length > MAX_COSIGNATURES) yield no("cosigned.too_many");
}

async function check(state, number, path, digests) {
  const bytes = state.reading.kept.get(path);
  if (bytes === undefined) {
    blame(state, path, "changed");
    return no("cosigned.invalid", { path });
  }
  const { answer, failure } = await ask(() => checkCms(bytes, digests, ""));
  if (failure) {
    if (failure.answer === "no") blame(state, path, "changed");
    return failure;
  }
  if (answer.problem) {
    blame(state, path, "changed");
    return no("cosigned.invalid", { path });
  }
  const print = await fingerprint(answer.certificate);
  if (print === state.manifest?.signer.certificate_sha256) {
    blame(state, path, "added");
    return no("cosigned.same_key", { path });
  }
  const isKnown = await isKnownKey(state, answer);
  const words = fingerprintWords(print, state.words);
  Object.assign(state.facts, {
    [`cosigner.${number}.sha256`]: print,
    [`cosigner.${number}.words`]: words,
    [`cosigner.${number}.subject`]: answer.subject,
    [`cosigner.${number}.trusted`]: isKnown ? "yes" : "no",
  });
  const params = { name: answer.subject, words };
  return aside(isKnown ? yes("cosigned.known", params) : cannotTell("cosigned.unknown", params));
}

/** By a certificate that the reader gave, or one under it now. Nothing proves when a co-signature was made. */
async function isKnownKey({ now, trust }, cms) {
  if (!trust.certificates.length) return false;
  if (trust.certificates.some((each) => same(each.der, cms.certificate))) return true;
  const { answer, failure } = await ask(
    () => findPath(readCertificate(cms.certificate), cms.certificates.map(readCertificate), trust.certificates, now),
  );
  return !failure && Boolean(answer);
}

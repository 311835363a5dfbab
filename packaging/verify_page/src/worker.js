// Does all the work, away from the page: takes one question, tells how far it is, and gives the answer.

import { certificatesIn, readCertificate } from "./crypto/certificates.js";
import { Problem } from "./problems.js";
import { normalFingerprint } from "./trust.js";
import { verifyPackage } from "./verify.js";

const MAX_CERTIFICATE_FILE = 4 * 2 ** 20;

self.onmessage = async ({ data: question }) => {
  try {
    const trust = {
      certificates: await readAll(question.trust.certificates),
      tsaRoots: [...(await readAll(question.trust.tsaRoots)), ...question.data.tsaList.roots.map(shippedRoot)],
      fingerprint: normalFingerprint(question.trust.fingerprint),
    };
    let told = 0;
    const progress = (share) => {
      if (share < 1 && share - told < 0.01) return;
      told = share;
      self.postMessage({ kind: "progress", share });
    };
    const now = BigInt(question.now) * 1000n;
    const report = await verifyPackage(question.source, trust, now, question.data, progress);
    self.postMessage({ kind: "report", report });
  } catch (problem) {
    const isKnown = problem instanceof Problem;
    const code = isKnown ? problem.code : "verify.unexpected";
    self.postMessage({ kind: "error", code, params: isKnown ? problem.params : { kind: String(problem?.name) } });
  }
};

/** A root of the list that the page carries, from base 64. */
function shippedRoot(text) {
  return readCertificate(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}

async function bytesOf(file) {
  if (file.size > MAX_CERTIFICATE_FILE) throw new Problem("verify.bad_certificate", { path: file.name });
  return new Uint8Array(await file.arrayBuffer());
}

async function readAll(files) {
  const found = [];
  for (const file of files) {
    const bytes = await bytesOf(file);
    try {
      found.push(...certificatesIn(bytes).map(readCertificate));
    } catch {
      throw new Problem("verify.bad_certificate", { path: file.name });
    }
  }
  return found;
}

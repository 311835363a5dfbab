// Checks 6 and 7: the report is signed by the same key, and says what the manifest says.

import { sha256 } from "@noble/hashes/sha2.js";

import { hex } from "../bytes.js";
import { MAX_NAMED, ask, blame, cannotTell, needManifest, no, yes } from "../outcomes.js";
import { checkReport } from "../pdf/report.js";
import { Impossible } from "../problems.js";
import { sealedOf } from "./custody.js";
import { contentDigests } from "./signature.js";

const ATTACHMENT = "manifest.json";

/** Whether one PAdES signature by the manifest's key covers the report to its last byte. */
export async function* checkReportSignature(state) {
  const manifest = needManifest(state);
  const { report: path } = state.layout;
  const bytes = state.reading.kept.get(path);
  if (bytes === undefined) {
    yield no("report.missing");
    return;
  }
  state.facts.report_sha256 = hex(sha256(bytes));
  const { answer, failure } = await ask(
    () => checkReport(bytes, manifest.signer.certificate_sha256, ATTACHMENT, contentDigests),
  );
  if (failure) {
    if (failure.answer === "no") blame(state, path, "changed");
    yield failure;
    return;
  }
  state.report = answer;
  if (answer.problem) {
    blame(state, path, "changed");
    yield no(answer.problem);
  } else if (answer.doubt) {
    yield cannotTell(answer.doubt);
  } else {
    state.isReportSigned = true;
    yield yes("report.sound");
  }
}

/** Whether the report carries this very manifest, prints its digest, and prints every original's digest. */
export async function* checkReportContent(state) {
  const manifest = needManifest(state);
  const { report: answer } = state;
  if (answer === null) throw new Impossible("needs.report");
  if (answer.contentDoubt) {
    yield cannotTell(answer.contentDoubt);
    return;
  }
  const digest = state.reading.digests.get(state.layout.manifest).sha256;
  if (answer.contentProblem) yield no(answer.contentProblem);
  else if (answer.attachmentSha256 !== digest) yield no("report.other_manifest");
  else yield yes("report.embeds_manifest");
  if (answer.contentProblem === "report.unreadable") return;
  const text = answer.text.toLowerCase();
  yield isPrinted(digest, text) ? yes("report.prints_digest") : no("report.digest_not_printed");
  const copies = new Set(manifest.redacted.map((each) => each.path));
  const stated = manifest.items.flatMap((item) => sealedOf(manifest, item)).map((file) => ({ ...file, path: file.path ?? file.item }));
  stated.push(...manifest.files.filter((file) => copies.has(file.path)));
  const unsaid = stated.filter((file) => !isPrinted(file.sha256, text));
  for (const { path } of unsaid.slice(0, MAX_NAMED)) yield no("report.original_not_printed", { path });
  if (!unsaid.length) yield yes("report.prints_originals");
}

/** Whether a digest stands in `text` (without blanks), whole or broken once at a group of four by a page's end. */
function isPrinted(digest, text) {
  if (text.includes(digest)) return true;
  for (let cut = 8; cut < digest.length - 4; cut += 4) {
    if (text.includes(digest.slice(0, cut)) && text.includes(digest.slice(cut))) return true;
  }
  return false;
}

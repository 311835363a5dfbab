// Verifying one package: read it once, run every check, say the claims.

import { byCodePoint } from "./bytes.js";
import { checkContainer } from "./checks/container.js";
import { checkCosignatures } from "./checks/cosigning.js";
import { checkCustody } from "./checks/custody.js";
import { checkBag, checkFiles, settleBlame } from "./checks/files.js";
import { checkFormat, readListedSizes } from "./checks/format.js";
import { checkRedactions } from "./checks/redactions.js";
import { checkReportContent, checkReportSignature } from "./checks/report.js";
import { checkManifestSignature, checkTrust } from "./checks/signature.js";
import { checkClock, checkMethods } from "./checks/statements.js";
import { checkTime } from "./checks/time.js";
import { makeClaims, worst } from "./claims.js";
import { locate, openContainer } from "./container/locate.js";
import { cannotTell } from "./outcomes.js";
import { Impossible, Problem } from "./problems.js";
import { readFiles } from "./reading.js";
import { isoformat, moment } from "./time.js";

/** Numbered from 1. */
const STEPS = [
  ["container", "complete", checkContainer],
  ["format", "complete", checkFormat],
  ["bag", "complete", checkBag],
  ["files", "complete", checkFiles],
  ["manifest_signature", "signed", checkManifestSignature],
  ["report_signature", "signed", checkReportSignature],
  ["report_content", "report", checkReportContent],
  ["custody", "custody", checkCustody],
  ["time", "time", checkTime],
  ["trust", "signer", checkTrust],
  ["clock", "clock", checkClock],
  ["methods", "method", checkMethods],
  ["cosignatures", "complete", checkCosignatures],
  ["redactions", "redaction", checkRedactions],
];

/**
 * Verify the folder or ZIP in `source` at `now` (microseconds since 1970). `trust`: `{certificates, tsaRoots,
 * fingerprint}`, already read; `data`: what the build took from the program. Throws a Problem only when there is no
 * package to report on.
 */
export async function verifyPackage(source, trust, now, data, progress = () => undefined) {
  const name = source.kind === "folder" ? source.name : source.file.name;
  const located = locate(await openContainer(source, data), name, data.layout);
  const reading = await readFiles(located, data.layout, readListedSizes, progress);
  const addedProof = new RegExp(`^(?:${data.layout.addedToken}|${data.layout.cosignature})$`);
  const state = {
    located, reading, trust, now, layout: data.layout, shapes: data.shapes, words: data.words,
    isAddedProof: (path) => addedProof.test(path), manifest: null, formatVersion: 0, cms: null, isReportSigned: false,
    report: null, certificate: null, log: null, heads: new Map(), isLogSound: false, tokens: [], damaged: new Map(),
    disputed: [], facts: {},
  };
  return report(name, state, data);
}

async function report(name, state, data) {
  const checks = [];
  for (const [index, [step, claim, run]] of STEPS.entries()) {
    for (const { answer, code, params, counts } of await outcomesOf(run, state)) {
      checks.push({ number: index + 1, name: step, answer, reason: code, params, claim, counts });
    }
  }
  settleBlame(state);
  const { manifest, facts } = state;
  if (manifest) {
    facts.created_at = isoformat(moment(manifest.created.at));
    facts.exhibits = String(manifest.items.length);
    facts.exhibits_in_case = String(manifest.exhibits_in_case);
    facts.case_id = manifest.case_id;
  }
  facts.files = String(state.located.files.size);
  for (const [name, value] of Object.entries(data.tsaList.facts)) facts[`tsa_list.1.${name}`] = value;
  const claims = makeClaims(checks, state);
  return {
    path: name,
    package_id: manifest?.package_id ?? "",
    format_version: state.formatVersion,
    claims,
    checks: checks.map(({ counts: _counts, ...check }) => check),
    facts: Object.fromEntries(Object.keys(facts).sort().map((key) => [key, facts[key]])),
    damaged: [...state.damaged.keys()].sort(byCodePoint),
    verified_at: isoformat(state.now),
    verifier: data.verifier,
    answer: worst(claims.filter((claim) => claim.name !== "origin").map((claim) => claim.answer)),
  };
}

async function outcomesOf(run, state) {
  const found = [];
  try {
    for await (const outcome of run(state)) found.push(outcome);
  } catch (problem) {
    if (problem instanceof Impossible) found.push(cannotTell(problem.code));
    else found.push(cannotTell("check.failed", { detail: problem instanceof Problem ? problem.code : String(problem?.name) }));
  }
  return found;
}

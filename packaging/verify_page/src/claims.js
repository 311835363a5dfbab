// From checks to claims: what a person needs to know, each yes, no or cannot tell.

import { keyOf } from "./container/names.js";

export const CLAIMS = ["complete", "signed", "signer", "time", "clock", "custody", "method", "report", "redaction", "origin"];
const RESTS_ON_SIGNATURE = ["time", "clock", "custody", "method", "signer", "redaction"];
const UNREAD = ["time.page_unsupported", "parser.page_unsupported", "parser.too_greedy"];
const RESTS_ON_ORIGINALS = ["time", "custody", "method"];

/** No before cannot tell before yes; nothing at all cannot be told. */
export function worst(answers) {
  const found = new Set(answers);
  if (found.has("no")) return "no";
  return found.size === 1 && found.has("yes") ? "yes" : "cannot_tell";
}

/** One claim for each name, in order; of redaction only where a copy is redacted. The worst answer among its checks decides; without one it cannot be told. */
export function makeClaims(checks, state) {
  const isAsked = (name) => name !== "redaction" || checks.some((check) => check.claim === name);
  return CLAIMS.filter(isAsked).map((name) => claim(name, checks, state));
}

function claim(name, checks, state) {
  const said = (answer, reason, params = {}) => ({ name, answer, reason, params });
  if (name === "origin") return said("cannot_tell", "origin.never");
  const names = name === "complete" ? ["complete", "signed"] : [name];
  let own = checks.filter((check) => check.counts && names.includes(check.claim));
  let answer = worst(own.map((check) => check.answer));
  if (name === "complete" && answer !== "no" && state.damaged.size) {
    // A token that was added later and is none: check 9 found it, but it is a file that does not belong.
    answer = "no";
    own = checks.filter((check) => check.answer === "no");
  }
  const unread = checks.filter((check) => check.name === "time" && UNREAD.includes(check.reason));
  if (name === "complete" && answer === "yes" && unread.length) {
    // Added tokens are bound by nothing but themselves: one that is not read to its end may have been changed.
    answer = "cannot_tell";
    own = unread;
  }
  if (answer === "yes") {
    if (RESTS_ON_SIGNATURE.includes(name) && state.cms === null) return said("cannot_tell", "rests.on_signature");
    if (name === "report" && !state.isReportSigned) return said("cannot_tell", "rests.on_report_signature");
    if (RESTS_ON_ORIGINALS.includes(name) && !areOriginalsSound(state)) return said("cannot_tell", "rests.on_originals");
  }
  const deciding = own.filter((check) => check.answer === answer);
  const numbers = [...new Set(deciding.map((check) => check.number))].sort((one, two) => one - two);
  const params = { checks: numbers.join(", ") };
  if (name === "complete") params.count = String(answer === "no" ? state.damaged.size : state.reading.sizes.size);
  if (name === "signed" || name === "signer") params.words = state.facts.signer_words ?? "";
  if (name === "time" && answer === "yes") {
    Object.assign(params, deciding.find((check) => check.reason === "time.existed_before").params);
  }
  if (name === "method" && state.manifest) params.count = String(state.manifest.items.length);
  return said(answer, `${name}.${answer}`, params);
}

function areOriginalsSound(state) {
  const files = state.manifest?.files ?? [];
  return !files.some((file) => ["original", "derived"].includes(file.role) && state.damaged.has(keyOf(file.path)));
}

// Check 9: what time-stamping authorities have confirmed (RFC 3161). Intact, valid and trusted are three things.

import { sha256 } from "@noble/hashes/sha2.js";

import { byCodePoint } from "../bytes.js";
import { checkToken } from "../crypto/tokens.js";
import { MAX_NAMED, ask, aside, blame, cannotTell, needManifest, no, packageFiles, yes } from "../outcomes.js";
import { MINUTE, isoformat } from "../time.js";
import { headPath } from "./custody.js";

/** How far two honest clocks may differ. */
export const TOLERANCE = 5n * MINUTE;

const NAME = /^(?:signature|head-(\d{8}))-[a-z0-9]{1,32}\.tsr$/;
const MAX_TOKENS = 200;

/** Check every token, then say before which time all exhibits existed. */
export async function* checkTime(state) {
  const { layout } = state;
  const manifest = needManifest(state);
  const found = [];
  const stated = new Map(manifest.tokens.map((token) => [token.path, token.head_size]));
  const paths = packageFiles(state).filter((path) => path.startsWith(`${layout.tokensFolder}/`)).sort(byCodePoint);
  for (const path of paths.slice(0, MAX_TOKENS)) found.push(await checkFile(state, path, stated.get(path)));
  for (const path of [...stated.keys()].filter((each) => !paths.includes(each)).sort(byCodePoint)) {
    found.push(no("time.token_missing", { path }));
  }
  if (paths.length > MAX_TOKENS) found.push(no("time.too_many"));
  for (const [path, answer] of [[layout.signature, state.cms], [layout.report, state.isReportSigned ? state.report : null]]) {
    for (const token of answer?.tokens ?? []) found.push(await check(state, path, 0, answer.signatureValue, token, true));
  }
  yield* found.slice(0, MAX_NAMED);
  yield* found.slice(MAX_NAMED).filter((said) => said.answer === "no").slice(0, 1);
  yield conclusion(state, found.length > 0);
}

async function checkFile(state, path, statedSize) {
  const { layout, reading } = state;
  const bytes = reading.kept.get(path);
  const name = NAME.exec(path.slice(layout.tokensFolder.length + 1));
  if (bytes === undefined || !name) {
    blame(state, path, "changed");
    return no("time.unknown_file", { path });
  }
  const size = Number(name[1] ?? 0);
  if (statedSize !== undefined && statedSize !== size) return no("time.other_head", { path });
  if (name[1] === undefined) {
    if (state.cms === null) return cannotTell("time.needs_signature", { path });
    return check(state, path, 0, state.cms.signatureValue, bytes, false);
  }
  const head = reading.kept.get(headPath(layout, size));
  if (head === undefined || (state.isLogSound && !state.heads.has(size))) {
    blame(state, path, "added");
    return no("time.unknown_head", { path });
  }
  if (!state.isLogSound) return cannotTell("time.needs_log", { path });
  return check(state, path, size, head, bytes, false);
}

async function check(state, path, headSize, stamped, bytes, isBare) {
  const { answer, failure } = await ask(() => checkToken(bytes, sha256(stamped), state.trust.tsaRoots, { isBare }));
  if (failure?.answer === "cannot_tell") return failure;
  if (!answer?.isIntact || !answer.isValid) {
    blame(state, path, "changed");
    return no(answer?.isIntact ? "time.invalid" : "time.not_intact", { path });
  }
  const { stampedAt, name, isTrusted } = answer;
  const stamped_at = isoformat(stampedAt);
  if (stampedAt > state.now + TOLERANCE) return no("time.future", { path, stamped_at });
  state.tokens.push({ label: path, headSize, stampedAt, isTrusted });
  const prefix = `token.${state.tokens.length}`;
  Object.assign(state.facts, {
    [`${prefix}.path`]: path,
    [`${prefix}.tsa_name`]: name,
    [`${prefix}.tsa_sha256`]: answer.certificateSha256,
    [`${prefix}.stamped_at`]: stamped_at,
    [`${prefix}.trusted`]: isTrusted ? "yes" : "no",
  });
  if (answer.isTrustInDoubt) return aside(cannotTell("time.page_unsupported", { path }));
  const params = { path, name, stamped_at };
  return aside(isTrusted ? yes("time.trusted", params) : cannotTell("time.untrusted", params));
}

/** Before which time each exhibit existed: the earliest trusted token that covers its acquisition. */
function conclusion(state, isAnyThere) {
  if (!isAnyThere) return cannotTell("time.no_token");
  const trusted = state.tokens.filter((token) => token.isTrusted);
  if (!trusted.length) return cannotTell("time.none_trusted", { count: state.tokens.length });
  let latest = null;
  for (const item of state.manifest.items) {
    const earliest = earliestOver(state, item.id, trusted);
    if (earliest === null) return cannotTell("time.not_all_covered", { number: item.number });
    state.facts[`exhibit.${item.number}.existed_before`] = isoformat(earliest);
    if (latest === null || earliest > latest) latest = earliest;
  }
  const before_at = isoformat(latest ?? least(trusted.map((token) => token.stampedAt)));
  state.facts.existed_before = before_at;
  return yes("time.existed_before", { before_at, trusted: trusted.length, count: state.tokens.length });
}

function earliestOver(state, itemId, trusted) {
  const events = state.isLogSound ? state.log.events : [];
  const index = events.find((event) => event.item_id === itemId && event.kind === "ACQUIRED")?.index;
  const covering = trusted.filter((token) => !token.headSize || (index !== undefined && index < token.headSize));
  return least(covering.map((token) => token.stampedAt));
}

/** The least of some whole numbers, or null. */
export function least(numbers) {
  return numbers.reduce((least, number) => (least === null || number < least ? number : least), null);
}

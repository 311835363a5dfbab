// Checks 11 and 12: the clock of the computer, and how each exhibit came in. Recorded by the program, not proven.

import { MAX_NAMED, cannotTell, needManifest, no, yes } from "../outcomes.js";
import { Impossible } from "../problems.js";
import { MINUTE, SECOND, absolute, isoformat, moment } from "../time.js";
import { TOLERANCE, least } from "./time.js";

const STEP_BACK = 2n * SECOND;
const MAX_OFFSET_MS = 60_000;
/** Between an acquisition and a stamp: a clock that is off by less than this is called right, and the bound is said. */
const SOON = 10n * MINUTE;

/** Whether the computer's clock agrees with trusted time: the recorded comparison, and the order of the tokens. */
export async function* checkClock(state) {
  const { items } = needManifest(state);
  const problems = [...offsets(state, items), ...stepsBack(state), ...aheadOfTokens(state)];
  if (problems.length) {
    yield* problems.slice(0, MAX_NAMED);
    return;
  }
  const followed = followedByStamps(state);
  const isCompared = (item) => item.acquired.clock_offset_ms !== null;
  const compared = items.filter(isCompared);
  const unknown = items.filter((item) => !isCompared(item) && !followed.has(item.id));
  if (unknown.length || !items.length) {
    yield cannotTell("clock.never_compared", { count: unknown.length });
  } else if (!state.tokens.some((token) => token.isTrusted)) {
    yield cannotTell("clock.nothing_trusted");
  } else {
    if (compared.length) {
      const offset_ms = Math.max(...compared.map((item) => Math.abs(item.acquired.clock_offset_ms)));
      yield yes("clock.right", { offset_ms });
    }
    const bounded = items.filter((item) => !isCompared(item)).map((item) => followed.get(item.id));
    if (bounded.length) {
      const most = bounded.reduce((one, two) => (one > two ? one : two));
      yield yes("clock.bounded", { seconds: (most + SECOND - 1n) / SECOND });
    }
  }
}

/** How long after its ACQUIRED event each exhibit came under a trusted stamp, where that was soon. */
function followedByStamps(state) {
  const found = new Map();
  for (const event of soundEvents(state)) {
    if (event.kind !== "ACQUIRED") continue;
    const covering = state.tokens.filter((token) => token.isTrusted && token.headSize > event.index);
    const gap = least(covering.map((token) => absolute(token.stampedAt - moment(event.recorded_at))));
    if (gap !== null && gap <= SOON) found.set(event.item_id, gap);
  }
  return found;
}

function soundEvents(state) {
  return state.isLogSound ? state.log.events : [];
}

function* offsets(state, items) {
  for (const { number, acquired } of items) {
    const offset = acquired.clock_offset_ms;
    state.facts[`exhibit.${number}.acquired_at`] = isoformat(moment(acquired.at));
    if (offset === null) continue;
    state.facts[`exhibit.${number}.clock_offset_ms`] = String(offset);
    if (Math.abs(offset) > MAX_OFFSET_MS) yield no("clock.wrong", { number, seconds: Math.round(offset / 1000) });
  }
}

/** Events are in the order in which they happened, whatever the clock said. */
function* stepsBack(state) {
  const events = soundEvents(state);
  for (const [at, later] of events.slice(1).entries()) {
    if (moment(later.recorded_at) < moment(events[at].recorded_at) - STEP_BACK) {
      yield no("clock.went_back", { index: later.index });
    }
  }
}

/** Whatever stands under a stamped head happened before the stamp. */
function* aheadOfTokens(state) {
  for (const { label, headSize, stampedAt, isTrusted } of state.isLogSound ? state.tokens : []) {
    if (!isTrusted || !headSize) continue;
    const times = soundEvents(state).filter((event) => event.index < headSize).map((event) => moment(event.recorded_at));
    const most = times.reduce((one, two) => (one > two ? one : two), 0n);
    if (times.length && most > stampedAt + TOLERANCE) {
      yield no("clock.ahead", { path: label, seconds: (most - stampedAt + SECOND / 2n) / SECOND });
    }
  }
}

/** How each exhibit came in, as the signed manifest and the log both say. */
export async function* checkMethods(state) {
  const { items } = needManifest(state);
  if (!state.isLogSound) throw new Impossible("needs.log");
  for (const { number, method } of items) state.facts[`exhibit.${number}.method`] = method;
  for (const { number, method } of items.slice(0, MAX_NAMED)) yield yes("methods.recorded", { number, method });
  if (!items.length) yield cannotTell("methods.no_exhibit");
}

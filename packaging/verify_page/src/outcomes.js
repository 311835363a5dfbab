// What a check says, and what the checks share.

import { Impossible, Malformed, Problem, Unsupported, asMalformed } from "./problems.js";

/** Most findings of one kind that a check lists one by one. */
export const MAX_NAMED = 20;

function outcome(answer, code, params, counts = true) {
  const text = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
  return { answer, code, params: text, counts };
}

export const yes = (code, params = {}) => outcome("yes", code, params);
export const no = (code, params = {}) => outcome("no", code, params);
export const cannotTell = (code, params = {}) => outcome("cannot_tell", code, params);
/** The same, said but not counted. */
export const aside = (said) => ({ ...said, counts: false });

/** The manifest, or the check is impossible. */
export function needManifest(state) {
  if (state.manifest === null) throw new Impossible("needs.manifest");
  return state.manifest;
}

/** The paths that are there, but for what an operating system added by itself. */
export function packageFiles(state) {
  return [...state.located.files.keys()].filter((path) => !state.reading.systemFiles.has(path));
}

export function blame(state, path, what) {
  if (!state.damaged.has(path)) state.damaged.set(path, what);
}

/** Ask a parser of foreign bytes: `{answer}`, or `{failure}`, an outcome. */
export async function ask(parse) {
  try {
    return { answer: await parse() };
  } catch (problem) {
    if (problem instanceof Problem) return { failure: no("parser.malformed"), problem };
    if (problem instanceof RangeError) return { failure: cannotTell("parser.too_greedy"), problem };
    const kind = asMalformed(problem);
    if (kind instanceof Unsupported) return { failure: cannotTell("parser.page_unsupported"), problem };
    return { failure: no("parser.malformed"), problem: kind instanceof Malformed ? kind : problem };
  }
}

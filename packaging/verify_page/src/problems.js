// What can be wrong, each kind with its own consequence.

/** Something is wrong with the package or with what the reader gave; `code` stands in the catalogue. */
export class Problem extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** Bytes that are not what they should be: an answer of no. */
export class Malformed extends Error {}

/** Sound perhaps, but of a kind that this page does not read: never yes, never no. */
export class Unsupported extends Error {}

/** A check has nothing to work on, because an earlier one failed. */
export class Impossible extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** A parser of a library does with hostile bytes what it likes; here it becomes one of ours. */
export function asMalformed(problem) {
  return problem instanceof Malformed || problem instanceof Unsupported ? problem : new Malformed(String(problem?.name));
}

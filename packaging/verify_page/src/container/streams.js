// The bytes of a stored or deflated entry, in pieces, in constant memory.

import { Problem } from "../problems.js";

const SMALL = 2 ** 20;

/** The bytes of `blob`, which must have `size` of them. Throws a Problem `verify.truncated` or `verify.unreadable`. */
export async function* stored(blob, size) {
  let left = size;
  if (blob.size <= SMALL) {
    const piece = await whole(blob);
    left -= piece.length;
    yield piece;
  } else {
    for await (const piece of chunks(blob.stream(), "verify.unreadable")) {
      left -= piece.length;
      yield piece;
    }
  }
  if (left > 0) throw new Problem("verify.truncated");
}

/** Inflates (RFC 1951) and refuses to give one byte more or less than `size`. */
export async function* inflated(blob, size) {
  let left = size;
  const stream = blob.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  for await (const piece of chunks(stream, "verify.bad_compression")) {
    left -= piece.length;
    if (left < 0) throw new Problem("verify.bad_compression");
    yield piece;
  }
  if (left !== 0) throw new Problem("verify.bad_compression");
}

/** All at once, which for a small one is much quicker. */
async function whole(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new Problem("verify.unreadable");
  }
}

async function* chunks(stream, code) {
  const reader = stream.getReader();
  try {
    for (;;) {
      let step;
      try {
        step = await reader.read();
      } catch {
        throw new Problem(code);
      }
      if (step.done) return;
      yield step.value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

// Reading every file of a package once: both digests in one pass, and the small proof files kept in memory.

import { sha256, sha512 } from "@noble/hashes/sha2.js";

import { concat, hex } from "./bytes.js";
import { isSystemFile } from "./container/names.js";
import { Problem } from "./problems.js";

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const KEPT_TOTAL = 128 * MIB;
const HEAD = 64;

/**
 * Read the manifest first, then everything else. `listedSizes` reads the manifest's list (null: it has none). With a
 * list, a file that it does not name, or names with another size, is digested only where it could be a renamed one.
 */
export async function readFiles(located, layout, listedSizes, progress) {
  const limits = limitsOf(layout);
  const reading = {
    digests: new Map(), sizes: new Map(), kept: new Map(), unreadable: [], systemFiles: new Set(), tooLarge: new Set(), keptBytes: 0,
    done: 0, total: 0, progress,
  };
  for (const [path, entry] of located.files) {
    reading.sizes.set(path, entry.size);
    reading.total += entry.size;
  }
  const first = located.files.get(layout.manifest);
  if (first) await read(reading, limits, layout.manifest, first);
  const listed = reading.kept.has(layout.manifest) ? listedSizes(reading.kept.get(layout.manifest)) : null;
  const sizes = new Set(listed?.values());
  for (const [path, entry] of located.files) {
    if (path === layout.manifest) continue;
    const isForeign = listed !== null && limits(path) === null && listed.get(path) !== entry.size;
    if (isForeign && (listed.has(path) || !sizes.has(entry.size))) await glance(reading, path, entry);
    else await read(reading, limits, path, entry);
  }
  for (const [path, entry] of located.outside) await glance(reading, path, entry);
  progress(1);
  return reading;
}

async function read(reading, limits, path, entry) {
  const limit = limits(path);
  const keeps = limit !== null && entry.size <= limit && reading.keptBytes + entry.size <= KEPT_TOTAL;
  if (limit !== null && !keeps) reading.tooLarge.add(path);
  const kept = [];
  let head = new Uint8Array();
  const [short, long] = [sha256.create(), sha512.create()];
  let size = 0;
  try {
    for await (const piece of entry.pieces()) {
      size += piece.length;
      if (size > entry.size) throw new Problem("verify.changed_while_read");
      if (head.length < HEAD) head = concat(head, piece.subarray(0, HEAD - head.length));
      if (keeps) kept.push(piece);
      short.update(piece);
      long.update(piece);
      reading.done += piece.length;
      reading.progress(Math.min(reading.done / (reading.total || 1), 1));
    }
    if (size !== entry.size) throw new Problem("verify.changed_while_read");
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    reading.unreadable.push({ code: problem.code.replace("verify.", "container."), path });
    return;
  }
  reading.digests.set(path, { sha256: hex(short.digest()), sha512: hex(long.digest()), size });
  if (keeps) {
    reading.kept.set(path, concat(...kept));
    reading.keptBytes += size;
  }
  if (isSystemFile(path, size, head)) reading.systemFiles.add(path);
}

/** Read the first bytes of a file that the manifest does not name. */
async function glance(reading, path, entry) {
  let head = new Uint8Array();
  try {
    for await (const piece of entry.pieces()) {
      head = concat(head, piece.subarray(0, HEAD - head.length));
      if (head.length >= HEAD) break;
    }
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return;
  }
  if (isSystemFile(path, entry.size, head)) reading.systemFiles.add(path);
}

/** Most bytes of a proof file that is kept; null for files that are only digested. */
function limitsOf(layout) {
  const kept = new Map([
    [layout.manifest, 16 * MIB], [layout.signature, MIB], [layout.report, 64 * MIB], [layout.custody, 16 * MIB],
    [layout.certificates, MIB], ...layout.bagFiles.map((path) => [path, 32 * MIB]),
  ]);
  const folders = [[`${layout.headsFolder}/`, 16 * KIB], [`${layout.tokensFolder}/`, 256 * KIB],
    [layout.cosignaturePrefix, 256 * KIB], [`${layout.redactionsFolder}/`, 32 * MIB]];
  return (path) => kept.get(path) ?? folders.find(([folder]) => path.startsWith(folder))?.[1] ?? null;
}

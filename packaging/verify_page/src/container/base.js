// What a container is, whatever its form: `{kind, entries, flaws}`.
//
// An entry is `{path, size, pieces}`: its path as found, with forward slashes, never used to open anything; its bytes
// as the container declares them; and `pieces()`, its content in turn. A flaw is `{code, path}`.

/** More files than any package has; a container beyond this is refused before memory fills up. */
export const MAX_ENTRIES = 200_000;

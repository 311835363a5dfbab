// Check 1: the container can be read in one way only.

import { MAX_NAMED, blame, cannotTell, no, yes } from "../outcomes.js";

/** Whether the folder or ZIP is sound. Of a folder that cannot be told: a browser shows no links and special files. */
export async function* checkContainer(state) {
  const flaws = [...state.located.flaws, ...state.reading.unreadable];
  for (const { path } of flaws) if (path) blame(state, path, "container");
  for (const { code, path } of flaws.slice(0, MAX_NAMED)) yield no(code, { path });
  if (flaws.length > MAX_NAMED) yield no("container.more", { count: flaws.length - MAX_NAMED });
  if (flaws.length) return;
  if (state.located.kind === "folder") yield cannotTell("container.page_folder");
  else yield yes("container.sound", { count: state.located.files.size });
}

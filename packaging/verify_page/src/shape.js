// Checking parsed JSON against the shapes that the program's own classes have. A value has no other member than those;
// one that is missing has a default, and came into the format after the package was made.

import { Problem } from "./problems.js";
import { Real } from "./json.js";
import { parseTime } from "./time.js";

/** Returns `value`, its missing members filled in. Throws a Problem `json.wrong_shape`. */
export function shaped(value, name, shapes) {
  if (!fits(value, { ref: name }, shapes)) throw new Problem("json.wrong_shape");
  return value;
}

function fits(value, kind, shapes) {
  if (kind === "text") return typeof value === "string";
  if (kind === "truth") return typeof value === "boolean";
  if (kind === "whole") return typeof value === "number";
  if (kind === "real") return typeof value === "number" || value instanceof Real;
  if (kind === "time") return typeof value === "string" && parseTime(value) !== null;
  if (kind.maybe !== undefined) return value === null || fits(value, kind.maybe, shapes);
  if (kind.one !== undefined) return typeof value === "string" && kind.one.includes(value);
  if (kind.list !== undefined) return Array.isArray(value) && value.every((each) => fits(each, kind.list, shapes));
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Real) return false;
  if (kind.map !== undefined) return Object.values(value).every((each) => fits(each, kind.map, shapes));
  const { members, defaults } = shapes[kind.ref];
  for (const [name, given] of Object.entries(defaults)) if (!(name in value)) value[name] = structuredClone(given);
  const names = Object.keys(members);
  return Object.keys(value).length === names.length && names.every(
    (name) => name in value && fits(value[name], members[name], shapes),
  );
}

// Times as packages write them (RFC 3339 in UTC), in microseconds since 1970. BigInt, since they do not fit otherwise.

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?(Z?)$/;

export const SECOND = 1_000_000n;
export const MINUTE = 60n * SECOND;

/** `{at, isAware}`, or null for what is no time in the one form in which it is written. */
export function parseTime(text) {
  const match = TIME.exec(text);
  if (!match || match[7] === "000000") return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  const isReal = year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 &&
    second < 60;
  if (!isReal) return null;
  return { at: BigInt(date.getTime()) * 1000n + BigInt(match[7] ?? 0), isAware: match[8] === "Z" };
}

/** Microseconds of a time that carries its zone. Throws for one that does not: it cannot be compared. */
export function moment(text) {
  const parsed = parseTime(text);
  if (parsed === null || !parsed.isAware) throw new TypeError("a time without a zone");
  return parsed.at;
}

export function isAware(text) {
  return parseTime(text)?.isAware === true;
}

/** In the program's form of a time: seconds, six digits when they are not zero, and the zone. */
export function isoformat(micros) {
  const part = ((micros % SECOND) + SECOND) % SECOND;
  const text = new Date(Number((micros - part) / 1000n)).toISOString().slice(0, 19);
  return `${text}${part ? `.${String(part).padStart(6, "0")}` : ""}+00:00`;
}

export function absolute(span) {
  return span < 0n ? -span : span;
}

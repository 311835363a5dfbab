// The texts of the program's catalogues in one language, with their gaps filled.

const INVISIBLE = /[^\P{C} ]|[^\P{Z} ]/gu;

export class Texts {
  constructor(catalogue, language) {
    this.catalogue = catalogue;
    this.language = language;
  }

  /** A sentence of a code. */
  code(context, code, params = {}) {
    return fill(this.catalogue[context]?.[code] ?? `${context}: ${code}`, params);
  }

  /** A sentence that the program knows by its English text. */
  text(english) {
    return this.catalogue.text[english] ?? english;
  }

  page(code, params = {}) {
    return this.code("name", `page.${code}`, params);
  }

  /** The sentence of a check or claim: times, methods and fingerprints readable, everything else made visible. */
  sentence(context, code, params) {
    const shown = Object.entries(params).map(([name, value]) => {
      if (name.endsWith("_at")) return [name, this.moment(value)];
      if (name === "method") return [name, this.code("name", `method.${value}`)];
      if (name === "fingerprint") return [name, value.replace(/(.{4})(?=.)/g, "$1 ")];
      return [name, safe(value)];
    });
    return this.code(context, code, Object.fromEntries(shown));
  }

  /** A time as this language writes it, in UTC and said so. */
  moment(text) {
    const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(text);
    if (!match) return safe(text);
    const [year, month, day] = match.slice(1, 4).map(Number);
    const named = new Intl.DateTimeFormat(this.language, { month: "long", timeZone: "UTC" }).format(Date.UTC(year, month - 1, 1));
    const wall = {
      ko: `${year}년 ${month}월 ${day}일 ${match[4]}`,
      en: `${day} ${named} ${year}, ${match[4]}`,
      fr: `${day} ${named} ${year} à ${match[4]}`,
    };
    return `${wall[this.language]} (UTC)`;
  }
}

function fill(sentence, params) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** `text` with control, direction and other invisible characters spelled out. */
export function safe(text) {
  return text.replace(INVISIBLE, (character) => {
    const number = character.codePointAt(0);
    return number < 0x100 ? `\\x${number.toString(16).padStart(2, "0")}` : `\\u${number.toString(16).padStart(4, "0")}`;
  });
}

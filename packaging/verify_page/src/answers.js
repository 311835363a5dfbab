// Saying a report: one answer for each claim with its reasons, then what was damaged, then everything else on demand.

import { safe } from "./texts.js";

const REASONS_SHOWN = 6;
const DAMAGED_SHOWN = 50;

export function showReport(place, report, t) {
  const heading = made("h2", t.page("result"));
  heading.tabIndex = -1;
  place.replaceChildren(
    heading, ...newer(report, t), made("p", summary(report, t), `summary ${report.answer}`), ...about(report, t),
    list("ol", report.claims.map((claim) => claimItem(report, claim, t)), "claims"), ...damagedList(report, t),
    made("p", t.text("“Yes” speaks of these bytes since they were acquired, never of whether what they show is true.")),
    fold(t.page("details"), list("ul", report.checks.map((check) => checkItem(check, t)))),
    fold(t.page("facts"), factsTable(report.facts)), fold(t.page("machine"), made("pre", JSON.stringify(report, null, 2), "document")),
  );
}

/** A format that came after this page: said before everything else. */
function newer(report, t) {
  if (!report.checks.some((check) => check.reason === "format.newer")) return [];
  return [made("p", t.text("The package is of a newer format than this program knows: check it with a newer version."), "summary cannot_tell")];
}

function summary(report, t) {
  if (report.answer === "no") {
    return t.text("At least one answer is “no”: do not rely on this package as it is. Ask for the original again.");
  }
  if (report.answer === "cannot_tell") {
    return t.text("Nothing is wrong, but not everything can be told: the reasons say what is missing.");
  }
  return t.text("Everything that can be told from the package is “yes”.");
}

function about(report, t) {
  const lines = [t.text("Checked: {path}").replace("{path}", safe(report.path))];
  if (report.package_id) lines.push(t.text("Package {id}").replace("{id}", safe(report.package_id)));
  if (report.facts.created_at) lines.push(t.text("Made: {time}").replace("{time}", t.moment(report.facts.created_at)));
  return lines.map((line) => made("p", line, "about"));
}

function claimItem(report, claim, t) {
  const item = made("li", "", claim.answer);
  const title = made("h3", "");
  title.append(made("span", t.code("name", `answer.${claim.answer}`), "answer"), " ", t.code("name", `claim.${claim.name}`));
  item.append(title, made("p", t.sentence("claim", claim.reason, claim.params)));
  if (claim.answer === "yes" && claim.name !== "method") return item;
  const reasons = reasonsFor(report, claim);
  const lines = reasons.slice(0, REASONS_SHOWN).map((check) => `${check.number}. ${t.sentence("check", check.reason, check.params)}`);
  if (reasons.length > REASONS_SHOWN) lines.push(t.page("more", { count: reasons.length - REASONS_SHOWN }));
  if (lines.length) item.append(list("ul", lines.map((line) => made("li", line))));
  return item;
}

/** The checks that decided a claim; of a file that check 4 names, check 3 says nothing more. */
function reasonsFor(report, claim) {
  const numbers = (claim.params.checks ?? "").split(", ");
  const found = report.checks.filter((check) => numbers.includes(String(check.number)) && check.answer === claim.answer);
  const named = new Set(found.filter((check) => check.name === "files").map((check) => check.params.path));
  return found.filter((check) => check.reason !== "bag.differs" || !named.has(check.params.path));
}

function damagedList(report, t) {
  if (!report.damaged.length) return [];
  const lines = report.damaged.slice(0, DAMAGED_SHOWN).map((path) => made("li", safe(path), "path"));
  if (report.damaged.length > DAMAGED_SHOWN) lines.push(made("li", t.page("more", { count: report.damaged.length - DAMAGED_SHOWN })));
  return [made("p", t.text("Not as it was when the package was made:")), list("ul", lines)];
}

function checkItem(check, t) {
  const item = made("li", "", check.answer);
  item.append(
    made("span", t.code("name", `answer.${check.answer}`), "answer"),
    ` ${check.number}. ${t.sentence("check", check.reason, check.params)}`,
  );
  return item;
}

function factsTable(facts) {
  const table = made("table", "");
  const body = made("tbody", "");
  for (const [name, value] of Object.entries(facts)) {
    const row = made("tr", "");
    const head = made("th", safe(name));
    head.scope = "row";
    row.append(head, made("td", safe(value)));
    body.append(row);
  }
  table.append(body);
  return table;
}

function fold(title, content) {
  const details = made("details", "");
  details.append(made("summary", title), content);
  return details;
}

function list(kind, items, name = "") {
  const found = made(kind, "", name);
  found.append(...items);
  return found;
}

function made(kind, text, name = "") {
  const element = document.createElement(kind);
  if (text) element.textContent = text;
  if (name) element.className = name;
  return element;
}

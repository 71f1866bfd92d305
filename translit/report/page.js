"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (id) => document.getElementById(id);
const rows = all("tr.form");
const bodies = all("tbody");

// --- sorting: whole names with their spellings
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
for (const button of all("thead button[data-sort]")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const table = button.closest("table");
    const first = button.dataset.sort === "count" ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    for (const cell of all("th[aria-sort]", table)) cell.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const value = (body) => body.dataset[button.dataset.sort] || "";
    const sorted = all("tbody", table).sort((a, b) => sign * collator.compare(value(a), value(b)) || collator.compare(a.dataset.name, b.dataset.name));
    table.append(...sorted);
  });
}

// --- filtering
const texts = new Map(rows.map((row) => [row, all("th, th + td", row).map((cell) => cell.textContent).join(" ").toLowerCase()]));
const names = new Map(bodies.map((body) => [body, `${body.dataset.name} ${(body.querySelector(".entity th") || body).textContent}`.toLowerCase()]));
function filter() {
  const asked = one("find").value.trim().toLowerCase();
  const kind = one("kind").value;
  const method = one("method").value;
  const undecided = one("open").checked;
  for (const body of bodies) {
    const named = names.get(body).includes(asked);
    let left = 0;
    for (const row of all("tr.form", body)) {
      const fits = (!asked || named || texts.get(row).includes(asked))
        && (!kind || body.dataset.kind === kind)
        && (!method || !row.dataset.method || row.dataset.method === method)
        && (!undecided || !verdictOf(row));
      row.hidden = !fits;
      left += fits;
    }
    body.hidden = !left;
  }
  const kept = bodies.filter((body) => !body.hidden).length;
  one("shown").textContent = kept < bodies.length ? `${kept} of ${bodies.length} shown` : "";
}
for (const id of ["find", "kind", "method", "open"]) one(id).addEventListener("input", filter);

// --- printing: the examples are part of the page on paper
let closed = [];
addEventListener("beforeprint", () => {
  closed = all("details:not([open])");
  for (const details of closed) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
});

// --- decisions
const known = new Map(all("#known option").map((option) => [option.value, option.dataset.id]));
let decisions = JSON.parse(one("earlier").textContent).map(([key, form, verdict, id, canonical, note]) => ({ key, form, verdict, id, canonical, note }));
let unsaved = false;

function idOf(row) {
  const choice = row.querySelector(".choice");
  return choice ? choice.value : row.dataset.id;
}

function canonicalOf(row) {
  const choice = row.querySelector(".choice");
  return choice ? choice.selectedOptions[0].dataset.canonical : row.dataset.canonical;
}

// A rejection of something left alone speaks of the spelling as such.
const about = (row, verdict) => (verdict === "accept" ? row.dataset.accept || idOf(row) : row.classList.contains("near") ? "" : idOf(row));

function ofRow(row) {
  return decisions.find((d) => d.key === row.dataset.key && (d.verdict !== "reject" || d.id === "" || d.id === row.dataset.id || !row.dataset.id));
}

function verdictOf(row) {
  const found = ofRow(row);
  return found ? found.verdict : "";
}

function show(row) {
  const verdict = verdictOf(row) || row.dataset.asking || "";
  for (const button of all(".decision button", row)) button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
  const right = row.querySelector(".right");
  right.hidden = verdict !== "correct";
}

function tell() {
  one("told").textContent = decisions.length ? `${decisions.length} ${decisions.length === 1 ? "decision" : "decisions"}${unsaved ? ", not saved yet" : ""}` : "";
  one("save").disabled = !decisions.length && !unsaved;
}

function decide(row, decision) {
  const key = row.dataset.key;
  const bothReject = (d) => decision && d.verdict === "reject" && decision.verdict === "reject" && d.id && decision.id && d.id !== decision.id;
  decisions = decisions.filter((d) => d.key !== key || bothReject(d));
  if (decision) decisions.push(decision);
  unsaved = true;
  for (const other of rows) if (other.dataset.key === key) show(other);
  tell();
}

function press(row, verdict) {
  const { form, key } = row.dataset;
  if (verdictOf(row) === verdict || row.dataset.asking === verdict) {
    row.dataset.asking = "";
    decide(row, null);
  } else if (verdict === "correct") {
    row.dataset.asking = "correct";
    decide(row, null);
    row.querySelector(".right input").focus();
    correct(row);
  } else {
    row.dataset.asking = "";
    decide(row, { key, form, verdict, id: about(row, verdict), canonical: verdict === "accept" ? canonicalOf(row) : "", note: "" });
  }
}

function correct(row) {
  const { form, key } = row.dataset;
  const canonical = row.querySelector(".right input").value.trim();
  if (row.dataset.asking === "correct") decide(row, canonical ? { key, form, verdict: "correct", id: known.get(canonical) || "", canonical, note: "" } : null);
}

for (const row of rows) {
  for (const button of all(".decision button", row)) button.addEventListener("click", () => press(row, button.dataset.verdict));
  row.querySelector(".right input").addEventListener("input", () => correct(row));
  const choice = row.querySelector(".choice");
  if (choice) choice.addEventListener("change", () => verdictOf(row) === "accept" && decide(row, { key: row.dataset.key, form: row.dataset.form, verdict: "accept", id: idOf(row), canonical: canonicalOf(row), note: "" }));
  const found = ofRow(row);
  if (found && found.verdict === "correct") {
    row.dataset.asking = "correct";
    row.querySelector(".right input").value = found.canonical;
  }
  show(row);
}
tell();

one("save").addEventListener("click", () => {
  const clean = (cell) => cell.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  const lines = decisions.map((d) => [d.form, d.verdict, d.id, d.canonical, d.note].map(clean).join("\t").replace(/\t+$/, ""));
  const text = ["#: format=translit-decisions/1", "form\tdecision\tid\tcanonical\tnote", ...lines, ""].join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/tab-separated-values" }));
  link.download = "decisions.tsv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  unsaved = false;
  tell();
});
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

// Companies, and what is asked for them.
import type { Company, CompanyRow, Proof } from "@/generated/commands";
import { refusal } from "./errors";
import { type Bodies, label, type Office } from "./office";

export const companyBodies = (office: Office): Bodies => ({
  "companies.list": () => office.companies.map((company) => row(office, company)),
  "companies.show": ({ company: text }) => {
    const [nit, year] = text.split(":");
    const found = office.companies.filter(
      (company) =>
        company.nit === nit && (year === undefined || company.fiscal_year === Number(year)),
    );
    if (found.length === 0) {
      throw refusal(office.settings.lang, "NOT_FOUND", { what: "la empresa", name: text });
    }
    return found.map((company) => {
      const known = row(office, company);
      return { ...known, history: known.last ? [known.last] : [], proof: proof(office, company) };
    });
  },
  "companies.discover": ({ servers }) =>
    office.servers
      .filter((server) => !servers?.length || servers.includes(server.name))
      .map((server) => office.discover(server)),
  "movements.extract": ({ companies: wanted }) =>
    office.chosen(wanted).map((company) => office.extract(company)),
  "movements.prove": ({ companies: wanted }) =>
    office
      .chosen(wanted)
      .map((company) =>
        office.enqueue("movements.prove", label(company), { company_id: company.id }),
      ),
});

function row(office: Office, company: Company): CompanyRow {
  const last = office.extracted.get(company.id) ?? null;
  const rows = office.rows(company);
  const { fiscal_year: year } = company;
  return {
    ...company,
    held: last && {
      movements: rows,
      posted: Math.round(rows * 0.95),
      first_month: `${year}-01`,
      last_month: year === 2026 ? "2026-11" : `${year}-12`,
    },
    last,
    proven: last ? !office.broken.has(company.id) : null,
  } as CompanyRow;
}

function proof(office: Office, company: Company): Proof | null {
  const last = office.extracted.get(company.id);
  if (!last) return null;
  const rows = office.rows(company);
  const line = (table: string, rows: number, total: string, lost = 0) => ({
    table,
    doc_type: "",
    month: "",
    state: null,
    source: { rows, quantity: "0.000000", total, cost: "0.0000" },
    warehouse: { rows: rows - lost, quantity: "0.000000", total, cost: "0.0000" },
    equal: lost === 0,
  });
  const lost = office.broken.has(company.id) ? 2 : 0;
  return {
    level: "totals",
    taken_at: last.finished_at,
    holds: lost === 0,
    differences: lost ? "lines: 2 rows" : "",
    tables: [
      line("documents", Math.round(rows / 4), "1284551000.0000"),
      line("lines", rows, "9284551030.5000", lost),
    ],
    groups: [],
  } as Proof;
}

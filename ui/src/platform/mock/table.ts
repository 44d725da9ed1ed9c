// Movements as a list and as a file.
import type { Company, Movement, MovementsPage } from "@/generated/commands";
import { compare, decimal, fits, movementAt, scaled } from "./movements";
import type { Bodies, Office } from "./office";

export const tableBodies = (office: Office): Bodies => ({
  "movements.page": (request) => {
    const [company] = office.chosen(request.companies);
    const offset = request.offset ?? 0;
    if (!company || !office.extracted.has(company.id)) {
      return { offset, rows: [], totals: { rows: 0, quantity: "0", total: "0", cost: "0" } };
    }
    return { offset, ...page(office, company, request, offset, request.limit ?? 100) };
  },
  "movements.export": ({ output, format: _, overwrite: __, ...filter }) => {
    const rows = office
      .chosen(filter.companies)
      .filter((company) => office.extracted.has(company.id))
      .reduce((sum, company) => sum + page(office, company, filter, 0, 0).totals.rows, 0);
    office.note("movements.export", output, { rows });
    return { output, rows };
  },
});

function page(
  office: Office,
  company: Company,
  request: MovementsPage,
  offset: number,
  limit: number,
) {
  const rows = office.rows(company);
  const at = (index: number) => movementAt(company.id, company.fiscal_year, rows, index);
  const { text, from, to, doc_types, states, sort, descending } = request;
  const plain = !text && !from && !to && !doc_types?.length && !states?.length;
  const key = sort ?? "day";
  if (plain && (key === "day" || rows > 60_000)) {
    const last = Math.min(rows, offset + limit);
    const page: Movement[] = [];
    for (let index = offset; index < last; index += 1) {
      page.push(at(descending ? rows - 1 - index : index));
    }
    return { rows: page, totals: totals(rows, BigInt(rows) * 92_845_510_305n) };
  }
  const found: Movement[] = [];
  for (let index = 0; index < Math.min(rows, 60_000); index += 1) {
    const row = at(index);
    if (fits(row, request)) found.push(row);
  }
  found.sort(compare(key));
  if (descending) found.reverse();
  const total = found.reduce((sum, row) => sum + scaled(row.total, 4), 0n);
  return { rows: found.slice(offset, offset + limit), totals: totals(found.length, total) };
}

function totals(rows: number, total: bigint) {
  return {
    rows,
    quantity: decimal(BigInt(rows) * 12_500_000n, 6),
    total: decimal(total, 4),
    cost: decimal((total * 71n) / 100n, 4),
  };
}

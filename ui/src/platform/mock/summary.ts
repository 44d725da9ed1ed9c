// Movements by month and kind.
import type { Company, Summary } from "@/generated/commands";
import { decimal, KINDS } from "./movements";
import type { Bodies, Office } from "./office";

export const summaryBodies = (office: Office): Bodies => ({
  "movements.summary": ({ companies: wanted }) => summary(office, office.chosen(wanted)),
});

function summary(office: Office, chosen: Company[]): Summary {
  const held = chosen.filter((company) => office.extracted.has(company.id));
  const months = new Map<
    string,
    { movements: number; sales: bigint; returns: bigint; purchases: bigint; quantity: bigint }
  >();
  for (const company of held) {
    const last = company.fiscal_year === 2026 ? 11 : 12;
    for (let month = 1; month <= last; month += 1) {
      const key = `${company.fiscal_year}-${String(month).padStart(2, "0")}`;
      const cell = months.get(key) ?? {
        movements: 0,
        sales: 0n,
        returns: 0n,
        purchases: 0n,
        quantity: 0n,
      };
      const rows = Math.round(
        (office.rows(company) / last) * (0.8 + 0.04 * month + 0.12 * Math.sin(month + company.id)),
      );
      const sales = BigInt(rows) * 183_450_100n;
      cell.movements += rows;
      cell.sales += sales;
      cell.returns += (sales / 290_000n) * 10_000n;
      cell.purchases += ((sales * 58n) / 1_000_000n) * 10_000n;
      cell.quantity += BigInt(rows) * 7_250_000n;
      months.set(key, cell);
    }
  }
  const rows = held.reduce((sum, company) => sum + office.rows(company), 0);
  return {
    companies: held,
    movements: rows,
    posted: Math.round(rows * 0.95),
    months: [...months]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, cell]) => ({
        month,
        movements: cell.movements,
        sales: decimal(cell.sales, 4),
        returns: decimal(cell.returns, 4),
        net_sales: decimal(cell.sales - cell.returns, 4),
        quantity: decimal(cell.quantity, 6),
        purchases: decimal(cell.purchases, 4),
      })),
    types: KINDS.map(({ code, meaning }, at) => ({
      doc_type: code,
      meaning,
      state: "posted",
      movements: Math.round(rows * ([0.66, 0.04, 0.2, 0.01, 0.09][at] ?? 0)),
      total: decimal(BigInt(rows) * BigInt(1000 - at * 180) * 1_000_000n, 4),
    })),
    top: [],
    warehouse: "/home/oficina/.local/share/puente/warehouse.db",
  } as unknown as Summary;
}

import type { SaleRow, SalesTotals } from "@/generated/commands";
import { useFormat } from "@/i18n/format";

/** The currency that all amounts of a list are in; none where there are several. */
export function useUnit(totals: SalesTotals | undefined): string | null {
  const { currency } = useFormat();
  const [first, ...others] = totals?.sums ?? [];
  return others.length > 0 ? null : (first?.currency ?? currency);
}

/** A heading with the currency of what stands below it. */
export function withUnit(text: string, unit: string | null): string {
  return unit === null ? text : `${text} (${unit})`;
}

/** An amount, with its currency where the heading can't say it. */
export function withCurrency(amount: string, row: SaleRow, unit: string | null): string {
  return unit === null ? `${amount} ${row.currency}` : amount;
}

import { useKept } from "@/components/kept";

/** What stock advice stands on; kept, for an office's suppliers don't change from day to day. */
export interface Terms {
  /** Days from order to arrival. */
  days: number;
  /** Percent of the times between orders in which nothing runs out. */
  service: number;
}

export const USUAL: Terms = { days: 15, service: 95 };

export function useTerms() {
  const [terms, setTerms] = useKept<Terms>("stock-terms", USUAL);
  const asked = {
    lead_days: Math.min(365, Math.max(1, Math.round(terms.days))),
    service: Math.min(99.9, Math.max(50, terms.service)) / 100,
  };
  return { terms, setTerms, asked };
}

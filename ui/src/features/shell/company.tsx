// The company that every tab is about, or all of them.
import { createContext, useContext } from "react";
import type { Company } from "@/generated/commands";

export interface CompanyChoice {
  /** Nothing means all companies. */
  nit: string | null;
  choose: (nit: string | null) => void;
}

export const CompanyContext = createContext<CompanyChoice>({ nit: null, choose: () => {} });

export function useCompanyChoice(): CompanyChoice {
  return useContext(CompanyContext);
}

/** One entry for each taxpayer, whatever its years. */
export function taxpayers(companies: readonly Company[]): { nit: string; name: string }[] {
  const byNit = new Map<string, { nit: string; name: string; year: number }>();
  for (const { nit, name, fiscal_year: year } of companies) {
    const known = byNit.get(nit);
    if (!known || known.year < year) byNit.set(nit, { nit, name, year });
  }
  return [...byNit.values()].sort((a, b) => a.name.localeCompare(b.name));
}

// Quantities of forecasts are estimates: as many decimals as they are worth.
import { useMemo } from "react";
import { useFormat } from "@/i18n/format";

interface Figures {
  /** `1.234`, `12,3`, `0,45` */
  figure: (value: number) => string;
  /** `+12 %` */
  change: (fraction: number) => string;
  /** `12 %`, without a sign. */
  share: (fraction: number) => string;
  /** `0,873`; a dash where it can't be told. */
  score: (value: number | null) => string;
}

export function useFigures(): Figures {
  const { locale } = useFormat();
  return useMemo(() => {
    const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
    const of = [0, 1, 2].map((digits) => number({ maximumFractionDigits: digits }));
    const change = number({
      style: "percent",
      maximumFractionDigits: 0,
      signDisplay: "exceptZero",
    });
    const share = number({ style: "percent", maximumFractionDigits: 0 });
    const score = number({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
    return {
      figure: (value) => {
        const size = Math.abs(value);
        const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 1 ? 1 : 2;
        return of[digits]?.format(value) ?? String(value);
      },
      change: (fraction) => change.format(fraction),
      share: (fraction) => share.format(Math.abs(fraction)),
      score: (value) => (value === null ? "–" : score.format(value)),
    };
  }, [locale]);
}

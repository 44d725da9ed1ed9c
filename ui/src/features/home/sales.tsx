import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { useCommand } from "@/platform/commands";
import { useCompanyChoice } from "../shell/company";

const MonthChart = lazy(() => import("@/components/month-chart"));

/** How much money is behind it: the last twelve months of everything that was extracted. */
export function Sales() {
  const { t } = useTranslation();
  const { nit } = useCompanyChoice();
  const summary = useCommand("movements.summary", { companies: nit ? [nit] : [] }, { keep: true });
  const months = (summary.data?.months ?? []).filter(({ month }) => month !== "").slice(-12);
  if (summary.data && months.length === 0) return null;
  return (
    <section className="card" aria-label={t("companies.chart.title")}>
      {summary.data ? (
        <Suspense fallback={<Bones lines={6} />}>
          <MonthChart months={months} height={236} name={nit ?? t("common.all_companies")} />
        </Suspense>
      ) : (
        <Bones lines={6} />
      )}
    </section>
  );
}

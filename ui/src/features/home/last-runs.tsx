import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ProvenView } from "@/components/state";
import type { LastRun } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCompanyChoice } from "../shell/company";

/** The companies that were extracted last. */
export function LastRuns({ runs }: { runs: LastRun[] }) {
  const { t } = useTranslation();
  const { count, ago, moment } = useFormat();
  const { nit: chosen } = useCompanyChoice();
  const shown = runs.filter(({ nit }) => chosen === null || chosen === nit);
  return (
    <section className="card" aria-label={t("home.syncs.title")}>
      <div className="card-head">
        <h2 className="grow">{t("home.syncs.title")}</h2>
        <Link to="/empresas">{t("home.syncs.all")}</Link>
      </div>
      {shown.length === 0 ? (
        <p className="dim">{t("home.syncs.none")}</p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th>{t("companies.col.name")}</th>
              <th className="num">{t("companies.col.year")}</th>
              <th className="num">{t("companies.col.movements")}</th>
              <th className="num">{t("home.syncs.changes")}</th>
              <th>{t("companies.col.last")}</th>
              <th>{t("companies.col.proven")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((run) => (
              <tr key={`${run.nit}:${run.fiscal_year}`}>
                <td className="clip-cell" dir="auto">
                  <Link
                    className="link"
                    to="/empresas/$nit"
                    params={{ nit: run.nit }}
                    search={{ year: run.fiscal_year }}
                  >
                    {run.name}
                  </Link>
                </td>
                <td className="num">{run.fiscal_year}</td>
                <td className="num">{count(run.movements)}</td>
                <td className="num">{run.changes === 0 ? "" : count(run.changes)}</td>
                <td className="dim" title={moment(run.finished_at)}>
                  {ago(run.finished_at)}
                </td>
                <td>
                  <ProvenView proven={run.proven} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

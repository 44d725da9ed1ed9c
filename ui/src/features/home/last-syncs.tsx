import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProvenView } from "@/components/state";
import type { LastSync } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCompanyChoice } from "../shell/company";

const FIRST = 10;

export function LastSyncs({ syncs }: { syncs: LastSync[] }) {
  const { t } = useTranslation();
  const { count, ago, moment } = useFormat();
  const { nit: chosen } = useCompanyChoice();
  const [all, setAll] = useState(false);
  const fitting = syncs.filter(({ nit }) => chosen === null || chosen === nit);
  const shown = all ? fitting : fitting.slice(0, FIRST);
  return (
    <section className="card" aria-label={t("home.syncs.title")}>
      <div className="card-head">
        <h2 className="grow">{t("home.syncs.title")}</h2>
        <Link to="/empresas">{t("home.syncs.all")}</Link>
      </div>
      {fitting.length === 0 ? (
        <p className="dim">{t("home.syncs.none")}</p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th>{t("companies.col.name")}</th>
              <th className="num">{t("companies.col.year")}</th>
              <th className="num">{t("companies.col.movements")}</th>
              <th className="num">{t("home.syncs.new")}</th>
              <th>{t("companies.col.last")}</th>
              <th>{t("companies.col.proven")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((sync) => (
              <tr key={`${sync.nit}:${sync.fiscal_year}`}>
                <td className="clip-cell" dir="auto">
                  <Link
                    className="link"
                    to="/empresas/$nit"
                    params={{ nit: sync.nit }}
                    search={{ year: sync.fiscal_year }}
                  >
                    {sync.name}
                  </Link>
                </td>
                <td className="num">{sync.fiscal_year}</td>
                <td className="num">{count(sync.movements)}</td>
                <td className="num">{sync.inserted === 0 ? "" : `+${count(sync.inserted)}`}</td>
                <td className="dim" title={sync.finished_at ? moment(sync.finished_at) : undefined}>
                  {sync.finished_at ? ago(sync.finished_at) : ""}
                </td>
                <td>
                  <ProvenView proven={sync.proven} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {fitting.length > shown.length ? (
        <Button mt={8} variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
          {t("home.attention.more", { count: fitting.length - shown.length })}
        </Button>
      ) : null}
    </section>
  );
}

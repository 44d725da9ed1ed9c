import { Button } from "@mantine/core";
import {
  IconEqual,
  IconEqualNot,
  IconHistory,
  IconRosetteDiscountCheck,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { ProvenView, State } from "@/components/state";
import { done, failed } from "@/components/toast";
import type { CompanyPage, Proof, Run } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";

/** What was brought and when, and the proof that nothing is missing. */
export function Runs({ page }: { page: CompanyPage }) {
  const { t } = useTranslation();
  const { count, moment, duration } = useFormat();
  const how = ({ notes }: Run) => {
    if (notes.reread) return t(`companies.reread.${notes.reread}`);
    return notes.changes ? t(`companies.changes_by.${notes.changes}`) : null;
  };
  if (page.history.length === 0) {
    return (
      <div className="card">
        <Empty icon={IconHistory} title={t("companies.runs.none")}>
          {t("companies.summary.none_text")}
        </Empty>
      </div>
    );
  }
  return (
    <>
      {page.proof ? <ProofCard page={page} proof={page.proof} /> : null}
      <section className="card" style={{ padding: 0, overflow: "auto", flex: "none" }}>
        <table className="plain" aria-label={t("companies.view.runs")}>
          <thead>
            <tr>
              <th>{t("companies.runs.when")}</th>
              <th>{t("companies.runs.mode")}</th>
              <th>{t("companies.runs.why")}</th>
              <th className="num">{t("companies.runs.took")}</th>
              <th className="num">{t("companies.runs.read")}</th>
              <th className="num">{t("companies.runs.inserted")}</th>
              <th className="num">{t("companies.runs.updated")}</th>
              <th className="num">{t("companies.runs.removed")}</th>
            </tr>
          </thead>
          <tbody>
            {page.history.map((run) => (
              <tr key={run.started_at}>
                <td>{moment(run.finished_at)}</td>
                <td>{t(`companies.mode.${run.mode}`)}</td>
                <td className="dim">{how(run)}</td>
                <td className="num">
                  {duration((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000)}
                </td>
                <td className="num">{count(run.rows_read)}</td>
                <td className="num">{count(run.inserted)}</td>
                <td className="num">{count(run.updated)}</td>
                <td className="num">{count(run.removed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function ProofCard({ page, proof }: { page: CompanyPage; proof: Proof }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const prove = useAction("movements.prove");
  const lines = proof.holds
    ? proof.tables
    : [...proof.tables, ...proof.groups.filter((group) => !group.equal)];
  return (
    <section className="card" aria-label={t("companies.proof.title")} style={{ flex: "none" }}>
      <div className="card-head">
        <h2>{t("companies.proof.title")}</h2>
        <ProvenView proven={proof.holds} />
        <span className="grow dim">
          {t(`companies.proof.${proof.level}`, { at: moment(proof.taken_at) })}
        </span>
        <Button
          variant="default"
          leftSection={<IconRosetteDiscountCheck size={15} aria-hidden="true" />}
          loading={prove.isPending}
          onClick={() =>
            prove.mutate(
              { companies: [`${page.nit}:${page.fiscal_year}`] },
              { onSuccess: () => done(t("companies.proving")), onError: failed },
            )
          }
        >
          {t("companies.prove")}
        </Button>
      </div>
      <ProofTable lines={lines} />
    </section>
  );
}

export function ProofTable({ lines }: { lines: Proof["tables"] }) {
  const { t } = useTranslation();
  const { count, money, month, currency } = useFormat();
  const named = (line: Proof["tables"][number]) =>
    line.table === ""
      ? [line.doc_type, month(line.month)].filter(Boolean).join(" · ")
      : t(`companies.proof.table.${line.table as "lines"}`);
  return (
    <table className="plain" aria-label={t("companies.proof.title")}>
      <thead>
        <tr>
          <th>{t("companies.proof.what")}</th>
          <th className="num">{t("companies.proof.rows_source")}</th>
          <th className="num">{t("companies.proof.rows_here")}</th>
          <th className="num">
            {t("companies.proof.total_source")} ({currency})
          </th>
          <th className="num">
            {t("companies.proof.total_here")} ({currency})
          </th>
          <th>{t("companies.proof.same")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.table} ${line.doc_type} ${line.month} ${line.state ?? ""}`}>
            <td>{named(line)}</td>
            <td className="num">{count(line.source.rows)}</td>
            <td className="num">{count(line.warehouse.rows)}</td>
            <td className="num">{money(line.source.total)}</td>
            <td className="num">{money(line.warehouse.total)}</td>
            <td>
              {line.equal ? (
                <State tone="good" icon={IconEqual}>
                  {t("companies.proof.equal")}
                </State>
              ) : (
                <State tone="bad" icon={IconEqualNot}>
                  {t("companies.proof.differs")}
                </State>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

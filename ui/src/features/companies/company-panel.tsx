import { Button } from "@mantine/core";
import { IconArrowRight, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { JobLine } from "@/components/job";
import { LinkButton } from "@/components/link-button";
import { Panel } from "@/components/panel";
import { ProvenView } from "@/components/state";
import { TroubleView } from "@/components/trouble";
import type { CompanyRow } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { useCompanyJobs } from "./company-job";

export function CompanyPanel({
  row,
  onClose,
  onExtract,
}: {
  row: CompanyRow;
  onClose: () => void;
  onExtract: (key: string) => void;
}) {
  const { t } = useTranslation();
  const { count, moment, month } = useFormat();
  const working = useCompanyJobs().get(row.id);
  const past = useCommand("jobs.list", {
    kinds: ["movements.extract"],
    states: ["failed"],
    limit: 200,
  });
  const failure = past.data?.find((job) => job.company_id === row.id);
  const stands = failure && (!row.last || failure.changed_at > row.last.finished_at);
  return (
    <Panel
      title={row.name}
      sub={t("companies.panel.sub", { nit: row.nit_written, year: row.fiscal_year })}
      onClose={onClose}
      foot={
        <>
          <LinkButton
            to="/empresas/$nit"
            params={{ nit: row.nit }}
            search={{ year: row.fiscal_year }}
            rightSection={<IconArrowRight size={15} aria-hidden="true" />}
          >
            {t("companies.panel.open")}
          </LinkButton>
          <Button
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden="true" />}
            onClick={() => onExtract(`${row.nit}:${row.fiscal_year}`)}
          >
            {t("companies.extract.button")}
          </Button>
        </>
      }
    >
      <div className="stack" data-gap="big">
        {working ? <JobLine job={working} /> : null}
        {stands && failure.error && !working ? <TroubleView view={failure.error} /> : null}
        <dl className="facts">
          <dt>{t("companies.col.server")}</dt>
          <dd dir="auto">{row.server}</dd>
          <dt>{t("companies.panel.location")}</dt>
          <dd className="mono">{row.location}</dd>
          <dt>{t("companies.panel.code")}</dt>
          <dd>{row.code}</dd>
          <dt>{t("companies.panel.seen")}</dt>
          <dd>{moment(row.seen_at)}</dd>
          {row.check_digit_ok ? null : (
            <>
              <dt>{t("companies.col.nit")}</dt>
              <dd>{t("companies.panel.digit")}</dd>
            </>
          )}
        </dl>
        <dl className="facts">
          <dt>{t("companies.col.movements")}</dt>
          <dd>{row.held ? count(row.held.movements) : t("companies.never")}</dd>
          {row.held ? (
            <>
              <dt>{t("companies.panel.posted")}</dt>
              <dd>{count(row.held.posted)}</dd>
              {row.held.first_month && row.held.last_month ? (
                <>
                  <dt>{t("companies.panel.months")}</dt>
                  <dd>
                    {month(row.held.first_month)} – {month(row.held.last_month)}
                  </dd>
                </>
              ) : null}
            </>
          ) : null}
          {row.last ? (
            <>
              <dt>{t("companies.col.last")}</dt>
              <dd>{moment(row.last.finished_at)}</dd>
              <dt>{t("companies.panel.brought")}</dt>
              <dd>
                {t("companies.panel.changes", {
                  inserted: count(row.last.inserted),
                  updated: count(row.last.updated),
                  removed: count(row.last.removed),
                })}
              </dd>
              {row.last.notes.reread ? (
                <>
                  <dt>{t("companies.panel.reread")}</dt>
                  <dd>{t(`companies.reread.${row.last.notes.reread}`)}</dd>
                </>
              ) : null}
              {row.last.notes.changes ? (
                <>
                  <dt>{t("companies.panel.by")}</dt>
                  <dd>
                    {t(`companies.changes_by.${row.last.notes.changes}`)}
                    {row.last.notes.changes === "overlap" ? (
                      <p className="dim small">{t("companies.panel.overlap")}</p>
                    ) : null}
                  </dd>
                </>
              ) : null}
            </>
          ) : null}
          <dt>{t("companies.col.proven")}</dt>
          <dd>
            <ProvenView proven={row.proven} />
          </dd>
        </dl>
      </div>
    </Panel>
  );
}

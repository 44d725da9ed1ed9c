import { Button, SegmentedControl, Select } from "@mantine/core";
import { IconArrowLeft, IconDownload } from "@tabler/icons-react";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { JobLine } from "@/components/job";
import { ProvenView } from "@/components/state";
import { Trouble } from "@/components/trouble";
import type { CompanyPage } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import type { CompanySearch } from "@/routes";
import { useCompanyJobs } from "./company-job";
import { type Exported, ExportMenu } from "./export";
import { ExtractDialog } from "./extract-dialog";
import { Movements } from "./movements";
import { Runs } from "./runs";
import { CompanySummary } from "./summary";

const VIEWS = ["summary", "movements", "runs"] as const;
type View = (typeof VIEWS)[number];

export default function Company() {
  const { nit } = useParams({ from: "/empresas/$nit" });
  const search = useSearch({ from: "/empresas/$nit" });
  const navigate = useNavigate({ from: "/empresas/$nit" });
  const pages = useCommand("companies.show", { company: nit }, { keep: true });
  const years = [...(pages.data ?? [])].sort((a, b) => b.fiscal_year - a.fiscal_year);
  const page = years.find((page) => page.fiscal_year === search.year) ?? years[0];
  const view = search.view ?? "summary";
  const [seen, setSeen] = useState<Exported | null>(null);
  const set = (change: Partial<CompanySearch>) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  if (pages.error) {
    return (
      <div className="page-body">
        <Back />
        <Trouble error={pages.error} />
      </div>
    );
  }
  if (!page) {
    return (
      <div className="page-body">
        <Bones lines={10} />
      </div>
    );
  }
  const key = `${page.nit}:${page.fiscal_year}`;
  return (
    <div className="page">
      <div className="page-body" data-scroll={view === "movements" ? undefined : true}>
        <Head
          page={page}
          years={years}
          onYear={(year) => set({ year, from: undefined, to: undefined })}
          view={view}
          onView={(view) => set({ view })}
          seen={seen}
        />
        {view === "summary" ? (
          <CompanySummary
            page={page}
            onMonth={(month) => set({ view: "movements", ...daysOf(month) })}
          />
        ) : null}
        {view === "movements" ? (
          <Movements
            key={key}
            company={key}
            span={{ from: search.from ?? null, to: search.to ?? null }}
            onSpan={({ from, to }) => set({ from: from ?? undefined, to: to ?? undefined })}
            onSeen={setSeen}
          />
        ) : null}
        {view === "runs" ? <Runs page={page} /> : null}
      </div>
    </div>
  );
}

function Back() {
  const { t } = useTranslation();
  return (
    <Link
      to="/empresas"
      className="back"
      aria-label={t("companies.back")}
      title={t("companies.back")}
    >
      <IconArrowLeft size={18} aria-hidden="true" />
    </Link>
  );
}

function Head({
  page,
  years,
  onYear,
  view,
  onView,
  seen,
}: {
  page: CompanyPage;
  years: CompanyPage[];
  onYear: (year: number) => void;
  view: View;
  onView: (view: View) => void;
  /** The movements that are on screen. */
  seen: Exported | null;
}) {
  const { t } = useTranslation();
  const { count, ago } = useFormat();
  const [extracting, setExtracting] = useState(false);
  const working = useCompanyJobs().get(page.id);
  const key = `${page.nit}:${page.fiscal_year}`;
  return (
    <>
      <div className="page-head">
        <Back />
        <div className="grow">
          <h1 className="wrap" dir="auto">
            {page.name}
          </h1>
          <div className="row dim" data-wrap style={{ columnGap: 14, rowGap: 0 }}>
            <span>{t("companies.panel.nit", { nit: page.nit_written })}</span>
            {page.held ? (
              <span>
                {t("companies.held", {
                  count: page.held.movements,
                  movements: count(page.held.movements),
                })}
              </span>
            ) : null}
            {page.last ? (
              <span>{t("companies.extracted", { ago: ago(page.last.finished_at) })}</span>
            ) : null}
            <ProvenView proven={page.proven} />
          </div>
        </div>
        <SegmentedControl
          aria-label={t("companies.views")}
          data={VIEWS.map((view) => ({ value: view, label: t(`companies.view.${view}`) }))}
          value={view}
          onChange={(view) => onView(view as View)}
        />
        <Select
          w={84}
          aria-label={t("companies.col.year")}
          data={years.map((page) => String(page.fiscal_year))}
          value={String(page.fiscal_year)}
          onChange={(year) => onYear(Number(year))}
          allowDeselect={false}
        />
        <ExportMenu
          all={{ what: { companies: [key] }, rows: page.held?.movements ?? 0 }}
          seen={seen}
          disabled={!page.held}
        />
        <Button
          leftSection={<IconDownload size={15} aria-hidden="true" />}
          onClick={() => setExtracting(true)}
        >
          {t("companies.extract.button")}
        </Button>
      </div>
      {working ? (
        <div className="card">
          <JobLine job={working} />
        </div>
      ) : null}
      {extracting ? (
        <ExtractDialog
          companies={[key]}
          names={years}
          onClose={() => setExtracting(false)}
          onStarted={() => {}}
        />
      ) : null}
    </>
  );
}

/** First and last day of `2026-11`. */
function daysOf(month: string): { from: string; to: string } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { from: `${month}-01`, to: `${month}-${String(last).padStart(2, "0")}` };
}

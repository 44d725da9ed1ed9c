import { SegmentedControl } from "@mantine/core";
import { IconChecklist, IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid } from "@/components/grid";
import { Bar, useHowFar } from "@/components/job";
import { kindName } from "@/components/names";
import { JobStateView } from "@/components/state";
import { Trouble, useTexts } from "@/components/trouble";
import type { ErrorView, Job, JobState } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { useNewest } from "@/platform/live";
import type { ActivitySearch } from "@/routes";
import { useCompanyChoice } from "../shell/company";
import { Audit } from "./audit";
import { JobPanel } from "./job-panel";

const STATES: JobState[] = [
  "running",
  "queued",
  "paused",
  "failed",
  "uncertain",
  "done",
  "cancelled",
];
const STEP = 200;
const MOST = 1000;

export default function Activity() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/actividad" });
  const navigate = useNavigate({ from: "/actividad" });
  const view = search.view ?? "jobs";
  const set = useCallback(
    (change: Partial<ActivitySearch>) =>
      void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  const close = useCallback(() => set({ open: undefined }), [set]);
  return (
    <div className="page">
      <div className="page-body">
        <div className="page-head">
          <h1 className="grow">{t("common.tab.activity")}</h1>
          <SegmentedControl
            aria-label={t("common.tab.activity")}
            data={[
              { value: "jobs", label: t("activity.jobs") },
              { value: "audit", label: t("activity.audit") },
            ]}
            value={view}
            onChange={(view) => set({ view: view as "jobs" | "audit", open: undefined })}
          />
        </div>
        {view === "jobs" ? <Jobs search={search} set={set} /> : <Audit />}
      </div>
      {view === "jobs" && search.open !== undefined ? (
        <JobPanel key={search.open} id={search.open} onClose={close} />
      ) : null}
    </div>
  );
}

function Jobs({
  search,
  set,
}: {
  search: ActivitySearch;
  set: (change: Partial<ActivitySearch>) => void;
}) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(STEP);
  const states = search.state ? [search.state] : [];
  const jobs = useCommand("jobs.list", { states, limit }, { keep: true });
  const ofCompany = useJobsOfCompany();
  const all = jobs.data ?? NONE;
  const rows = useMemo(() => all.filter(ofCompany), [all, ofCompany]);
  const columns = useColumns();
  const onSight = useCallback(
    (_: number, last: number) => {
      if (all.length === limit && last >= limit - 20 && limit < MOST) {
        setLimit((old) => Math.min(MOST, old + STEP));
      }
    },
    [all.length, limit],
  );
  return (
    <>
      <div className="row" data-wrap>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            className="chip"
            aria-pressed={search.state === state}
            onClick={() => set({ state: search.state === state ? undefined : state })}
          >
            {t(`common.job_state.${state}`)}
          </button>
        ))}
      </div>
      {jobs.error ? <Trouble error={jobs.error} /> : null}
      <Grid
        label={t("activity.jobs")}
        columns={columns}
        count={rows.length}
        rowAt={(index) => rows[index]}
        keyOf={keyOf}
        open={search.open === undefined ? null : String(search.open)}
        onOpen={(job) => set({ open: job.id })}
        onSight={onSight}
        loading={jobs.isPending}
        store="jobs"
        empty={
          search.state ? (
            <Empty icon={IconSearch} title={t("activity.none_fit")} />
          ) : (
            <Empty icon={IconChecklist} title={t("activity.none")}>
              {t("activity.none_text")}
            </Empty>
          )
        }
      />
    </>
  );
}

const NONE: Job[] = [];
const ALL = () => true;
const keyOf = ({ id }: Job) => String(id);

function useJobsOfCompany(): (job: Job) => boolean {
  const { nit } = useCompanyChoice();
  const companies = useCommand("companies.list", {}, { enabled: nit !== null }).data;
  return useMemo(() => {
    if (nit === null || !companies) return ALL;
    const ids = new Set(companies.filter((row) => row.nit === nit).map((row) => row.id));
    return (job: Job) => job.company_id === null || ids.has(job.company_id);
  }, [nit, companies]);
}

function useColumns(): Column<Job>[] {
  const { t } = useTranslation();
  const { moment } = useFormat();
  return useMemo(
    () => [
      {
        id: "id",
        title: t("activity.col.id"),
        width: 70,
        align: "right",
        cell: (job) => job.id,
      },
      {
        id: "state",
        title: t("activity.col.state"),
        width: 125,
        cell: (job) => <LiveState job={job} />,
      },
      { id: "kind", title: t("activity.col.kind"), width: 180, cell: (job) => kindName(job.kind) },
      {
        id: "subject",
        title: t("activity.col.subject"),
        width: 300,
        cell: (job) => (
          <span dir="auto" title={job.subject}>
            {job.subject}
          </span>
        ),
      },
      {
        id: "since",
        title: t("activity.col.since"),
        width: 140,
        align: "right",
        cell: (job) => moment(job.changed_at),
      },
      {
        id: "far",
        title: t("activity.col.far"),
        width: 330,
        cell: (job) => <HowItGoes job={job} />,
      },
    ],
    [t, moment],
  );
}

function LiveState({ job }: { job: Job }) {
  return <JobStateView state={useNewest(job).state} />;
}

function HowItGoes({ job: given }: { job: Job }) {
  const job = useNewest(given);
  const { text, fraction } = useHowFar(job);
  const outcome = useOutcome(job);
  if (job.state === "running") {
    return (
      <span className="row">
        <span style={{ flex: "0 0 90px" }}>
          <Bar fraction={fraction} label={`${kindName(job.kind)} ${job.subject}`} />
        </span>
        <span className="clip small dim num-left">{text}</span>
      </span>
    );
  }
  if (job.error) return <Why view={job.error} />;
  return <span className="dim">{outcome}</span>;
}

function Why({ view }: { view: ErrorView }) {
  const { message } = useTexts(view);
  return <span title={message}>{message}</span>;
}

/** What a job that ended gave, in a few words. */
export function useOutcome(job: Job): string {
  const { t } = useTranslation();
  const { count, bytes } = useFormat();
  const { result } = job;
  switch (result?.of) {
    case "discovered":
      return t("activity.outcome.discovered", {
        listed: count(result.listed),
        added: count(result.added),
        gone: count(result.gone),
      });
    case "extracted":
      return t("activity.outcome.extracted", {
        read: count(result.rows_read),
        inserted: count(result.inserted),
        updated: count(result.updated),
        removed: count(result.removed),
      });
    case "proven":
      return result.holds ? t("common.proven.yes") : t("common.proven.no");
    case "synced":
      return t("activity.outcome.queued", { count: result.queued.length });
    case "queued":
      return t("activity.outcome.queued", { count: result.jobs.length });
    case "tidied":
      return t("activity.outcome.tidied", { jobs: count(result.jobs), rows: count(result.rows) });
    case "backed_up":
      return `${result.name} (${bytes(result.bytes)})`;
    default:
      return "";
  }
}

import { SegmentedControl } from "@mantine/core";
import { IconChecklist, IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid } from "@/components/grid";
import { Bar, useHowFar } from "@/components/job";
import { Chips, Filters, ListPage } from "@/components/list-page";
import { kindName } from "@/components/names";
import { SavedViews } from "@/components/saved-views";
import { JobStateView } from "@/components/state";
import { Trouble, useTexts } from "@/components/trouble";
import type { ErrorView, Job, JobState } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useNewest } from "@/platform/live";
import { usePages } from "@/platform/pages";
import type { ActivitySearch } from "@/routes";
import { useCompanyChoice } from "../shell/company";
import { SeeExample } from "../welcome/see-example";
import { Audit } from "./audit";
import { JobPanel } from "./job-panel";
import { useOutcome } from "./outcome";

const STATES: JobState[] = [
  "running",
  "queued",
  "paused",
  "failed",
  "uncertain",
  "done",
  "cancelled",
];

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
    <ListPage
      title={t("common.tab.activity")}
      actions={
        <SegmentedControl
          aria-label={t("common.tab.activity")}
          data={[
            { value: "jobs", label: t("activity.jobs") },
            { value: "audit", label: t("activity.audit") },
          ]}
          value={view}
          onChange={(view) => set({ view: view as "jobs" | "audit", open: undefined })}
        />
      }
      panel={
        view === "jobs" && search.open !== undefined ? (
          <JobPanel key={search.open} id={search.open} onClose={close} />
        ) : null
      }
    >
      {view === "jobs" ? <Jobs search={search} set={set} /> : <Audit />}
    </ListPage>
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
  const { nit } = useCompanyChoice();
  const { state } = search;
  const question = useMemo(() => ({ states: state ? [state] : [], nit }), [state, nit]);
  const pages = usePages("jobs.page", question);
  const columns = useColumns();
  return (
    <>
      <Filters>
        <Chips
          values={STATES}
          chosen={question.states}
          text={(state) => t(`common.job_state.${state}`)}
          onToggle={(chip) => set({ state: state === chip ? undefined : chip })}
        />
        <div className="grow" />
        <SavedViews
          list="jobs"
          shows={{ state }}
          onApply={(shows) => set({ state: STATES.find((state) => state === shows.state) })}
        />
      </Filters>
      {pages.error ? <Trouble error={pages.error} /> : null}
      <Grid
        label={t("activity.jobs")}
        columns={columns}
        count={pages.first?.total ?? 0}
        rowAt={pages.rowAt}
        keyOf={keyOf}
        open={search.open === undefined ? null : String(search.open)}
        onOpen={(job) => set({ open: job.id })}
        onSight={pages.onSight}
        loading={pages.isPending}
        store="jobs"
        empty={
          search.state ? (
            <Empty icon={IconSearch} title={t("activity.none_fit")} />
          ) : (
            <Empty icon={IconChecklist} title={t("activity.none")} action={<SeeExample />}>
              {t("activity.none_text")}
            </Empty>
          )
        }
      />
    </>
  );
}

const keyOf = ({ id }: Job) => String(id);

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
        grows: true,
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
        grows: true,
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

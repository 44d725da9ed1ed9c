import { Button } from "@mantine/core";
import { IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Bar, JobLine } from "@/components/job";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Job, Overview } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { useStatus } from "@/platform/status";
import { UNSETTLED } from "../shell/jobs-menu";
import { SeeExample } from "../welcome/see-example";
import { AttentionList } from "./attention";
import { Checklist } from "./checklist";
import { LastRuns } from "./last-runs";
import { Sales } from "./sales";
import { useSync } from "./sync";

export default function Home() {
  const { t } = useTranslation();
  const overview = useCommand("overview", {}, { keep: true });
  const jobs = useCommand("jobs.list", UNSETTLED, { keep: true }).data ?? [];
  // An example has nothing to be set up.
  const isDemo = useStatus().profile === "demo";
  if (overview.error) {
    return (
      <div className="page-body">
        <Trouble error={overview.error} />
      </div>
    );
  }
  return (
    <div className="page">
      <div className="page-body" data-scroll data-gap="big">
        <h1 className="hidden">{t("common.tab.home")}</h1>
        <Headline overview={overview.data} jobs={jobs} />
        {overview.data ? (
          <>
            {isDemo || overview.data.steps.every((step) => step.done) ? null : (
              <Checklist steps={overview.data.steps} />
            )}
            <AttentionList items={overview.data.attention} />
            <div className="home-two">
              {overview.data.companies.length > 0 ? (
                <LastRuns runs={overview.data.companies} />
              ) : null}
              <Sales />
            </div>
          </>
        ) : (
          <Bones lines={10} />
        )}
      </div>
    </div>
  );
}

/** One sentence on how things stand, and the one button. */
function Headline({ overview, jobs }: { overview: Overview | undefined; jobs: Job[] }) {
  const { t } = useTranslation();
  const sync = useSync();
  const working = jobs.length > 0;
  return (
    <section className="card headline" aria-label={t("home.headline")}>
      <div className="row" style={{ gap: 16 }}>
        <div className="grow">
          <h2 style={{ fontSize: 16 }}>{overview ? <Sentence overview={overview} /> : "…"}</h2>
          <p className="dim">{overview ? <Figures overview={overview} /> : null}</p>
        </div>
        {overview?.counts.servers === 0 ? <SeeExample /> : null}
        <Button
          size="md"
          leftSection={
            <IconRefresh size={18} className={working ? "turn" : ""} aria-hidden="true" />
          }
          onClick={sync.start}
          disabled={!overview || overview.counts.servers === 0 || working}
          loading={sync.isPending}
        >
          {working ? t("home.sync.working") : t("home.sync.button")}
        </Button>
      </div>
      {working ? <Work jobs={jobs} /> : null}
    </section>
  );
}

function Sentence({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { counts, attention, steps } = overview;
  if (counts.servers === 0) return t("home.sentence.begin");
  if (attention.length > 0) return t("home.sentence.attention", { count: attention.length });
  const next = steps.find((step) => step.next);
  if (next) return t("home.sentence.next", { step: t(`home.step.${next.step}.title`) });
  return t("home.sentence.well");
}

/** What is held, and how the last round went. */
function Figures({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { count, ago } = useFormat();
  const { counts, sync } = overview;
  if (counts.companies === 0) return t("home.sentence.begin_hint");
  const held = t("home.figures", {
    count: counts.companies,
    companies: count(counts.companies),
    movements: count(counts.movements),
  });
  if (!sync?.finished_at) return held;
  const went = t("home.last", {
    count: sync.companies,
    ago: ago(sync.finished_at),
    companies: count(sync.companies),
    changes: count(sync.changes),
  });
  const failed = sync.failed > 0 ? t("home.last_failed", { count: sync.failed }) : "";
  return `${held} ${went} ${failed}`.trim();
}

/** The jobs of this round: how many are done of those that were seen, and those that run. */
function Work({ jobs }: { jobs: Job[] }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const cancel = useAction("jobs.cancel");
  const most = useRef(0);
  most.current = Math.max(most.current, jobs.length);
  const ended = most.current - jobs.length;
  const running = jobs.filter((job) => job.state === "running").sort((a, b) => a.id - b.id);
  const cancelAll = async () => {
    const asked = await Promise.allSettled(jobs.map(({ id }) => cancel.mutateAsync({ id })));
    const bad = asked.find((answer) => answer.status === "rejected");
    if (bad) failed(bad.reason);
    else done(t("home.sync.cancelled"));
  };
  return (
    <div className="stack" style={{ marginTop: 12, gap: 10 }}>
      <div className="row">
        <div className="grow">
          <Bar fraction={ended / Math.max(1, most.current)} label={t("home.sync.progress")} />
        </div>
        <span className="small dim num-left">
          {t("home.sync.of", { done: count(ended), total: count(most.current) })}
        </span>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlayerStop size={14} aria-hidden="true" />}
          onClick={() => void cancelAll()}
        >
          {t("home.sync.cancel")}
        </Button>
      </div>
      {running.map((job) => (
        <JobLine key={job.id} job={job} />
      ))}
    </div>
  );
}

import { Button } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { ScheduleSet, SetUpStep, SetUpStepName } from "@/generated/commands";
import { useAction } from "@/platform/commands";

/** What an office sets up once, in order; each step with the button that does it. */
export function Checklist({ steps }: { steps: SetUpStep[] }) {
  const { t } = useTranslation();
  const run = useRun();
  return (
    <section className="card" aria-label={t("home.checklist")}>
      <div className="card-head">
        <h2 className="grow">{t("home.checklist")}</h2>
        <span className="dim small">
          {t("home.checklist_done", {
            done: steps.filter((step) => step.done).length,
            all: steps.length,
          })}
        </span>
      </div>
      <ol className="steps">
        {steps.map(({ step: name, done, next }) => (
          <li key={name} className="step" data-next={next || undefined}>
            {done ? (
              <IconCircleCheck size={20} className="step-done" aria-hidden="true" />
            ) : (
              <IconCircleDashed size={20} className="dim" aria-hidden="true" />
            )}
            <div className="grow">
              <div className={next ? "strong" : done ? "dim" : ""}>
                {t(`home.step.${name}.title`)}
                <span className="hidden">
                  {done ? ` (${t("home.done")})` : ` (${t("home.to_do")})`}
                </span>
              </div>
              {next ? <div className="dim small">{t(`home.step.${name}.text`)}</div> : null}
            </div>
            {next ? (
              <Button onClick={() => run(name)}>{t(`home.step.${name}.button`)}</Button>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

function useRun(): (step: SetUpStepName) => void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const discover = useAction("companies.discover");
  const extract = useAction("movements.extract");
  const backUp = useAction("backup.create");
  const schedule = useAction("schedules.set");
  const said = (text: string) => ({ onSuccess: () => done(text), onError: failed });
  return (step) => {
    switch (step) {
      case "server":
        void navigate({ to: "/servidores", search: { open: "new" } });
        break;
      case "tested":
        void navigate({ to: "/servidores" });
        break;
      case "companies":
        discover.mutate({}, said(t("companies.discovering")));
        break;
      case "extracted":
        extract.mutate({}, said(t("companies.extracting")));
        break;
      case "schedule":
        // What an office needs nearly always; it can be changed where schedules are.
        schedule.mutate(PROPOSED, said(t("home.step.schedule.done")));
        break;
      case "backup":
        backUp.mutate({}, said(t("settings.backups.started")));
        break;
    }
  };
}

const PROPOSED: ScheduleSet = {
  name: "sync",
  work: "sync",
  cadence: { every: "day", at: "06:00" },
};

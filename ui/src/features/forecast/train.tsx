import { Button, Checkbox, Select } from "@mantine/core";
import { IconSchool } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { JobLine } from "@/components/job";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { ForecastModel, Job } from "@/generated/commands";
import { useAction, useCommand } from "@/platform/commands";
import { UNSETTLED } from "../shell/jobs-menu";

export const KINDS: ForecastModel[] = ["puente", "prophet", "xgboost", "seasonal_naive", "mean_12"];
const AHEAD = [3, 6, 9, 12];

/** What trains for this NIT now. */
export function useTraining(nit: string): Job | undefined {
  const jobs = useCommand("jobs.list", UNSETTLED, { keep: true }).data ?? [];
  return jobs.find(({ kind, subject }) => kind === "forecast.train" && subject === nit);
}

/** How far that is, with its way out. */
export function TrainingLine({ nit }: { nit: string }) {
  const job = useTraining(nit);
  return job ? (
    <div className="card">
      <JobLine job={job} />
    </div>
  ) : null;
}

/** Trains at once, the way that fits most offices. */
export function TrainNow({ nit, apart }: { nit: string; apart: boolean }) {
  const { t } = useTranslation();
  const train = useAction("forecast.train");
  const busy = useTraining(nit) !== undefined;
  return (
    <Button
      leftSection={<IconSchool size={15} aria-hidden="true" />}
      loading={train.isPending}
      disabled={busy}
      onClick={() =>
        train.mutate(
          { nit, ...(apart ? { by_place: true } : {}) },
          { onSuccess: () => done(t("forecast.training")), onError: failed },
        )
      }
    >
      {t("forecast.train.button")}
    </Button>
  );
}

/** Trains as the person chooses. */
export function TrainMenu({
  nit,
  apart,
  plain,
}: {
  nit: string;
  /** Each warehouse apart, unless the person chooses otherwise. */
  apart: boolean;
  plain?: boolean;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const busy = useTraining(nit) !== undefined;
  return (
    <>
      <Button
        variant={plain ? "default" : "filled"}
        leftSection={plain ? null : <IconSchool size={15} aria-hidden="true" />}
        disabled={busy}
        onClick={() => setOpen(true)}
      >
        {t(plain ? "forecast.train.choose" : "forecast.train.button")}
      </Button>
      {open ? <TrainDialog nit={nit} apart={apart} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function TrainDialog({
  nit,
  apart,
  onClose,
}: {
  nit: string;
  apart: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [model, setModel] = useState<ForecastModel>("puente");
  const [horizon, setHorizon] = useState<number | null>(null);
  const [byPlace, setByPlace] = useState(apart);
  const train = useAction("forecast.train");
  const begin = () =>
    train.mutate(
      { nit, model, horizon, by_place: byPlace },
      {
        onSuccess: () => {
          done(t("forecast.training"));
          onClose();
        },
      },
    );
  return (
    <Dialog onClose={onClose} title={t("forecast.train.title")}>
      <form
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <Select
          label={t("forecast.train.model")}
          description={t(`forecast.about.${model}`)}
          data={KINDS.map((kind) => ({ value: kind, label: t(`forecast.kind.${kind}`) }))}
          value={model}
          onChange={(kind) => kind && setModel(kind as ForecastModel)}
          allowDeselect={false}
          inputWrapperOrder={["label", "input", "description", "error"]}
        />
        <Select
          label={t("forecast.train.horizon")}
          data={[
            { value: "", label: t("forecast.train.auto") },
            ...AHEAD.map((months) => ({
              value: String(months),
              label: t("forecast.months", { count: months }),
            })),
          ]}
          value={horizon === null ? "" : String(horizon)}
          onChange={(months) => setHorizon(months ? Number(months) : null)}
          allowDeselect={false}
        />
        <Checkbox
          label={t("forecast.train.by_place")}
          description={t("forecast.train.by_place_text")}
          checked={byPlace}
          onChange={(event) => setByPlace(event.currentTarget.checked)}
        />
        <p className="dim small">{t("forecast.train.text")}</p>
        {train.error ? <Trouble error={train.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={train.isPending}>
            {t("forecast.train.button")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

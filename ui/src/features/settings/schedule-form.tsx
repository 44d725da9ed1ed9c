import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { done } from "@/components/toast";
import { Trouble, useTexts } from "@/components/trouble";
import type { Every, Schedule, ScheduledWork } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { viewOf } from "@/platform/platform";
import { DAYS, dayName, said } from "./said";

const WORKS: ScheduledWork[] = ["sync", "prove", "backup", "tidy", "sales", "deliver"];
const KINDS = ["day", "week", "hours", "minutes", "month", "cron"] as const;

const FRESH: { [K in (typeof KINDS)[number]]: Extract<Every, { every: K }> } = {
  day: { every: "day", at: "06:00" },
  week: { every: "week", days: DAYS.slice(0, 6), at: "06:00" },
  hours: { every: "hours", hours: 2, minute: 0 },
  minutes: { every: "minutes", minutes: 30 },
  month: { every: "month", day: 1, at: "06:00" },
  cron: { every: "cron", cron: "0 6 * * 1-6" },
};

/** What runs, how often, what that means in words, and when that would be. */
export function ScheduleForm({
  schedule,
  taken,
  onClose,
}: {
  schedule: Schedule | null;
  taken: string[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { zone } = useFormat();
  const set = useAction("schedules.set");
  const [name, setName] = useState(schedule?.name ?? "");
  const [work, setWork] = useState<ScheduledWork>(schedule?.work ?? "sync");
  const [cadence, setCadence] = useState<Every>(schedule?.cadence ?? FRESH.week);
  const [catchUp, setCatchUp] = useState(schedule?.catch_up ?? true);
  const proposed = unused(t(`settings.work.${work}`), taken);
  const isTaken = schedule === null && taken.includes(name.trim());
  const problem = wrongIn(cadence);
  const save = () => {
    if (problem || isTaken) return;
    const named = schedule?.name ?? (name.trim() || proposed);
    set.mutate(
      {
        name: named,
        work,
        cadence,
        zone: schedule?.zone ?? zone,
        catch_up: catchUp,
        enabled: schedule?.enabled ?? true,
      },
      {
        onSuccess: () => {
          done(t("settings.schedules.saved", { name: named }));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      onClose={onClose}
      title={
        schedule
          ? t("settings.schedules.edit", { name: schedule.name })
          : t("settings.schedules.add")
      }
      size={520}
    >
      <form
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Select
          label={t("settings.schedules.kind")}
          data={WORKS.map((work) => ({ value: work, label: t(`settings.work.${work}`) }))}
          value={work}
          onChange={(work) => work && setWork(work as ScheduledWork)}
          allowDeselect={false}
          data-autofocus
        />
        {schedule ? null : (
          <TextInput
            label={t("settings.schedules.name")}
            placeholder={proposed}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={isTaken ? t("settings.schedules.taken") : undefined}
          />
        )}
        <Select
          label={t("settings.schedules.often")}
          data={KINDS.map((kind) => ({ value: kind, label: t(`settings.often.name.${kind}`) }))}
          value={cadence.every}
          onChange={(kind) => kind && setCadence(FRESH[kind as keyof typeof FRESH])}
          allowDeselect={false}
        />
        <Fields cadence={cadence} onChange={setCadence} />
        {problem ? (
          <p role="status">{t(`settings.often.wrong.${problem}`)}</p>
        ) : (
          <Ahead cadence={cadence} zone={schedule?.zone ?? zone} />
        )}
        <Checkbox
          label={t("settings.schedules.catch_up")}
          description={t("settings.schedules.catch_up_hint")}
          checked={catchUp}
          onChange={(event) => setCatchUp(event.currentTarget.checked)}
        />
        {set.error ? <Trouble error={set.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={set.isPending} disabled={problem !== null || isTaken}>
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What was chosen, in words and as the next days. */
function Ahead({ cadence, zone }: { cadence: Every; zone: string }) {
  const { t, i18n } = useTranslation();
  const { moment } = useFormat();
  const [asked] = useDebouncedValue(cadence, 250);
  const preview = useCommand("schedules.preview", { cadence: asked, zone }, { keep: true });
  const view = preview.error ? viewOf(preview.error) : null;
  return (
    <div role="status">
      <p className="strong">{said(cadence, t, i18n.language)}</p>
      <p className="dim small">
        {view ? (
          <Why view={view} />
        ) : (
          t("settings.schedules.ahead", {
            times: (preview.data?.next ?? []).slice(0, 3).map(moment).join(" · "),
          })
        )}
      </p>
    </div>
  );
}

function Why({ view }: { view: Parameters<typeof useTexts>[0] }) {
  const { message, hint } = useTexts(view);
  return `${message} ${hint}`;
}

function Fields({ cadence, onChange }: { cadence: Every; onChange: (cadence: Every) => void }) {
  const { t, i18n } = useTranslation();
  const time = (at: string, change: (at: string) => Every) => (
    <TextInput
      label={t("settings.often.time")}
      placeholder="06:00"
      w={120}
      value={at}
      onChange={(event) => onChange(change(event.currentTarget.value))}
    />
  );
  switch (cadence.every) {
    case "minutes":
      return (
        <Pick
          label={t("settings.often.each_minutes")}
          values={[5, 10, 15, 20, 30]}
          value={cadence.minutes}
          onChange={(minutes) => onChange({ ...cadence, minutes })}
        />
      );
    case "hours":
      return (
        <div className="row" style={{ alignItems: "flex-start" }}>
          <Pick
            label={t("settings.often.each_hours")}
            values={[1, 2, 3, 4, 6, 8, 12]}
            value={cadence.hours}
            onChange={(hours) => onChange({ ...cadence, hours })}
          />
          <Pick
            label={t("settings.often.minute")}
            values={[...new Set([0, 15, 30, 45, cadence.minute])].sort((a, b) => a - b)}
            value={cadence.minute}
            onChange={(minute) => onChange({ ...cadence, minute })}
          />
        </div>
      );
    case "day":
      return time(cadence.at, (at) => ({ ...cadence, at }));
    case "week":
      return (
        <>
          <fieldset className="plain-set">
            <legend>{t("settings.often.days")}</legend>
            <div className="row" data-wrap>
              {DAYS.map((day, place) => {
                const on = cadence.days.includes(day);
                return (
                  <button
                    key={day}
                    type="button"
                    className="chip"
                    aria-pressed={on}
                    onClick={() =>
                      onChange({
                        ...cadence,
                        days: on
                          ? cadence.days.filter((other) => other !== day)
                          : DAYS.filter((other) => other === day || cadence.days.includes(other)),
                      })
                    }
                  >
                    <span aria-hidden="true">{dayName(place, i18n.language, "short")}</span>
                    <span className="hidden">{dayName(place, i18n.language)}</span>
                  </button>
                );
              })}
            </div>
          </fieldset>
          {time(cadence.at, (at) => ({ ...cadence, at }))}
        </>
      );
    case "month":
      return (
        <div className="row" style={{ alignItems: "flex-start" }}>
          <Pick
            label={t("settings.often.day")}
            values={Array.from({ length: 28 }, (_, day) => day + 1)}
            value={cadence.day}
            onChange={(day) => onChange({ ...cadence, day })}
          />
          {time(cadence.at, (at) => ({ ...cadence, at }))}
        </div>
      );
    case "cron":
      return (
        <TextInput
          label={t("settings.often.pattern")}
          description={t("settings.often.pattern_hint")}
          value={cadence.cron}
          spellCheck={false}
          onChange={(event) => onChange({ ...cadence, cron: event.currentTarget.value })}
        />
      );
  }
}

function Pick({
  label,
  values,
  value,
  onChange,
}: {
  label: string;
  values: number[];
  value: number;
  onChange: (value: number) => void;
}) {
  return (
    <Select
      label={label}
      w={150}
      data={values.map(String)}
      value={String(value)}
      onChange={(value) => value && onChange(Number(value))}
      allowDeselect={false}
    />
  );
}

type Wrong = "time" | "days" | "pattern";

function wrongIn(cadence: Every): Wrong | null {
  if (cadence.every === "cron") {
    return cadence.cron.trim().split(/\s+/).length === 5 ? null : "pattern";
  }
  if (cadence.every === "week" && cadence.days.length === 0) return "days";
  return "at" in cadence && !isTime(cadence.at) ? "time" : null;
}

function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

function unused(name: string, taken: string[]): string {
  for (let number = 1; ; number += 1) {
    const proposed = number === 1 ? name : `${name} ${number}`;
    if (!taken.includes(proposed)) return proposed;
  }
}

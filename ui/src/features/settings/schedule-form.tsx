import { Button, Checkbox, Modal, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { kindName } from "@/components/names";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Schedule } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { DAYS, fromCron, isTime, type Often, toCron } from "./cron";
import { dayName, said } from "./said";

const KINDS = [
  "sync.all",
  "movements.extract",
  "companies.discover",
  "movements.prove",
  "backup.create",
];
const OFTEN = ["daily", "hourly", "monthly", "cron"] as const;

const FRESH: Record<(typeof OFTEN)[number], Often> = {
  daily: { kind: "daily", times: ["06:00"], days: [1, 2, 3, 4, 5, 6] },
  hourly: { kind: "hourly", minute: 0 },
  monthly: { kind: "monthly", time: "06:00", day: 1 },
  cron: { kind: "cron", cron: "0 6 * * 1-6" },
};

/** What runs, how often, and what that means in words. */
export function ScheduleForm({
  schedule,
  taken,
  onClose,
}: {
  schedule: Schedule | null;
  taken: string[];
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { zone } = useFormat();
  const set = useAction("schedules.set");
  const [name, setName] = useState(schedule?.name ?? "");
  const [kind, setKind] = useState(schedule?.kind ?? "sync.all");
  const [often, setOften] = useState<Often>(() =>
    schedule ? fromCron(schedule.cron) : FRESH.daily,
  );
  const [catchUp, setCatchUp] = useState(schedule?.catch_up ?? true);
  const cron = toCron(often);
  const proposed = unused(kindName(kind), taken);
  const problem = wrongIn(often);
  const save = () => {
    if (problem) return;
    const named = schedule?.name ?? (name.trim() || proposed);
    set.mutate(
      {
        name: named,
        kind,
        cron,
        zone: schedule?.zone ?? zone,
        enabled: schedule?.enabled ?? true,
        catch_up: catchUp,
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
    <Modal
      opened
      onClose={onClose}
      title={
        schedule
          ? t("settings.schedules.edit", { name: schedule.name })
          : t("settings.schedules.add")
      }
      closeButtonProps={{ "aria-label": t("common.close") }}
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
          data={KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
          value={kind}
          onChange={(kind) => kind && setKind(kind)}
          allowDeselect={false}
          data-autofocus
        />
        {schedule ? null : (
          <TextInput
            label={t("settings.schedules.name")}
            placeholder={proposed}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={taken.includes(name.trim()) ? t("settings.schedules.taken") : undefined}
          />
        )}
        <SegmentedControl
          aria-label={t("settings.schedules.often")}
          data={OFTEN.map((often) => ({ value: often, label: t(`settings.often.name.${often}`) }))}
          value={often.kind}
          onChange={(kind) => setOften(kind === "cron" ? { kind, cron } : FRESH[kind as "daily"])}
        />
        <Fields often={often} onChange={setOften} />
        <Checkbox
          label={t("settings.schedules.catch_up")}
          description={t("settings.schedules.catch_up_hint")}
          checked={catchUp}
          onChange={(event) => setCatchUp(event.currentTarget.checked)}
        />
        <p className="strong" role="status">
          {problem ? t(`settings.often.wrong.${problem}`) : said(cron, t, i18n.language)}
        </p>
        {set.error ? <Trouble error={set.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            loading={set.isPending}
            disabled={problem !== null || (!schedule && taken.includes(name.trim()))}
          >
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Fields({ often, onChange }: { often: Often; onChange: (often: Often) => void }) {
  const { t, i18n } = useTranslation();
  switch (often.kind) {
    case "hourly":
      return (
        <Select
          label={t("settings.often.minute")}
          data={["0", "10", "15", "20", "30", "40", "45", "50"]}
          value={String(often.minute)}
          onChange={(minute) => minute && onChange({ ...often, minute: Number(minute) })}
          allowDeselect={false}
        />
      );
    case "monthly":
      return (
        <div className="row" style={{ alignItems: "flex-start" }}>
          <Select
            label={t("settings.often.day")}
            data={Array.from({ length: 28 }, (_, day) => String(day + 1))}
            value={String(often.day)}
            onChange={(day) => day && onChange({ ...often, day: Number(day) })}
            allowDeselect={false}
          />
          <TextInput
            label={t("settings.often.time")}
            placeholder="06:00"
            value={often.time}
            onChange={(event) => onChange({ ...often, time: event.currentTarget.value })}
          />
        </div>
      );
    case "daily":
      return (
        <>
          <fieldset className="plain-set">
            <legend>{t("settings.often.days")}</legend>
            <div className="row" data-wrap>
              {DAYS.map((day) => {
                const on = often.days.includes(day);
                return (
                  <button
                    key={day}
                    type="button"
                    className="chip"
                    aria-pressed={on}
                    aria-label={dayName(day, i18n.language)}
                    onClick={() =>
                      onChange({
                        ...often,
                        days: on
                          ? often.days.filter((other) => other !== day)
                          : [...often.days, day],
                      })
                    }
                  >
                    {dayName(day, i18n.language, "short")}
                  </button>
                );
              })}
            </div>
          </fieldset>
          <TextInput
            label={t("settings.often.times")}
            description={t("settings.often.times_hint")}
            placeholder="06:00, 13:00"
            value={often.times.join(", ")}
            onChange={(event) =>
              onChange({ ...often, times: event.currentTarget.value.split(/,\s?/) })
            }
          />
        </>
      );
    case "cron":
      return (
        <TextInput
          label={t("settings.often.pattern")}
          description={t("settings.often.pattern_hint")}
          value={often.cron}
          spellCheck={false}
          onChange={(event) => onChange({ ...often, cron: event.currentTarget.value })}
        />
      );
  }
}

type Wrong = "time" | "minutes" | "days" | "pattern";

function wrongIn(often: Often): Wrong | null {
  if (often.kind === "cron") return often.cron.trim().split(/\s+/).length === 5 ? null : "pattern";
  if (often.kind === "monthly") return isTime(often.time) ? null : "time";
  if (often.kind !== "daily") return null;
  if (often.days.length === 0) return "days";
  if (!often.times.every(isTime)) return "time";
  return new Set(often.times.map((time) => time.slice(3))).size === 1 ? null : "minutes";
}

function unused(name: string, taken: string[]): string {
  for (let number = 1; ; number += 1) {
    const proposed = number === 1 ? name : `${name} ${number}`;
    if (!taken.includes(proposed)) return proposed;
  }
}

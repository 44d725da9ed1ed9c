import { ActionIcon, Button, Switch, Tooltip } from "@mantine/core";
import {
  IconCalendarClock,
  IconPencil,
  IconPlayerPlay,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones, Empty } from "@/components/empty";
import { JobStateView } from "@/components/state";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Schedule, ScheduleSet } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { said } from "./said";
import { ScheduleForm } from "./schedule-form";

export function Schedules() {
  const { t } = useTranslation();
  const schedules = useCommand("schedules.list", {});
  const [editing, setEditing] = useState<Schedule | "new" | null>(null);
  if (schedules.error) return <Trouble error={schedules.error} />;
  if (!schedules.data) return <Bones />;
  const { rows, proposed } = schedules.data;
  const add = (
    <Button
      leftSection={<IconPlus size={15} aria-hidden="true" />}
      onClick={() => setEditing("new")}
    >
      {t("settings.schedules.add")}
    </Button>
  );
  return (
    <>
      <p className="dim">{t("settings.schedules.text")}</p>
      <div className="card">
        {rows.length === 0 ? (
          <Empty icon={IconCalendarClock} title={t("settings.schedules.none")} action={add}>
            {t("settings.schedules.none_text")}
          </Empty>
        ) : (
          rows.map((schedule) => (
            <Line key={schedule.name} schedule={schedule} onEdit={() => setEditing(schedule)} />
          ))
        )}
      </div>
      {rows.length === 0 ? null : <div>{add}</div>}
      {proposed.length > 0 ? <Proposed proposed={proposed} /> : null}
      {editing === null ? null : (
        <ScheduleForm
          schedule={editing === "new" ? null : editing}
          taken={rows.map(({ name }) => name)}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

/** Names that Puente itself gives say no more than the work does. */
const OWN_NAMES = ["sync", "prove", "backup", "tidy", "sales", "deliver"];

export function useScheduleTitle(): (schedule: Pick<Schedule, "name" | "work">) => string {
  const { t } = useTranslation();
  return ({ name, work }) => (OWN_NAMES.includes(name) ? t(`settings.work.${work}`) : name);
}

function Line({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const { t, i18n } = useTranslation();
  const { moment, ago } = useFormat();
  const set = useAction("schedules.set");
  const remove = useAction("schedules.remove");
  const run = useAction("schedules.run");
  const title = useScheduleTitle()(schedule);
  const { name, work, cadence, zone, enabled, catch_up, next_run, last_run, last_job } = schedule;
  const before: ScheduleSet = { name, work, cadence, zone, enabled, catch_up };
  const known = work !== "other";
  return (
    <div className="setting" style={{ gridTemplateColumns: "minmax(0, 1fr) max-content" }}>
      <div>
        <div className="strong" dir="auto">
          {title}
        </div>
        <div>
          {title === t(`settings.work.${work}`) ? "" : `${t(`settings.work.${work}`)}, `}
          {said(cadence, t, i18n.language)}
        </div>
        <div className="dim small row" data-wrap style={{ rowGap: 0 }}>
          <span>
            {enabled && next_run
              ? t("settings.schedules.next", { at: moment(next_run), zone })
              : t("settings.schedules.off")}
          </span>
          {last_run ? <span>{t("settings.schedules.last", { ago: ago(last_run) })}</span> : null}
          {last_job ? <JobStateView state={last_job.state} /> : null}
        </div>
      </div>
      <div className="row">
        <Switch
          aria-label={t("settings.schedules.enabled", { name: title })}
          checked={enabled}
          disabled={!known}
          onChange={(event) =>
            set.mutate({ ...before, enabled: event.currentTarget.checked }, { onError: failed })
          }
        />
        <IconButton
          label={t("settings.schedules.run", { name: title })}
          onClick={() =>
            run.mutate(
              { name },
              {
                onSuccess: () => done(t("settings.schedules.ran", { name: title })),
                onError: failed,
              },
            )
          }
        >
          <IconPlayerPlay size={16} aria-hidden="true" />
        </IconButton>
        {known ? (
          <IconButton label={t("settings.schedules.edit", { name: title })} onClick={onEdit}>
            <IconPencil size={16} aria-hidden="true" />
          </IconButton>
        ) : null}
        <IconButton
          label={t("settings.schedules.remove", { name: title })}
          onClick={() =>
            remove.mutate(
              { name },
              {
                onSuccess: () =>
                  done(
                    t("settings.schedules.removed", { name: title }),
                    known ? () => set.mutate(before, { onError: failed }) : undefined,
                  ),
                onError: failed,
              },
            )
          }
        >
          <IconTrash size={16} aria-hidden="true" />
        </IconButton>
      </div>
    </div>
  );
}

/** What is worth having and nothing does yet: one press puts it in place. */
function Proposed({ proposed }: { proposed: ScheduleSet[] }) {
  const { t, i18n } = useTranslation();
  const set = useAction("schedules.set");
  const title = useScheduleTitle();
  return (
    <section className="card" aria-label={t("settings.schedules.proposed")}>
      <h3>{t("settings.schedules.proposed")}</h3>
      {proposed.map((schedule) => (
        <div
          key={schedule.name}
          className="setting"
          style={{ gridTemplateColumns: "minmax(0, 1fr) max-content" }}
        >
          <div>
            <div>{title(schedule)}</div>
            <div className="dim">{said(schedule.cadence, t, i18n.language)}</div>
          </div>
          <Button
            variant="default"
            aria-label={t("settings.schedules.use_one", { name: title(schedule) })}
            onClick={() =>
              set.mutate(schedule, {
                onSuccess: () => done(t("settings.schedules.saved", { name: title(schedule) })),
                onError: failed,
              })
            }
          >
            {t("settings.schedules.use")}
          </Button>
        </div>
      ))}
    </section>
  );
}

function IconButton({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

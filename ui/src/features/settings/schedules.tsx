import { ActionIcon, Button, Switch, Tooltip } from "@mantine/core";
import {
  IconCalendarClock,
  IconPencil,
  IconPlayerPlay,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones, Empty } from "@/components/empty";
import { kindName } from "@/components/names";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Schedule } from "@/generated/commands";
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
        {schedules.data.length === 0 ? (
          <Empty icon={IconCalendarClock} title={t("settings.schedules.none")} action={add}>
            {t("settings.schedules.none_text")}
          </Empty>
        ) : (
          schedules.data.map((schedule) => (
            <Line key={schedule.name} schedule={schedule} onEdit={() => setEditing(schedule)} />
          ))
        )}
      </div>
      {schedules.data.length === 0 ? null : <div>{add}</div>}
      {editing === null ? null : (
        <ScheduleForm
          schedule={editing === "new" ? null : editing}
          taken={schedules.data.map(({ name }) => name)}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

function Line({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const { t, i18n } = useTranslation();
  const { moment, ago } = useFormat();
  const set = useAction("schedules.set");
  const remove = useAction("schedules.remove");
  const run = useAction("schedules.run");
  const { name, kind, cron, zone, enabled, catch_up, next_run, last_run } = schedule;
  const before = { name, kind, cron, zone, enabled, catch_up };
  return (
    <div className="setting" style={{ gridTemplateColumns: "minmax(0, 1fr) max-content" }}>
      <div>
        <div className="strong" dir="auto">
          {name}
        </div>
        <div>
          {kindName(kind)}: {said(cron, t, i18n.language)}
        </div>
        <div className="dim small">
          {enabled && next_run
            ? t("settings.schedules.next", { at: moment(next_run), zone })
            : t("settings.schedules.off")}
          {last_run ? ` ${t("settings.schedules.last", { ago: ago(last_run) })}` : ""}
        </div>
      </div>
      <div className="row">
        <Switch
          aria-label={t("settings.schedules.enabled", { name })}
          checked={enabled}
          onChange={(event) =>
            set.mutate({ ...before, enabled: event.currentTarget.checked }, { onError: failed })
          }
        />
        <IconButton
          label={t("settings.schedules.run", { name })}
          onClick={() =>
            run.mutate(
              { name },
              { onSuccess: () => done(t("settings.schedules.ran", { name })), onError: failed },
            )
          }
        >
          <IconPlayerPlay size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={t("settings.schedules.edit", { name })} onClick={onEdit}>
          <IconPencil size={16} aria-hidden="true" />
        </IconButton>
        <IconButton
          label={t("settings.schedules.remove", { name })}
          onClick={() =>
            remove.mutate(
              { name },
              {
                onSuccess: () =>
                  done(t("settings.schedules.removed", { name }), () =>
                    set.mutate(before, { onError: failed }),
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

function IconButton({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

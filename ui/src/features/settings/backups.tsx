import { Button, NumberInput } from "@mantine/core";
import { IconDatabaseExport, IconRestore, IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { Bones, Empty } from "@/components/empty";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Backup, BackupsKept } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { useSettings } from "./change";
import { Setting } from "./setting";

export function Backups() {
  const { t } = useTranslation();
  const backups = useCommand("backup.list", {});
  const create = useAction("backup.create");
  const now = (
    <Button
      leftSection={<IconDatabaseExport size={15} aria-hidden="true" />}
      loading={create.isPending}
      onClick={() =>
        create.mutate({}, { onSuccess: () => done(t("settings.backups.started")), onError: failed })
      }
    >
      {t("settings.backups.now")}
    </Button>
  );
  return (
    <>
      <p className="dim">{t("settings.backups.text")}</p>
      {backups.error ? <Trouble error={backups.error} /> : null}
      {backups.data && backups.data.length > 0 ? <div>{now}</div> : null}
      <div className="card" style={backups.data?.length ? { padding: 0 } : undefined}>
        {backups.data ? (
          backups.data.length === 0 ? (
            <Empty icon={IconDatabaseExport} title={t("settings.backups.none")} action={now}>
              {t("settings.backups.none_text")}
            </Empty>
          ) : (
            <List backups={backups.data} />
          )
        ) : (
          <Bones />
        )}
      </div>
      <Kept />
    </>
  );
}

function List({ backups }: { backups: Backup[] }) {
  const { t } = useTranslation();
  const { moment, bytes } = useFormat();
  const verify = useAction("backup.verify");
  const restore = useAction("backup.restore");
  const [restoring, setRestoring] = useState<Backup | null>(null);
  return (
    <>
      <table className="plain" aria-label={t("settings.backups.title")}>
        <thead>
          <tr>
            <th>{t("settings.backups.at")}</th>
            <th>{t("settings.backups.reason")}</th>
            <th className="num">{t("settings.backups.size")}</th>
            <th>
              <span className="hidden">{t("settings.backups.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {backups.map((backup) => (
            <tr key={backup.name}>
              <td title={backup.name}>{moment(backup.at)}</td>
              <td>{t(`settings.backups.${backup.reason}`)}</td>
              <td className="num">{bytes(backup.bytes)}</td>
              <td>
                <div className="row" style={{ justifyContent: "flex-end" }}>
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    leftSection={<IconShieldCheck size={14} aria-hidden="true" />}
                    loading={verify.isPending && verify.variables.name === backup.name}
                    aria-label={t("settings.backups.verify_one", { at: moment(backup.at) })}
                    onClick={() =>
                      verify.mutate(
                        { name: backup.name },
                        {
                          onSuccess: () =>
                            done(t("settings.backups.sound", { at: moment(backup.at) })),
                          onError: failed,
                        },
                      )
                    }
                  >
                    {t("settings.backups.verify")}
                  </Button>
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    leftSection={<IconRestore size={14} aria-hidden="true" />}
                    aria-label={t("settings.backups.restore_one", { at: moment(backup.at) })}
                    onClick={() => setRestoring(backup)}
                  >
                    {t("settings.backups.restore")}
                  </Button>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {restoring ? (
        <Confirm
          title={t("settings.backups.restore_title", { at: moment(restoring.at) })}
          verb={t("settings.backups.restore")}
          onClose={() => setRestoring(null)}
          onConfirm={async () => {
            const { name, replaced } = await restore.mutateAsync({ name: restoring.name });
            const undo =
              replaced === null
                ? undefined
                : () => restore.mutate({ name: replaced }, { onError: failed });
            done(t("settings.backups.restored", { name }), undo);
          }}
        >
          <p>{t("settings.backups.restore_text")}</p>
          <p className="mono wrap">{restoring.name}</p>
        </Confirm>
      ) : null}
    </>
  );
}

const LIMITS: Record<keyof BackupsKept, number> = { last: 100, days: 365, months: 120 };

function Kept() {
  const { t } = useTranslation();
  const { settings, change } = useSettings();
  if (!settings) return null;
  const { backups: kept } = settings;
  return (
    <section className="card" aria-label={t("settings.retention.title")}>
      <h3>{t("settings.retention.title")}</h3>
      {(Object.keys(LIMITS) as (keyof BackupsKept)[]).map((field) => (
        <Setting
          key={field}
          label={t(`settings.retention.${field}`)}
          hint={t(`settings.retention.${field}_hint`)}
        >
          {(named) => (
            <NumberInput
              {...named}
              key={kept[field]}
              defaultValue={kept[field]}
              min={field === "last" ? 1 : 0}
              max={LIMITS[field]}
              clampBehavior="strict"
              allowDecimal={false}
              allowNegative={false}
              onBlur={(event) => {
                const value = Number(event.currentTarget.value);
                if (event.currentTarget.value === "" || value === kept[field]) return;
                change({ backups: { ...kept, [field]: value } });
              }}
            />
          )}
        </Setting>
      ))}
    </section>
  );
}

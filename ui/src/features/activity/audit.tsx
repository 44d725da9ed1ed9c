import { IconHistory } from "@tabler/icons-react";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid } from "@/components/grid";
import { actionName, kindName, settingName } from "@/components/names";
import { Trouble } from "@/components/trouble";
import type { AuditEntry } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { usePages } from "@/platform/pages";

const ALL = {};

/** Who did what, and when. */
export function Audit() {
  const { t } = useTranslation();
  const pages = usePages("audit.page", ALL);
  const columns = useColumns();
  return (
    <>
      {pages.error ? <Trouble error={pages.error} /> : null}
      <Grid
        label={t("activity.audit")}
        columns={columns}
        count={pages.first?.total ?? 0}
        rowAt={pages.rowAt}
        keyOf={keyOf}
        onSight={pages.onSight}
        loading={pages.isPending}
        store="audit"
        empty={<Empty icon={IconHistory} title={t("activity.audit_none")} />}
      />
    </>
  );
}

const keyOf = ({ id }: AuditEntry) => String(id);

function useColumns(): Column<AuditEntry>[] {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const tell = useDetail();
  return useMemo(
    () => [
      {
        id: "at",
        title: t("activity.col.at"),
        width: 140,
        align: "right",
        cell: (entry) => moment(entry.at),
      },
      {
        id: "actor",
        title: t("activity.col.actor"),
        width: 160,
        cell: (entry) => (entry.actor === "local" ? t("activity.local") : entry.actor),
      },
      {
        id: "action",
        title: t("activity.col.action"),
        width: 220,
        cell: (entry) => actionName(entry.action),
      },
      {
        id: "subject",
        title: t("activity.col.what"),
        width: 260,
        cell: (entry) => (
          <span dir="auto">
            {entry.subject === "settings" ? t("common.tab.settings") : named(entry)}
          </span>
        ),
      },
      {
        id: "detail",
        title: t("activity.col.detail"),
        width: 360,
        cell: (entry) => <Told text={tell(entry)} />,
      },
    ],
    [t, moment, tell],
  );
}

/** `server:3` is of no use where its name is known. */
function named({ subject, detail }: AuditEntry): string {
  return typeof detail.name === "string" ? detail.name : subject.replace(/^\w+:(?=\D)/, "");
}

function Told({ text }: { text: string }) {
  return (
    <span className="dim" title={text}>
      {text}
    </span>
  );
}

/** Further facts in words; those that this interface has no word for as they are. */
function useDetail(): (entry: AuditEntry) => string {
  const { t } = useTranslation();
  const { count } = useFormat();
  return useCallback(
    ({ detail }) => {
      const words: Record<string, string> = {
        rows: t("activity.detail.rows"),
        companies: t("activity.detail.companies"),
        kind: t("activity.detail.kind"),
        changed: t("activity.detail.changed"),
        cron: t("activity.detail.cron"),
        zone: t("activity.detail.zone"),
        status: t("activity.detail.status"),
      };
      const said = (name: string, value: unknown): string => {
        if (name === "kind") return kindName(String(value));
        if (typeof value === "number") return count(value);
        return Array.isArray(value) ? value.map(settingName).join(", ") : String(value);
      };
      return Object.entries(detail ?? {})
        .filter(([name, value]) => name !== "name" && value !== null && typeof value !== "boolean")
        .map(([name, value]) => `${words[name] ?? name}: ${said(name, value)}`)
        .join(" · ");
    },
    [t, count],
  );
}

import { IconHistory } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid } from "@/components/grid";
import { actionName } from "@/components/names";
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
        cell: (entry) => <span className="mono dim">{detail(entry)}</span>,
      },
    ],
    [t, moment],
  );
}

/** `server:3` is of no use where its name is known. */
function named({ subject, detail }: AuditEntry): string {
  return typeof detail.name === "string" ? detail.name : subject.replace(/^\w+:(?=\D)/, "");
}

function detail({ detail }: AuditEntry): string {
  const text = JSON.stringify(detail);
  return text === "{}" || text === "null" ? "" : text;
}

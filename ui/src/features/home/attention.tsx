import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import { useTexts } from "@/components/trouble";
import type { ErrorView, Matter } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";

const FIRST = 4;

/** What waits for a person: what, why, and the button that mends it. */
export function AttentionList({ items }: { items: Matter[] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  if (items.length === 0) return null;
  const shown = all ? items : items.slice(0, FIRST);
  return (
    <section className="card" aria-label={t("home.attention.title")}>
      <div className="card-head">
        <h2>{t("home.attention.title")}</h2>
      </div>
      <ul className="attention">
        {shown.map((item) => (
          <Item
            key={`${item.kind} ${item.company_id} ${item.server_id} ${item.job_id}`}
            item={item}
          />
        ))}
      </ul>
      {items.length > shown.length ? (
        <Button mt={8} variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
          {t("home.attention.more", { count: items.length - shown.length })}
        </Button>
      ) : null}
    </section>
  );
}

function Item({ item }: { item: Matter }) {
  const { t } = useTranslation();
  const { ago } = useFormat();
  return (
    <li>
      <IconAlertTriangle size={18} className="attention-icon" aria-hidden="true" />
      <div className="grow">
        <div className="strong wrap" dir="auto">
          {t(`home.attention.${item.kind}`, { subject: item.subject })}
        </div>
        <div className="dim small wrap">
          {item.error ? <Why view={item.error} /> : t(`home.attention.${item.kind}_hint`)}
          {item.since ? ` (${ago(item.since)})` : ""}
        </div>
      </div>
      <Mend item={item} />
    </li>
  );
}

function Why({ view }: { view: ErrorView }) {
  const { message, hint } = useTexts(view);
  return `${message} ${hint}`;
}

/** The button that puts it right, or leads to where it is put right. */
function Mend({ item }: { item: Matter }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const retry = useAction("jobs.retry");
  const test = useAction("servers.test");
  const backUp = useAction("backup.create");
  const extract = useAction("movements.extract");
  const companies = useCommand("companies.list", {}, { enabled: item.kind === "proof_broken" });
  const { subject, job_id, server_id, company_id } = item;
  const seeServer = (edit: boolean) => (
    <Button
      variant="default"
      onClick={() =>
        void navigate({
          to: "/servidores",
          search: { open: server_id ?? undefined, edit: edit || undefined },
        })
      }
    >
      {t("home.attention.open_server")}
    </Button>
  );
  switch (item.kind) {
    case "job_failed":
    case "job_uncertain":
      return (
        <div className="row">
          <Button
            variant="default"
            onClick={() =>
              void navigate({ to: "/actividad", search: { open: job_id ?? undefined } })
            }
          >
            {t("home.attention.see")}
          </Button>
          {item.kind === "job_failed" && job_id !== null ? (
            <Button
              variant="light"
              loading={retry.isPending}
              onClick={() => retry.mutate({ id: job_id }, { onError: failed })}
            >
              {t("common.retry")}
            </Button>
          ) : null}
        </div>
      );
    case "server_failed":
      return (
        <div className="row">
          {seeServer(false)}
          <Button
            variant="light"
            loading={test.isPending}
            onClick={() =>
              test.mutate(
                { server: server_id === null ? subject : String(server_id) },
                {
                  onSuccess: () => done(t("servers.answers", { name: subject })),
                  onError: failed,
                },
              )
            }
          >
            {t("servers.test")}
          </Button>
        </div>
      );
    case "default_password":
      return seeServer(true);
    case "unencrypted":
    case "superuser":
      return seeServer(false);
    case "proof_broken": {
      const company = companies.data?.find(({ id }) => id === company_id);
      return (
        <Button
          variant="light"
          disabled={!company}
          loading={extract.isPending}
          onClick={() =>
            company &&
            extract.mutate(
              { companies: [`${company.nit}:${company.fiscal_year}`], force: true },
              { onSuccess: () => done(t("companies.extracting")), onError: failed },
            )
          }
        >
          {t("home.attention.again")}
        </Button>
      );
    }
    case "backup_missing":
    case "backup_old":
      return (
        <Button
          variant="light"
          loading={backUp.isPending}
          onClick={() =>
            backUp.mutate(
              {},
              { onSuccess: () => done(t("settings.backups.started")), onError: failed },
            )
          }
        >
          {t("settings.backups.now")}
        </Button>
      );
  }
}

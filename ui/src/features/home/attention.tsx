import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import { useTexts } from "@/components/trouble";
import type { Attention, ErrorView } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";

const FIRST = 4;

/** What waits for a person: what, why, and the button that mends it. */
export function AttentionList({ items }: { items: Attention[] }) {
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
          <Item key={`${item.kind} ${item.id ?? ""} ${item.subject}`} item={item} />
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

function Item({ item }: { item: Attention }) {
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
          {item.at ? ` (${ago(item.at)})` : ""}
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

function Mend({ item }: { item: Attention }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const retry = useAction("jobs.retry");
  const test = useAction("servers.test");
  const backUp = useAction("backup.create");
  const extract = useAction("movements.extract");
  const { id, subject } = item;
  switch (item.kind) {
    case "job_failed":
      return (
        <div className="row">
          <Button
            variant="default"
            onClick={() => void navigate({ to: "/actividad", search: { open: id ?? 0 } })}
          >
            {t("home.attention.see")}
          </Button>
          <Button
            variant="light"
            loading={retry.isPending}
            onClick={() => retry.mutate({ id: id ?? 0 }, { onError: failed })}
          >
            {t("common.retry")}
          </Button>
        </div>
      );
    case "server_unreachable":
    case "default_password":
      return (
        <div className="row">
          <Button
            variant="default"
            onClick={() =>
              void navigate({ to: "/servidores", search: { open: id ?? 0, edit: true } })
            }
          >
            {t("home.attention.open_server")}
          </Button>
          <Button
            variant="light"
            loading={test.isPending}
            onClick={() =>
              test.mutate(
                { server: subject },
                { onSuccess: () => done(t("servers.answers", { name: subject })), onError: failed },
              )
            }
          >
            {t("servers.test")}
          </Button>
        </div>
      );
    case "proof_broken":
      return (
        <Button
          variant="light"
          loading={extract.isPending}
          onClick={() =>
            extract.mutate(
              { companies: [subject.split(" ")[0] ?? ""], force: true },
              { onSuccess: () => done(t("companies.extracting")), onError: failed },
            )
          }
        >
          {t("home.attention.again")}
        </Button>
      );
    case "no_backup":
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

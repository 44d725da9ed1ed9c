import { Button } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { JobLine } from "@/components/job";
import { done, failed } from "@/components/toast";
import type { SalesExample } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { isSettled } from "@/platform/live";
import { Money } from "./looks";

export function useExample(): SalesExample | undefined {
  return useCommand("sales.example.standing", {}, { keep: true }).data;
}

/** Goes all eleven steps on the shop of the example office. */
export function GoExample({ again }: { again?: boolean }) {
  const { t } = useTranslation();
  const run = useAction("sales.example");
  const job = useExample()?.job;
  return (
    <Button
      variant={again ? "default" : "filled"}
      leftSection={<IconFlask size={15} aria-hidden="true" />}
      loading={run.isPending}
      disabled={job ? !isSettled(job) : false}
      onClick={() =>
        run.mutate({}, { onSuccess: () => done(t("sales.example.started")), onError: failed })
      }
    >
      {t(again ? "sales.example.again" : "sales.example.go")}
    </Button>
  );
}

const FIGURES = [
  "orders_read",
  "ready",
  "invoiced",
  "uncertain_settled",
  "stamped",
  "credit_notes",
  "invoices_made_twice",
] as const;

/** What the example came to; nothing with an office's own data. */
export function ExampleShop() {
  const { t } = useTranslation();
  const { count, amount, quantity } = useFormat();
  const example = useExample();
  if (!example?.available) return null;
  const { job, done: figures, blocked } = example;
  return (
    <section className="card stack" data-gap="big" aria-label={t("sales.example.title")}>
      <div className="row">
        <div className="grow">
          <h2>{t("sales.example.title")}</h2>
          <p className="dim wrap">{t("sales.example.text")}</p>
        </div>
        <GoExample again={figures !== null} />
      </div>
      {job && !isSettled(job) ? <JobLine job={job} /> : null}
      {figures ? (
        <dl className="facts">
          {FIGURES.map((name) => (
            <Figure key={name} name={t(`sales.example.${name}`)}>
              {count(figures[name])}
            </Figure>
          ))}
          <Figure name={t("sales.example.blocked")}>
            {blocked.map((one) => `${one.text}: ${count(one.sales)}`).join(" · ") || count(0)}
          </Figure>
          <Figure name={t("sales.margin.margin")}>
            <Money value={figures.margin} amount={amount} />
            {figures.margin_percent === null ? null : ` (${quantity(figures.margin_percent)}%)`}
          </Figure>
        </dl>
      ) : null}
    </section>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="num-left">{children}</dd>
    </>
  );
}

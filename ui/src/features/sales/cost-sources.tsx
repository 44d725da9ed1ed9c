import { Button, Select } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { CostSource } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";

/** Whose warehouse tells what goods cost, and the fees that the channel billed. */
export function CostSources() {
  const { t } = useTranslation();
  const sources = useCommand("sales.costs.sources", {}, { keep: true }).data ?? [];
  if (sources.length === 0) return null;
  return (
    <section className="stack" data-gap="big">
      <h3>{t("sales.costs.erp")}</h3>
      <p className="dim small">{t("sales.costs.erp_text")}</p>
      {sources.map((source) => (
        <Source key={source.channel_id} source={source} />
      ))}
    </section>
  );
}

function Source({ source }: { source: CostSource }) {
  const { t } = useTranslation();
  const { moment, count } = useFormat();
  const companies = useCommand("companies.list", {}).data ?? [];
  const set = useAction("sales.costs.source");
  const bills = useAction("sales.costs.bills");
  const channel = String(source.channel_id);
  const names = new Map(companies.map(({ nit, name }) => [nit, name]));
  return (
    <div className="stack">
      <Select
        label={t("sales.costs.of", { channel: source.channel })}
        placeholder={t("sales.costs.nobody")}
        data={[...names].map(([nit, name]) => ({ value: nit, label: `${name} · ${nit}` }))}
        value={source.nit}
        disabled={set.isPending}
        clearable
        searchable
        clearButtonProps={{ "aria-label": t("sales.costs.forget") }}
        onChange={(nit) =>
          set.mutate(
            { channel, nit },
            { onSuccess: () => done(t("sales.costs.taking")), onError: failed },
          )
        }
      />
      <div className="row">
        <span className="grow dim small">
          {source.taken_at ? t("sales.costs.taken_at", { at: moment(source.taken_at) }) : null}{" "}
          {source.billed_at
            ? t("sales.costs.billed_at", {
                count: source.billed,
                n: count(source.billed),
                at: moment(source.billed_at),
              })
            : null}
        </span>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRefresh size={15} aria-hidden="true" />}
          loading={bills.isPending}
          onClick={() =>
            bills.mutate(
              { channels: [channel] },
              { onSuccess: () => done(t("sales.costs.reading_bills")), onError: failed },
            )
          }
        >
          {t("sales.costs.bills")}
        </Button>
      </div>
    </div>
  );
}

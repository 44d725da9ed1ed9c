import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/link-button";
import { done, failed } from "@/components/toast";
import type { SalesMisfit } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { MAPPING_KINDS, type SalesSearch } from "@/routes";

/** What was chosen and the ledger no longer has as it was; nothing where all fits. */
export function Misfits() {
  const { t } = useTranslation();
  const { count } = useFormat();
  const misfits = useCommand("sales.misfits", {}, { keep: true }).data ?? [];
  const seen = useAction("sales.misfits.seen");
  if (misfits.length === 0) return null;
  const changed = [
    ...new Set(misfits.filter(({ problem }) => problem === "changed").map(({ ledger }) => ledger)),
  ];
  return (
    <section
      className="card"
      style={{ padding: 0, overflow: "auto" }}
      aria-label={t("sales.misfits.title")}
    >
      <div className="row" style={{ padding: "10px 12px" }}>
        <div className="grow">
          <h2>{t("sales.misfits.title")}</h2>
          <p className="dim wrap">{t("sales.misfits.text")}</p>
        </div>
        {changed.map((ledger) => (
          <Button
            key={ledger}
            variant="default"
            loading={seen.isPending}
            onClick={() =>
              seen.mutate(
                { ledger },
                { onSuccess: () => done(t("sales.misfits.was_seen")), onError: failed },
              )
            }
          >
            {t("sales.misfits.seen", { ledger })}
          </Button>
        ))}
      </div>
      <table className="plain" aria-label={t("sales.misfits.title")}>
        <thead>
          <tr>
            <th>{t("sales.misfits.where")}</th>
            <th>{t("sales.misfits.what")}</th>
            <th className="num">{t("sales.misfits.sales")}</th>
            <th aria-label={t("sales.misfits.way")} />
          </tr>
        </thead>
        <tbody>
          {misfits.map((one) => (
            <tr key={`${one.channel_id} ${one.place} ${one.field} ${one.source} ${one.value}`}>
              <td className="wrap">
                {one.channel}
                <div className="dim small">
                  {one.label} {one.source}
                </div>
              </td>
              <td className="wrap">
                {one.text}
                <div className="dim small">{one.hint}</div>
              </td>
              <td className="num">{count(one.sales)}</td>
              <td style={{ textAlign: "right" }}>
                <LinkButton
                  variant="default"
                  size="compact-sm"
                  to="/facturacion"
                  search={wayOf(one)}
                >
                  {t("sales.misfits.way")}
                </LinkButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function wayOf({ mend, channel_id }: SalesMisfit): SalesSearch {
  const kind = MAPPING_KINDS.find((kind) => mend === `mappings.${kind}`);
  if (kind) return { view: "mappings", channel: channel_id, kind };
  return mend === "rules"
    ? { view: "steps", setup: "rules", channel: channel_id }
    : { view: "steps" };
}

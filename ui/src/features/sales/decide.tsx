import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { done, failed } from "@/components/toast";
import type { SaleDecision, SalePage } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { Exact } from "./send-dialog";

/** A sale in doubt: what is known, and the three ways that a person may end it. */
export function Decide({
  page: { row, sends },
  ledger,
}: {
  page: SalePage;
  /** Its name. */
  ledger: string;
}) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const follow = useAction("sales.follow");
  const decide = useAction("sales.decide");
  const [ending, setEnding] = useState<"again" | "dropped" | null>(null);
  const [invoice, setInvoice] = useState("");
  const last = sends.at(-1);
  const end = (decision: SaleDecision) => decide.mutateAsync({ sale: String(row.id), decision });
  return (
    <div className="trouble" data-severity="warning">
      <div className="grow stack" data-gap="big">
        <div>
          <p className="strong wrap">{t("sales.decide.title", { ledger })}</p>
          <p className="wrap">{t("sales.decide.text", { ledger })}</p>
        </div>
        {last ? (
          <dl className="facts">
            <dt>{t("sales.decide.sent_at")}</dt>
            <dd>{last.sent_at ? moment(last.sent_at) : t("sales.decide.not_left")}</dd>
            {last.marker ? (
              <>
                <dt>{t("sales.decide.marker")}</dt>
                <dd className="mono">{last.marker}</dd>
              </>
            ) : null}
          </dl>
        ) : null}
        {last?.outcome ? (
          <details>
            <summary>{t("sales.decide.evidence")}</summary>
            <Exact value={last.outcome} />
          </details>
        ) : null}
        <div className="row" data-wrap>
          <Button
            loading={follow.isPending}
            onClick={() =>
              follow.mutate(
                {},
                { onSuccess: () => done(t("sales.decide.asking", { ledger })), onError: failed },
              )
            }
          >
            {t("sales.decide.ask")}
          </Button>
          <Button variant="default" onClick={() => setEnding("again")}>
            {t("sales.decide.again")}
          </Button>
          <Button variant="default" onClick={() => setEnding("dropped")}>
            {t("sales.decide.dropped")}
          </Button>
        </div>
        <form
          className="row"
          style={{ alignItems: "flex-end" }}
          onSubmit={(event) => {
            event.preventDefault();
            end({ decision: "linked", invoice: invoice.trim() }).catch(failed);
          }}
        >
          <TextInput
            className="grow"
            label={t("sales.decide.invoice", { ledger })}
            value={invoice}
            onChange={(event) => setInvoice(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={invoice.trim() === ""}>
            {t("sales.decide.linked")}
          </Button>
        </form>
      </div>
      {ending ? (
        <Confirm
          title={t(`sales.decide.${ending}`)}
          verb={t(`sales.decide.${ending}`)}
          onConfirm={() => end({ decision: ending })}
          onClose={() => setEnding(null)}
        >
          <p>{t(`sales.decide.${ending}_text`, { number: row.key, ledger })}</p>
        </Confirm>
      ) : null}
    </div>
  );
}

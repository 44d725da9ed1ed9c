import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { SaleReasonView, SaleRow } from "@/generated/commands";
import { useAction } from "@/platform/commands";

/** Reasons that a person may overrule: the amounts differ, and are right. */
export const mayBeAccepted = ({ reason }: SaleReasonView) =>
  reason === "total_differs" || reason === "payments_differ";

/** Invoices a sale for these amounts all the same, because a person says why. */
export function Accept({ row, reasons }: { row: SaleRow; reasons: SaleReasonView[] }) {
  const { t } = useTranslation();
  const accept = useAction("sales.accept");
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const close = () => setOpen(false);
  return (
    <>
      <Button variant="default" style={{ alignSelf: "flex-start" }} onClick={() => setOpen(true)}>
        {t("sales.accept.button")}
      </Button>
      {open ? (
        <Dialog onClose={close} title={t("sales.accept.title", { number: row.key })}>
          <form
            className="stack"
            data-gap="big"
            onSubmit={(event) => {
              event.preventDefault();
              accept.mutate(
                { sale: String(row.id), note: note.trim() },
                {
                  onSuccess: () => {
                    done(t("sales.accept.done"));
                    close();
                  },
                },
              );
            }}
          >
            {reasons.map((reason) => (
              <p key={reason.text} className="wrap">
                {reason.text}
              </p>
            ))}
            <p className="wrap">{t("sales.accept.text")}</p>
            <Textarea
              label={t("sales.accept.note")}
              description={t("sales.accept.hint")}
              rows={3}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
              data-autofocus
            />
            {accept.error ? <Trouble error={accept.error} /> : null}
            <div className="row" style={{ justifyContent: "flex-end" }}>
              <Button variant="default" onClick={close}>
                {t("common.cancel")}
              </Button>
              <Button type="submit" disabled={note.trim() === ""} loading={accept.isPending}>
                {t("sales.accept.button")}
              </Button>
            </div>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}

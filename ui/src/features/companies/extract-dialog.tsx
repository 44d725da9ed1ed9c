import { Button, Checkbox } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Period, type Span } from "@/components/period";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { CompanyRow } from "@/generated/commands";
import { useAction } from "@/platform/commands";

const NAMED = 6;

/** What to bring, and from when. */
export function ExtractDialog({
  companies,
  names,
  onClose,
  onStarted,
}: {
  /** `NIT:YEAR` each; none for all active ones. */
  companies: string[];
  names: CompanyRow[];
  onClose: () => void;
  onStarted: () => void;
}) {
  const { t } = useTranslation();
  const extract = useAction("movements.extract");
  const [span, setSpan] = useState<Span>({ from: null, to: null });
  const [force, setForce] = useState(false);
  const [audit, setAudit] = useState(false);
  const picked = useMemo(
    () => names.filter((row) => companies.includes(`${row.nit}:${row.fiscal_year}`)),
    [names, companies],
  );
  const start = () =>
    extract.mutate(
      { companies, ...span, force, audit },
      {
        onSuccess: () => {
          done(t("companies.extracting"));
          onStarted();
          onClose();
        },
      },
    );
  return (
    <Dialog onClose={onClose} title={t("companies.extract.title")}>
      <form
        className="stack"
        data-gap="big"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <p className="wrap" dir="auto">
          {companies.length === 0
            ? t("companies.extract.all", {
                count: names.filter((row) => row.state === "active").length,
              })
            : picked
                .slice(0, NAMED)
                .map((row) => `${row.name} (${row.fiscal_year})`)
                .join(", ")}
          {picked.length > NAMED
            ? ` ${t("companies.extract.more", { count: picked.length - NAMED })}`
            : ""}
        </p>
        <fieldset className="plain-set">
          <legend className="strong">{t("companies.extract.days")}</legend>
          <p className="dim small">{t("companies.extract.days_hint")}</p>
          <Period span={span} onChange={setSpan} />
        </fieldset>
        <Checkbox
          label={t("companies.extract.force")}
          description={t("companies.extract.force_hint")}
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
        <Checkbox
          label={t("companies.extract.audit")}
          description={t("companies.extract.audit_hint")}
          checked={audit}
          onChange={(event) => setAudit(event.currentTarget.checked)}
        />
        {extract.error ? <Trouble error={extract.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={extract.isPending} data-autofocus>
            {t("companies.extract.button")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

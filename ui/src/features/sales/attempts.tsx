import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { ExportAttempts } from "./files";

const ANSWERS = ["accepted", "there", "refused", "not_now", "stop", "unknown"] as const;

/** Every time that a sale left this PC: what was sent, and what came back. */
export function Attempts({ sale }: { sale: number }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const attempts = useCommand("sales.attempts", { sale: String(sale) });
  if (attempts.error) return <Trouble error={attempts.error} />;
  if (!attempts.data || attempts.data.length === 0) return null;
  return (
    <section className="stack">
      <div className="row">
        <h3 className="grow">{t("sales.attempt.title")}</h3>
        <ExportAttempts sale={sale} />
      </div>
      {attempts.data.map((one) => (
        <details key={`${one.at} ${one.version}`}>
          <summary>
            {moment(one.at)} ·{" "}
            {t(`sales.attempt.${ANSWERS.find((name) => name === one.answer) ?? "none"}`)}
          </summary>
          <dl className="facts">
            <dt>{t("sales.attempt.hash")}</dt>
            <dd className="mono small wrap">{one.sha256}</dd>
            <dt>{t("sales.attempt.sent")}</dt>
            <dd className="mono small wrap">{one.body}</dd>
            <dt>{t("sales.attempt.said")}</dt>
            <dd className="mono small wrap">{one.said}</dd>
          </dl>
        </details>
      ))}
    </section>
  );
}

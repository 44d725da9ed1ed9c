import { useTranslation } from "react-i18next";
import type { Job, SalesDelivered } from "@/generated/commands";
import { useFormat } from "@/i18n/format";

/** What a job that ended gave, in a few words. */
export function useOutcome(job: Job): string {
  const { t } = useTranslation();
  const { count, bytes } = useFormat();
  const delivered = useDelivered();
  const { result } = job;
  switch (result?.of) {
    case "discovered":
      return t("activity.outcome.discovered", {
        listed: count(result.listed),
        added: count(result.added),
        gone: count(result.gone),
      });
    case "extracted":
      return t("activity.outcome.extracted", {
        read: count(result.rows_read),
        inserted: count(result.inserted),
        updated: count(result.updated),
        removed: count(result.removed),
      });
    case "proven":
      return result.holds ? t("common.proven.yes") : t("common.proven.no");
    case "synced":
      return t("activity.outcome.queued", { count: result.queued.length });
    case "queued":
      return t("activity.outcome.queued", { count: result.jobs.length });
    case "tidied":
      return t("activity.outcome.tidied", { jobs: count(result.jobs), rows: count(result.rows) });
    case "backed_up":
      return `${result.name} (${bytes(result.bytes)})`;
    case "sales_delivered":
      return delivered(result);
    case "sales_read":
      return t("activity.outcome.sales_read", {
        orders: count(result.orders),
        new: count(result.new),
        changed: count(result.changed),
      });
    case "sales_sent":
      return t("activity.outcome.sales_sent", {
        sent: count(result.invoiced + result.there),
        refused: count(result.refused),
        uncertain: count(result.uncertain),
        later: count(result.later),
      });
    case "sale_decided":
      return t(`sales.state.${result.state}`);
    case "bills_read":
      return result.forbidden
        ? t("activity.outcome.bills_forbidden")
        : t("activity.outcome.bills_read", { count: result.lines, lines: count(result.lines) });
    case "erp_costs_taken":
      return t("activity.outcome.erp_costs_taken", {
        articles: count(result.articles),
        codes: count(result.codes),
      });
    default:
      return "";
  }
}

/** What telling a ledger came to: all that was read is somewhere in it. */
export function useDelivered(): (done: SalesDelivered) => string {
  const { t } = useTranslation();
  const { count } = useFormat();
  return (done) =>
    t("activity.outcome.sales_delivered", {
      read: count(done.read),
      sent: count(done.sent),
      there: count(done.there),
      refused: count(done.refused),
      uncertain: count(done.uncertain),
      pending: count(done.pending),
      marked: count(done.marked + done.marked_here),
    });
}

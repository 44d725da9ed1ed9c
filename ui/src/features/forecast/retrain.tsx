import { Button } from "@mantine/core";
import { IconCalendarClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/link-button";
import { done, failed } from "@/components/toast";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { said } from "../settings/said";

/** Training without being asked: when, and what makes it worth the while. */
export function Retrain() {
  const { t, i18n } = useTranslation();
  const { moment } = useFormat();
  const schedules = useCommand("schedules.list", {}, { keep: true }).data;
  const set = useAction("schedules.set");
  const mine = schedules?.rows.filter(({ work }) => work === "forecast") ?? [];
  return (
    <section className="card stack" aria-label={t("forecast.retrain.title")}>
      <h2>{t("forecast.retrain.title")}</h2>
      <p className="dim">{t("forecast.retrain.text")}</p>
      {mine.map((schedule) => (
        <p key={schedule.name}>
          {said(schedule.cadence, t, i18n.language)}
          {schedule.enabled && schedule.next_run ? (
            <span className="dim">
              {" "}
              · {t("forecast.retrain.next", { at: moment(schedule.next_run) })}
            </span>
          ) : (
            <span className="dim"> · {t("forecast.retrain.off")}</span>
          )}
        </p>
      ))}
      {schedules ? (
        <div className="row">
          {mine.length > 0 ? (
            <LinkButton
              variant="default"
              to="/configuracion"
              search={{ section: "schedules" as const }}
            >
              {t("forecast.retrain.change")}
            </LinkButton>
          ) : (
            <Button
              variant="default"
              leftSection={<IconCalendarClock size={15} aria-hidden="true" />}
              loading={set.isPending}
              onClick={() =>
                set.mutate(
                  {
                    name: t("forecast.retrain.name"),
                    work: "forecast",
                    cadence: { every: "month", day: 2, at: "06:30" },
                  },
                  { onSuccess: () => done(t("forecast.retrain.set")), onError: failed },
                )
              }
            >
              {t("forecast.retrain.button")}
            </Button>
          )}
        </div>
      ) : null}
    </section>
  );
}

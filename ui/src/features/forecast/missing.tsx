import { IconChartDots, IconHistory } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Bones, Empty } from "@/components/empty";
import { LinkButton } from "@/components/link-button";
import { Trouble } from "@/components/trouble";
import type { ForecastHistory } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { SeeExample } from "../welcome/see-example";
import { TrainMenu, TrainNow } from "./train";

/** No movements of any company yet. */
export function NoCompany() {
  const { t } = useTranslation();
  return (
    <Empty
      icon={IconChartDots}
      title={t("forecast.none.title")}
      action={
        <>
          <LinkButton to="/empresas">{t("forecast.none.companies")}</LinkButton>
          <SeeExample />
        </>
      }
    >
      {t("forecast.none.text")}
    </Empty>
  );
}

/** Movements, and no model yet: trains with one press, or says what is missing. */
export function Untrained({ nit, apart }: { nit: string; apart: boolean }) {
  const { t } = useTranslation();
  const history = useCommand("forecast.history", { nit }, { keep: true });
  if (history.error) return <Trouble error={history.error} />;
  if (!history.data) return <Bones lines={5} />;
  if (history.data.months < history.data.least)
    return <TooLittle nit={nit} history={history.data} />;
  return (
    <Empty
      icon={IconChartDots}
      title={t(apart ? "forecast.untrained.title_apart" : "forecast.untrained.title")}
      action={
        <>
          <TrainNow nit={nit} apart={apart} />
          <TrainMenu nit={nit} apart={apart} plain />
        </>
      }
    >
      {t(apart ? "forecast.untrained.text_apart" : "forecast.untrained.text")}{" "}
      <HistoryText history={history.data} />
    </Empty>
  );
}

function TooLittle({ nit, history }: { nit: string; history: ForecastHistory }) {
  const { t } = useTranslation();
  return (
    <Empty
      icon={IconHistory}
      title={t("forecast.little.title")}
      action={
        <LinkButton to="/empresas/$nit" params={{ nit }}>
          {t("forecast.little.action")}
        </LinkButton>
      }
    >
      {history.months === 0
        ? t("forecast.little.nothing", { documents: history.documents.join(", ") })
        : t("forecast.little.text", { count: history.months, least: history.least })}
    </Empty>
  );
}

/** From when to when, and what that is good for. */
export function HistoryText({ history }: { history: ForecastHistory }) {
  const { t } = useTranslation();
  const { month } = useFormat();
  const { months, first, last, year_ahead: full } = history;
  if (first === null || last === null) return null;
  return (
    <>
      {t("forecast.history.text", { count: months, from: month(first), to: month(last) })}{" "}
      {months < full ? t("forecast.history.short", { full }) : null}
    </>
  );
}

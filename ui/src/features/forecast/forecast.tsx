import { SegmentedControl, Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Trouble } from "@/components/trouble";
import type { ForecastOffice } from "@/generated/commands";
import { useCommand } from "@/platform/commands";
import { FORECAST_VIEWS, type ForecastView } from "@/routes";
import { useCompanyChoice } from "../shell/company";
import { ArticlePage } from "./article";
import { Articles } from "./articles";
import { ExportForecast, type Listed } from "./export";
import { NoCompany, Untrained } from "./missing";
import { Models } from "./models";
import { PlaceSelect } from "./place-select";
import { modelFor, usePlaces } from "./places";
import { Totals } from "./totals";
import { TrainingLine, TrainMenu } from "./train";

export default function Forecast() {
  const { t } = useTranslation();
  const {
    nit: wanted,
    view = "articles",
    article,
    article_place: articlePlace,
  } = useSearch({ from: "/pronosticos" });
  const places = usePlaces();
  const { nit: everywhere } = useCompanyChoice();
  const offices = useCommand("forecast.offices", {}, { keep: true });
  const [seen, setSeen] = useState<Listed | null>(null);
  const known = offices.data ?? [];
  const of = (nit: string | null | undefined) => known.find((office) => office.nit === nit);
  // The one that was asked for, else the one that every tab is about, else one that has a forecast.
  const office =
    of(wanted) ?? of(everywhere) ?? known.find(({ active }) => active !== null) ?? known[0];
  const model = office ? modelFor(office, places) : null;
  if (offices.isPending || offices.error || !office) {
    return (
      <div className="page">
        <div className="page-body">
          <div className="page-head">
            <h1>{t("common.tab.forecast")}</h1>
          </div>
          {offices.error ? <Trouble error={offices.error} /> : null}
          {offices.isPending ? <Bones lines={10} /> : null}
          {offices.data ? (
            <div className="card">
              <NoCompany />
            </div>
          ) : null}
        </div>
      </div>
    );
  }
  if (model && article) {
    return <ArticlePage nit={office.nit} code={article} place={articlePlace} />;
  }
  const listed = view === "articles" && seen?.table.nit === office.nit ? seen : null;
  const head = <Head office={office} offices={known} seen={listed} />;
  if (!model) {
    return (
      <Frame head={head} nit={office.nit}>
        <div className="card">
          <Untrained nit={office.nit} apart={places !== "together"} />
        </div>
      </Frame>
    );
  }
  if (view === "articles") {
    return <Articles key={office.nit} office={office} head={head} onSeen={setSeen} />;
  }
  return (
    <Frame head={head} nit={office.nit}>
      {view === "totals" ? <Totals office={office} /> : <Models office={office} />}
    </Frame>
  );
}

function Frame({ head, nit, children }: { head: ReactNode; nit: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <div className="page-body" data-scroll>
        <div className="page-head" style={{ flexWrap: "wrap" }}>
          <h1 className="grow" style={{ minWidth: "max-content" }}>
            {t("common.tab.forecast")}
          </h1>
          {head}
        </div>
        <TrainingLine nit={nit} />
        {children}
      </div>
    </div>
  );
}

/** Whose forecast, which view of it, and what can be done with it. */
function Head({
  office,
  offices,
  seen,
}: {
  office: ForecastOffice;
  offices: ForecastOffice[];
  seen: Listed | null;
}) {
  const { t } = useTranslation();
  const { view = "articles" } = useSearch({ from: "/pronosticos" });
  const places = usePlaces();
  const navigate = useNavigate({ from: "/pronosticos" });
  return (
    <>
      <Select
        w={290}
        aria-label={t("forecast.nit")}
        data={offices.map(({ nit, name }) => ({ value: nit, label: `${nit} · ${name}` }))}
        value={office.nit}
        onChange={(nit) => nit && void navigate({ search: ({ view }) => ({ view, nit }) })}
        allowDeselect={false}
        searchable={offices.length > 8}
      />
      {office.active || office.by_place ? <PlaceSelect office={office} /> : null}
      {modelFor(office, places) ? (
        <>
          <SegmentedControl
            aria-label={t("forecast.views")}
            data={FORECAST_VIEWS.map((value) => ({ value, label: t(`forecast.view.${value}`) }))}
            value={view}
            onChange={(view) =>
              void navigate({ search: (old) => ({ ...old, view: view as ForecastView }) })
            }
          />
          <ExportForecast nit={office.nit} places={places} seen={seen} />
          <TrainMenu nit={office.nit} apart={places !== "together"} />
        </>
      ) : null}
    </>
  );
}

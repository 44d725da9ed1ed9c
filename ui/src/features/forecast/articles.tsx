import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconInfoCircle, IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid, type Order } from "@/components/grid";
import { Chips, ListPage, Search } from "@/components/list-page";
import type {
  DemandClass,
  ForecastArticleRow,
  ForecastArticles,
  ForecastOffice,
  ForecastSort,
} from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { usePages } from "@/platform/pages";
import type { Listed } from "./export";
import { useFigures } from "./figures";
import { CLASSES, ErrorView, ModelLine } from "./looks";
import { placeText, usePlaces } from "./places";
import { useTerms } from "./terms";
import { TermsFields } from "./terms-fields";
import { TrainingLine } from "./train";

const keyOf = ({ code, place }: ForecastArticleRow) =>
  place === null ? code : `${code} ${place.code}`;

/** What each article will sell, most money at stake first. */
export function Articles({
  office,
  head,
  onSeen,
}: {
  office: ForecastOffice;
  head: ReactNode;
  /** Tells what the list shows. */
  onSeen: (seen: Listed) => void;
}) {
  const { t } = useTranslation();
  const { nit } = office;
  const { class: of } = useSearch({ from: "/pronosticos" });
  const places = usePlaces();
  // One warehouse is named by its code, so that the same one is the same question.
  const place = typeof places === "string" ? null : places.one;
  const each = places === "each";
  const navigate = useNavigate({ from: "/pronosticos" });
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 250);
  const [order, setOrder] = useState<Order>({ by: "stake", descending: true });
  const { terms, setTerms, asked: askedTerms } = useTerms();
  const [{ lead_days, service }] = useDebouncedValue(askedTerms, 250, { leading: true });
  const question = useMemo(
    () => ({
      nit,
      text: asked,
      class: of ?? null,
      places: place === null ? (each ? ("each" as const) : ("together" as const)) : { one: place },
      sort: order.by as ForecastSort,
      ascending: !order.descending,
      lead_days,
      service,
    }),
    [nit, asked, of, place, each, order, lead_days, service],
  );
  const pages = usePages("forecast.articles", question);
  const found = pages.first?.found ?? 0;
  useEffect(() => onSeen({ table: question, articles: found }), [onSeen, question, found]);
  const setClass = (value: DemandClass | undefined) =>
    void navigate({ search: (old) => ({ ...old, class: value }), replace: true });
  return (
    <ListPage
      title={t("common.tab.forecast")}
      actions={head}
      filters={
        <>
          <Search width={220} label={t("forecast.search")} value={text} onChange={setText} />
          <Chips
            values={CLASSES}
            chosen={of ? [of] : []}
            text={(value) => t(`forecast.class.${value}`)}
            onToggle={(value) => setClass(value === of ? undefined : value)}
          />
          <div className="grow" />
          <TermsFields terms={terms} onChange={setTerms} />
        </>
      }
      error={pages.error}
      foot={pages.first ? <Foot list={pages.first} /> : null}
    >
      <TrainingLine nit={nit} />
      {pages.first ? (
        <About list={pages.first} nit={nit} of={of} apart={places !== "together"} />
      ) : null}
      <Grid
        label={t("forecast.list")}
        columns={useColumns(each)}
        count={pages.first?.found ?? 0}
        rowAt={pages.rowAt}
        keyOf={keyOf}
        order={order}
        onOrder={setOrder}
        onSight={pages.onSight}
        onOpen={({ code, place }) =>
          void navigate({
            search: (old) => ({
              ...old,
              nit,
              article: code,
              ...(place === null ? {} : { article_place: place.code }),
            }),
          })
        }
        loading={pages.isPending}
        store={each ? "forecast-places" : "forecast"}
        empty={
          <Empty
            icon={IconSearch}
            title={t("forecast.none_fit")}
            action={
              <Button
                variant="default"
                onClick={() => {
                  setText("");
                  setClass(undefined);
                }}
              >
                {t("common.clear_filters")}
              </Button>
            }
          />
        }
      />
    </ListPage>
  );
}

function About({
  list,
  nit,
  of,
  apart,
}: {
  list: ForecastArticles;
  nit: string;
  of: DemandClass | undefined;
  apart: boolean;
}) {
  const { t } = useTranslation();
  const history = useCommand("forecast.history", { nit, by_place: apart }, { keep: true });
  const unseen = history.data?.unseen ?? 0;
  return (
    <div className="stack" style={{ gap: 2 }}>
      <ModelLine model={list.model} verdict={list.verdict} />
      {unseen > 0 ? (
        <p className="state" data-tone="info">
          <IconInfoCircle size={15} aria-hidden="true" />
          {t("forecast.unseen", { count: unseen })}
        </p>
      ) : null}
      {of ? <p className="dim">{t(`forecast.class_text.${of}`)}</p> : null}
    </div>
  );
}

function Foot({ list }: { list: ForecastArticles }) {
  const { t } = useTranslation();
  const { amount, count, currency } = useFormat();
  return (
    <span className="num-left" role="status">
      {t("forecast.shown", {
        count: list.found,
        articles: count(list.found),
        amount: amount(list.at_stake),
        currency,
      })}
    </span>
  );
}

function useColumns(each: boolean): Column<ForecastArticleRow>[] {
  const { t } = useTranslation();
  const { amount, currency } = useFormat();
  const { figure, change } = useFigures();
  return useMemo(
    () => [
      {
        id: "article",
        title: t("forecast.col.article"),
        width: each ? 176 : 234,
        grows: true,
        sort: "code",
        cell: (row) => (
          <span dir="auto" title={`${row.code} ${row.description}`}>
            <span className="dim">{row.code}</span> {row.description}
          </span>
        ),
      },
      ...(each
        ? [
            {
              id: "place",
              title: t("forecast.places.title"),
              width: 104,
              cell: ({ place }: ForecastArticleRow) => (place ? placeText(place, t) : ""),
            },
          ]
        : []),
      {
        id: "class",
        title: t("forecast.col.class"),
        width: each ? 96 : 104,
        cell: (row) => (row.guess ? t("forecast.guess") : t(`forecast.class.${row.class}`)),
      },
      {
        id: "next",
        title: t("forecast.col.next"),
        width: each ? 120 : 124,
        align: "right",
        sort: "next",
        cell: (row) => `${figure(row.next)} ${row.unit}`,
      },
      {
        id: "range",
        title: t("forecast.col.range"),
        width: each ? 118 : 116,
        align: "right",
        cell: (row) => t("forecast.range", { low: figure(row.low), high: figure(row.high) }),
      },
      {
        id: "trend",
        title: t("forecast.col.trend"),
        width: each ? 80 : 92,
        align: "right",
        sort: "trend",
        cell: (row) => (row.trend === null ? "" : change(row.trend)),
      },
      {
        id: "error",
        title: t("forecast.col.error"),
        width: each ? 120 : 124,
        sort: "error",
        cell: (row) => <ErrorView verdict={row.verdict} ratio={row.error_ratio} />,
      },
      {
        id: "reorder",
        title: t("forecast.col.reorder"),
        width: each ? 96 : 112,
        align: "right",
        sort: "reorder",
        cell: (row) => figure(Math.ceil(row.stock.reorder_point)),
      },
      {
        id: "stake",
        title: t("forecast.col.stake", { currency }),
        width: 136,
        align: "right",
        sort: "stake",
        cell: (row) => (row.at_stake === null ? t("forecast.unpriced") : amount(row.at_stake)),
      },
    ],
    [t, amount, currency, figure, change, each],
  );
}

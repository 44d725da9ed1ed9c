// Forecasts of the stand-in: one company has a model, one has too little history, the rest wait.
import type {
  ForecastArticlePage,
  ForecastArticleRow,
  ForecastHistory,
  ForecastModel,
  ForecastModelRow,
  ForecastOffice,
  ForecastPlaces,
  ForecastSort,
  MlflowRun,
} from "@/generated/commands";
import { refusal } from "./errors";
import { GOODS, modelOf, PLACES, pageOf, placed } from "./forecast-seed";
import type { Bodies, MockOptions, Office } from "./office";
import { written } from "./sales";

/** The bakery began this September. */
const YOUNG = "9011457720";
const TRAINED = "9004512337";

const RATIOS: Record<ForecastModel, number> = {
  puente: 0.81,
  prophet: 0.93,
  xgboost: 0.88,
  seasonal_naive: 1,
  mean_12: 0.97,
};

export function forecastBodies(office: Office, start: MockOptions["office"]): Bodies {
  const lang = () => office.settings.lang;
  let models: ForecastModelRow[] = start === "working" ? seeded(office) : [];
  const isApart = ({ meta }: ForecastModelRow) => meta.places.length > 0;
  const active = (nit: string, apart = false) =>
    models.find((model) => model.nit === nit && model.active && isApart(model) === apart);
  const known = (nit: string, places: ForecastPlaces = "together"): ForecastModelRow => {
    const found = active(nit, places !== "together");
    if (!found) throw refusal(lang(), "NOT_FOUND", { what: "el modelo", name: nit });
    return found;
  };
  const model = (id: string): ForecastModelRow => {
    const found = models.find((model) => model.id === id);
    if (!found) throw refusal(lang(), "NOT_FOUND", { what: "el modelo", name: id });
    return found;
  };
  const terms = (days?: number | null, service?: number | null) => ({
    days: days ?? 15,
    service: service ?? 0.95,
  });
  const wanted = new Map<string, { kind: ForecastModel; apart: boolean }>();
  office.effects.set("forecast.train", ({ subject: nit }) => {
    const { kind, apart } = wanted.get(nit) ?? { kind: "puente", apart: false };
    for (const one of models) {
      if (one.nit === nit && isApart(one) === apart) one.active = false;
    }
    const over = { active: true, ratio: RATIOS[kind], apart };
    const trained = modelOf(nit, kind, office.ago(0), over);
    const { url } = office.settings.mlflow;
    trained.mlflow = url === "" ? null : runOf(office, trained, url);
    models = [trained, ...models];
  });
  return {
    "forecast.offices": () => officesOf(office, active),
    "forecast.history": ({ nit }) => historyOf(nit),
    "forecast.models": ({ nit }) => models.filter((model) => nit == null || model.nit === nit),
    "forecast.train": ({ nit, model: kind, by_place: apart = false }) => {
      wanted.set(nit, { kind: kind ?? "puente", apart });
      return [office.enqueue("forecast.train", nit, {})];
    },
    "forecast.activate": ({ id }) => {
      const chosen = model(id);
      for (const one of models) {
        const alike = one.nit === chosen.nit && isApart(one) === isApart(chosen);
        if (alike) one.active = one.id === id;
      }
      return chosen;
    },
    "forecast.remove": ({ id }) => {
      const gone = model(id);
      models = models.filter((one) => one.id !== id);
      const left = models.filter(({ nit }) => nit === gone.nit);
      const next = left.find((one) => isApart(one) === isApart(gone));
      if (gone.active && next) next.active = true;
      return left;
    },
    "forecast.articles": ({ nit, text = "", class: of, sort = "stake", ascending, ...rest }) => {
      const { offset = 0, limit, lead_days, service, places = "together" } = rest;
      const used = known(nit, places);
      const months = used.meta.horizon;
      const rows = pagesOf(places, { months, ...terms(lead_days, service) })
        .map(({ row }) => row)
        .filter((row) => of == null || row.class === of)
        .filter((row) =>
          `${row.code} ${row.description}`.toLowerCase().includes(text.toLowerCase()),
        )
        .sort(orderOf(sort, ascending === true));
      return {
        model: used,
        verdict: used.meta.scores.rmsse === used.meta.naive.rmsse ? "same" : "better",
        found: rows.length,
        at_stake: sum(rows.map((row) => row.at_stake ?? "0.00")),
        rows: rows.slice(offset, offset + (limit ?? 100)),
      };
    },
    "forecast.article": ({ nit, article, place, lead_days, service }) => {
      const at = GOODS.findIndex(({ code }) => code.toLowerCase() === article.toLowerCase());
      if (at < 0) throw refusal(lang(), "NOT_FOUND", { what: "el artículo", name: article });
      const { horizon: months } = known(nit, place == null ? "together" : "each").meta;
      const page = pageOf(at, { months, ...terms(lead_days, service) });
      const of = PLACES.find(({ code }) => code === place);
      return of ? placed(page, of) : page;
    },
    "forecast.mlflow.status": () => {
      const runs = models.flatMap(({ mlflow }) => mlflow ?? []);
      const count = (state: string) => runs.filter((run) => run.state === state).length;
      return {
        configured: office.settings.mlflow.url !== "",
        experiment: "TNS_Demanda_Prediccion",
        waiting: count("waiting"),
        sent: count("sent"),
        failed: count("failed"),
        runs,
      };
    },
    "forecast.mlflow.test": ({ mlflow, secret }) => {
      const { url = "", login = "none" } = mlflow ?? office.settings.mlflow;
      if (login !== "none" && !secret && !office.settings.has_mlflow_secret) {
        throw refusal(lang(), "MLFLOW_LOGIN", { url, status: 401 });
      }
      return { url, has_experiment: models.some((model) => model.mlflow), milliseconds: 14 };
    },
    "forecast.mlflow.send": () => {
      for (const { mlflow } of models) if (mlflow) Object.assign(mlflow, told(office, mlflow));
      return [office.enqueue("forecast.mlflow", "", {})];
    },
    "forecast.totals": ({ nit, places = "together" }) =>
      totalsOf(known(nit, places).meta.horizon, places),
    "forecast.export": ({ nit, path, table, totals, places = "together" }) => {
      const { horizon } = known(nit, places).meta;
      return {
        path,
        rows: table
          ? GOODS.length
          : totals
            ? totalsOf(horizon, places).months.length + 1
            : GOODS.length * horizon,
      };
    },
  };
}

function runOf(office: Office, { id, nit }: ForecastModelRow, url: string): MlflowRun {
  return {
    model: id,
    nit,
    state: "sent",
    link: `${url}/#/experiments/1/runs/4f1d`,
    attempts: 1,
    without_files: false,
    error: null,
    changed_at: office.ago(0),
  };
}

function told(office: Office, run: MlflowRun): Partial<MlflowRun> {
  const link = `${office.settings.mlflow.url}/#/experiments/1/runs/4f1d`;
  return { state: "sent", link: run.link ?? link, error: null };
}

/** Three months of trainings, the newest in use. */
function seeded(office: Office): ForecastModelRow[] {
  const day = 24 * 60;
  const made = (days: number, kind: ForecastModel, ratio: number, last: number, active = false) =>
    modelOf(TRAINED, kind, office.ago(days * day + 95), { active, ratio, last });
  return [
    made(1, "puente", 0.81, 202_610, true),
    made(2, "xgboost", 0.88, 202_610),
    made(3, "prophet", 0.93, 202_610),
    made(24, "puente", 0.84, 202_609),
    made(55, "puente", 0.86, 202_608),
    made(86, "puente", 0.91, 202_607),
  ];
}

function officesOf(
  office: Office,
  active: (nit: string, apart?: boolean) => ForecastModelRow | undefined,
): ForecastOffice[] {
  const byNit = new Map<string, ForecastOffice>();
  for (const company of office.companies) {
    if (!office.extracted.has(company.id)) continue;
    const { nit, name } = company;
    const found = byNit.get(nit) ?? {
      nit,
      name,
      companies: 0,
      movements: 0,
      active: active(nit) ?? null,
      by_place: active(nit, true) ?? null,
    };
    found.companies += 1;
    found.movements += office.rows(company);
    byNit.set(nit, found);
  }
  return [...byNit.values()].sort((a, b) => b.movements - a.movements);
}

function historyOf(nit: string): ForecastHistory {
  const young = nit === YOUNG;
  return {
    months: young ? 2 : nit === TRAINED ? 34 : 22,
    first: young ? "2026-09" : nit === TRAINED ? "2024-01" : "2025-01",
    last: "2026-10",
    least: 3,
    year_ahead: 30,
    documents: ["FV", "POS", "DV"],
    unseen: 0,
  };
}

function orderOf(sort: ForecastSort, ascending: boolean) {
  const key: Record<ForecastSort, (row: ForecastArticleRow) => number | string | null> = {
    stake: (row) => Number(row.at_stake ?? 0),
    code: (row) => row.code,
    next: (row) => row.next,
    trend: (row) => row.trend,
    error: (row) => row.error_ratio,
    reorder: (row) => row.stock.reorder_point,
  };
  return (a: ForecastArticleRow, b: ForecastArticleRow) => {
    const [x, y] = [key[sort](a), key[sort](b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1);
  };
}

const cents = (text: string) => BigInt(text.replace(".", "").slice(0, -2) || "0");

function sum(amounts: string[]): string {
  return written(amounts.reduce((sum, text) => sum + cents(text), 0n));
}

interface Asked {
  months: number;
  days: number;
  service: number;
}

function pagesOf(places: ForecastPlaces, asked: Asked): ForecastArticlePage[] {
  const pages = GOODS.map((_, at) => pageOf(at, asked));
  if (places === "together") return pages;
  const fitting = PLACES.filter(({ code }) => places === "each" || code === places.one);
  return pages.flatMap((page) => fitting.map((place) => placed(page, place)));
}

function totalsOf(months: number, places: ForecastPlaces) {
  const pages = pagesOf(places, { months, days: 15, service: 0.95 });
  const price = ({ row }: ForecastArticlePage) =>
    GOODS.find(({ code }) => code === row.code)?.price ?? 0;
  const figure = (of: (page: ForecastArticlePage) => number) =>
    pages.reduce((sum, page) => sum + of(page) * price(page), 0);
  const worth = (of: (page: ForecastArticlePage) => number) => figure(of).toFixed(2);
  const bounds = (value: number, part: number) => ({
    low: (value * (1 - part)).toFixed(2),
    high: (value * (1 + part)).toFixed(2),
  });
  const all = figure(({ forecast }) => forecast.reduce((sum, { expected }) => sum + expected, 0));
  const [longest] = pages;
  const rows = pages.map(({ row }) => row);
  const judged = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  const classes = ["smooth", "erratic", "intermittent", "lumpy", "new", "dead"] as const;
  return {
    articles: rows.length,
    unpriced: 0,
    guesses: 1,
    better: judged("better"),
    same: judged("same"),
    worse: judged("worse"),
    classes: classes.map((of) => ({
      class: of,
      articles: rows.filter((row) => row.class === of).length,
    })),
    months: [
      ...(longest?.history ?? []).map(({ month }) => ({
        month,
        sold: worth(({ history }) => history.find((one) => one.month === month)?.quantity ?? 0),
        expected: null,
        bounds: null,
      })),
      ...(longest?.forecast ?? []).map(({ month }, at) => ({
        month,
        sold: null,
        expected: worth(({ forecast }) => forecast[at]?.expected ?? 0),
        bounds: bounds(
          figure(({ forecast }) => forecast[at]?.expected ?? 0),
          0.09,
        ),
      })),
    ],
    ahead: {
      months,
      expected: all.toFixed(2),
      bounds: bounds(all, 0.06),
      coverage: { months_inside: 15, months: 18, sums_inside: 3, sums: 3 },
    },
  };
}

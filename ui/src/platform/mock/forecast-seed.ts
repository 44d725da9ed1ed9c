// What a shop sells month by month, with the habits of every class, and what would be forecast of it.
import type {
  DemandClass,
  ForecastArticlePage,
  ForecastArticleRow,
  ForecastModel,
  ForecastModelRow,
  Scores,
  StockAdvice,
  Verdict,
} from "@/generated/commands";
import { mix } from "./movements";

interface Good {
  code: string;
  name: string;
  unit: string;
  class: DemandClass;
  /** Sold in a usual month. */
  level: number;
  /** Price of one; none where it was never sold with one. */
  price: number;
  /** Error against that of repeating last year. */
  ratio: number | null;
}

const good = (
  code: string,
  name: string,
  unit: string,
  of: DemandClass,
  level: number,
  price: number,
  ratio: number | null,
): Good => ({ code, name, unit, class: of, level, price, ratio });

export const GOODS: Good[] = [
  good("CEM-50", "Cemento gris 50 kg", "BUL", "smooth", 1480, 31_900, 0.71),
  good("VAR-12", "Varilla corrugada 1/2 x 6 m", "UND", "smooth", 620, 38_400, 0.78),
  good("PIN-VIN", "Pintura vinilo blanco, galón", "GLN", "erratic", 95, 74_900, 0.84),
  good("TAL-650", "Taladro percutor 650 W", "UND", "erratic", 22, 189_900, 0.99),
  good("CAB-100", "Cable encauchetado 3x12, 100 m", "ROL", "intermittent", 6, 412_000, 0.82),
  good("TEJ-6", "Teja de fibrocemento n.º 6", "UND", "lumpy", 48, 42_600, 1.12),
  good("PUL-412", "Pulidora angular 4 1/2", "UND", "intermittent", 5, 229_000, 0.9),
  good("LED-9W", "Bombillo LED 9 W, paquete x 10", "PAQ", "smooth", 118, 42_900, 0.69),
  good("ÑAM-01", "Niple galvanizado 1/2 x 10", "UND", "smooth", 260, 31_200, 0.94),
  good("LLA-12", "Juego de llaves combinadas x 12", "JGO", "new", 9, 96_500, null),
  good("TUB-PVC", "Tubo PVC sanitario 4 x 6 m", "UND", "erratic", 140, 61_300, 0.8),
  good("GRI-LAV", "Grifería lavaplatos cuello alto", "UND", "lumpy", 7, 128_000, 1.04),
  good("CLA-212", "Clavo con cabeza 2 1/2, libra", "LB", "smooth", 330, 4_900, 0.74),
  good("EST-MAD", "Estaca de madera 1 m", "UND", "dead", 0, 2_300, null),
  good("MAL-ELE", "Malla electrosoldada 6 x 2,35 m", "UND", "erratic", 34, 148_000, 0.88),
];

/** What the shop sells from each warehouse. */
export const PLACES = [
  { code: "01", name: "PRINCIPAL", share: 0.62 },
  { code: "02", name: "NORTE", share: 0.38 },
];

/** A page of one warehouse: its part of what all of them sell. */
export function placed(page: ForecastArticlePage, { code, name, share }: (typeof PLACES)[number]) {
  const { row } = page;
  const part = (value: number) => round(value * share);
  const sold = (of: ForecastArticlePage["history"]) =>
    of.map(({ month, quantity }) => ({ month, quantity: Math.round(quantity * share) }));
  const worth = row.at_stake === null ? null : (Number(row.at_stake) * share).toFixed(2);
  return {
    ...page,
    row: {
      ...row,
      place: { code, name },
      next: part(row.next),
      low: part(row.low * 0.9),
      high: part(row.high * 1.1),
      at_stake: worth === null ? null : `${worth}00`,
      stock: {
        ...row.stock,
        reorder_point: row.stock.reorder_point * share,
        safety_stock: row.stock.safety_stock * share,
        monthly_demand: row.stock.monthly_demand * share,
        deviation: row.stock.deviation * share,
      },
    },
    history: sold(page.history),
    forecast: page.forecast.map(({ month, expected, low, median, high }) => ({
      month,
      expected: part(expected),
      low: part(low),
      median: part(median),
      high: part(high),
    })),
    replays: page.replays.map(({ months }) => ({ months: sold(months) })),
    components: page.components.map(({ month, trend, season, working_days }) => ({
      month,
      trend: part(trend),
      season: part(season),
      working_days: part(working_days),
    })),
  } satisfies ForecastArticlePage;
}

/** October 2026 is the last complete month. */
const LAST = 2026 * 12 + 9;
const MONTHS = 34;

const monthText = (at: number) =>
  `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;

const round = (value: number) => Math.round(value * 10) / 10;

function usual(item: Good, at: number): number {
  const season = 1 + 0.22 * Math.sin(((at % 12) / 12) * 2 * Math.PI + 4);
  const trend = 1 + (at - LAST) * 0.006;
  return item.level * season * trend;
}

function sold(item: Good, place: number, at: number): number {
  const chance = (mix(place * 1000 + at) % 1000) / 1000;
  const spread = { smooth: 0.12, erratic: 0.9, intermittent: 0.2, lumpy: 1.4, new: 0.3, dead: 0 };
  const sells = { smooth: 1, erratic: 0.95, intermittent: 0.45, lumpy: 0.4, new: 0.9, dead: 0 };
  if (item.class === "dead") return LAST - at > 13 && chance < 0.4 ? 3 : 0;
  if ((mix(place * 77 + at) % 1000) / 1000 > sells[item.class]) return 0;
  return Math.max(0, Math.round(usual(item, at) * (1 + (chance - 0.5) * 2 * spread[item.class])));
}

function verdictOf(ratio: number | null): Verdict {
  if (ratio === null) return "unknown";
  return ratio <= 0.95 ? "better" : ratio <= 1 ? "same" : "worse";
}

export function adviceOf(demand: number, deviation: number, days: number, service: number) {
  const lead = days / 30.4375;
  // Near enough for a stand-in: 0.9 gives 1.28, 0.95 gives 1.64, 0.99 gives 2.33.
  const z = Math.sqrt(Math.max(0, -1.6 * Math.log(2 * (1 - service)))) * 0.86;
  const safety = z * deviation * Math.sqrt(lead);
  return {
    reorder_point: demand * lead + safety,
    safety_stock: safety,
    monthly_demand: demand,
    deviation,
    lead_months: lead,
    z,
  } satisfies StockAdvice;
}

function scores(ratio: number, level: number, months: number): Scores {
  return {
    months,
    mae: round(level * 0.18 * ratio),
    rmse: round(level * 0.25 * ratio),
    r2: 1 - 0.4 * ratio,
    mase: 0.92 * ratio,
    rmsse: 0.88 * ratio,
    wape: 0.24 * ratio,
    total_error: 0.13 * ratio,
    bias: 0.03 * ratio,
    coverage: 0.79,
  };
}

export function pageOf(
  place: number,
  { months: ahead, days, service }: { months: number; days: number; service: number },
): ForecastArticlePage {
  const item = GOODS[place] as Good;
  const begin = item.class === "new" ? 7 : MONTHS;
  const history = Array.from({ length: begin }, (_, month) => {
    const at = LAST - begin + 1 + month;
    return { month: monthText(at), quantity: sold(item, place, at) };
  });
  const share = { smooth: 1, erratic: 0.95, intermittent: 0.45, lumpy: 0.4, new: 0.9, dead: 0 };
  const width = { smooth: 0.2, erratic: 0.75, intermittent: 1.1, lumpy: 1.6, new: 0.6, dead: 0.5 };
  const forecast = Array.from({ length: ahead }, (_, month) => {
    const expected = usual(item, LAST + 1 + month) * share[item.class];
    const spread = Math.max(expected * width[item.class], item.class === "dead" ? 0.4 : 0);
    return {
      month: monthText(LAST + 1 + month),
      expected: round(expected),
      low: round(Math.max(0, expected - spread)),
      median: round(expected * 0.97),
      high: round(expected + spread),
    };
  });
  const replays = [12, 9, 6].map((before) => ({
    months: history.slice(-before, before === 6 ? undefined : 6 - before).map(({ month }, at) => ({
      month,
      quantity: round(usual(item, LAST - before + 1 + at) * share[item.class] * 1.04),
    })),
  }));
  const all = [...history, ...forecast].map(({ month }, at) => ({ month, at }));
  return {
    row: rowOf(place, { forecast, history, days, service }),
    history,
    forecast,
    replays: item.class === "new" ? [] : replays,
    components:
      item.class === "new"
        ? []
        : all.map(({ month, at }) => ({
            month,
            trend: round(item.level * (1 + (at - MONTHS) * 0.006)),
            season: round(usual(item, LAST - begin + 1 + at) - item.level),
            working_days: round(((mix(at) % 5) - 2) * item.level * 0.01),
          })),
    scores: scores(item.ratio ?? 1, item.level, item.ratio === null ? 0 : 18),
    naive: scores(1, item.level, item.ratio === null ? 0 : 18),
  };
}

function rowOf(
  place: number,
  {
    forecast,
    history,
    days,
    service,
  }: {
    forecast: ForecastArticlePage["forecast"];
    history: ForecastArticlePage["history"];
    days: number;
    service: number;
  },
): ForecastArticleRow {
  const item = GOODS[place] as Good;
  const next = forecast.slice(0, 3).reduce((sum, { expected }) => sum + expected, 0);
  const wide = Math.hypot(...forecast.slice(0, 3).map(({ expected, high }) => high - expected));
  const last = history.slice(-3).reduce((sum, { quantity }) => sum + quantity, 0);
  const first = forecast[0];
  return {
    code: item.code,
    description: item.name,
    unit: item.unit,
    place: null,
    class: item.class,
    next: round(next),
    low: round(Math.max(0, next - wide)),
    high: round(next + wide),
    trend: last > 0 ? next / last - 1 : null,
    error_ratio: item.ratio,
    verdict: verdictOf(item.ratio),
    guess: false,
    at_stake: (Math.round(next * 10) * item.price * 10).toFixed(0).replace(/(\d\d)$/, ".$100"),
    stock: adviceOf(
      first?.expected ?? 0,
      ((first?.high ?? 0) - (first?.expected ?? 0)) / 1.2816,
      days,
      service,
    ),
  };
}

export function modelOf(
  nit: string,
  kind: ForecastModel,
  at: string,
  over: { active: boolean; ratio: number; horizon?: number; last?: number; apart?: boolean },
): ForecastModelRow {
  return {
    id: `empresa_${nit}_${at.slice(0, 19).replace(/[-:]/g, "")}`,
    nit,
    created_at: at,
    active: over.active,
    mlflow: null,
    meta: {
      kind,
      horizon: over.horizon ?? 12,
      first_month: 202_401,
      last_month: over.last ?? 202_610,
      articles: GOODS.length,
      rows: 486,
      data_hash: `${over.last ?? 202_610}`,
      code_version: "0.1.0",
      seconds: 3.2,
      origins: 3,
      scores: scores(over.ratio, 120, 10_818),
      naive: scores(1, 120, 10_818),
      mean_12: scores(0.97, 120, 10_818),
      weights: [0.5, 0.5],
      places: over.apart ? PLACES.map(({ code, name }) => ({ code, name })) : [],
      notes: {
        undated: 0,
        impossible: 0,
        not_over: 31,
        negative_months: 2,
        never_sold: 1,
        joined_codes: 0,
      },
      articles_hash: "0",
      booster_hash: null,
    },
  } as ForecastModelRow;
}

// Sales of the stand-in: filters, sendings and mappings behave as the real ones do.
import type {
  CostRule,
  MappingRow,
  MarginBy,
  MarginRow,
  SaleRow,
  SalesChannel,
  SalesFilter,
  SalesLedger,
  SalesStep,
  SalesTotals,
} from "@/generated/commands";
import { documentPage, seedDocuments, seedSolar, seedSource } from "./counter";
import { refusal } from "./errors";
import { scaled } from "./movements";
import type { Bodies, MockOptions, Office } from "./office";
import { salePage } from "./sale-page";
import {
  ARTICLES,
  articleOf,
  seedCatalogue,
  seedChannel,
  seedLedger,
  seedSales,
} from "./sales-seed";
import { workBodies } from "./sales-work";
import { solarBodies } from "./solar";

interface Book {
  sales: SaleRow[];
  ledgers: SalesLedger[];
  channels: SalesChannel[];
  mappings: Map<string, string | null>;
  costs: CostRule[];
}

export function salesBodies(office: Office, start: MockOptions["office"]): Bodies {
  const working = start === "working";
  const counter = start === "counter";
  const book: Book = {
    sales: working ? seedSales(office) : counter ? seedDocuments(office) : [],
    ledgers: working ? [seedLedger(office)] : counter ? [seedSolar(office)] : [],
    channels: working ? [seedChannel(office)] : counter ? [seedSource(office)] : [],
    mappings: new Map(),
    costs: working ? [{ name: "Empaque", kind: "per_sale", amount: "1800.00" }] : [],
  };
  const productCosts = book.sales.length
    ? ARTICLES.map(({ sku, cost }) => ({
        sku: sku.toLowerCase(),
        cost: `${cost}.00`,
        source: "erp",
      }))
    : [];
  const sent = new Set<number>();
  office.effects.set("sales.send", () => {
    for (const row of book.sales) {
      if (!sent.has(row.id)) continue;
      Object.assign(row, { state: "invoiced", invoice: `FV-2-${1000 + row.id}`, stamp: "Draft" });
    }
    sent.clear();
  });
  office.effects.set("sales.catalogue", () => {
    for (const ledger of book.ledgers) ledger.catalogue_at = office.ago(0);
  });
  const find = (name: string) => {
    const row = book.sales.find(({ id, key }) => String(id) === name || key === name);
    if (!row) throw refusal(office.settings.lang, "NOT_FOUND", { what: "la venta", name });
    return row;
  };
  const job = (kind: string, subject = "") => [office.enqueue(kind, subject, {})];
  return {
    ...accountBodies(office, book),
    ...mappingBodies(office, book),
    ...workBodies(office, book),
    ...solarBodies(office, book),
    "sales.steps": () => steps(book),
    "sales.sync": () => job("sales.sync_all"),
    "sales.follow": () => job("sales.follow"),
    "sales.list": ({ filter, sort, ascending, offset = 0, limit }) => {
      const found = book.sales.filter((row) => fits(row, filter ?? {})).sort(order(sort ?? "date"));
      if (!ascending) found.reverse();
      return { rows: found.slice(offset, offset + (limit ?? 100)), totals: totals(found) };
    },
    "sales.totals": (filter) => totals(book.sales.filter((row) => fits(row, filter))),
    "sales.show": ({ sale }) => (counter ? documentPage : salePage)(office, find(sale)),
    "sales.send": ({ sales, filter }) => {
      for (const row of book.sales) {
        const wanted = sales?.length ? sales.includes(row.id) : fits(row, filter ?? {});
        if (!wanted || row.state !== "ready") continue;
        row.state = "sending";
        sent.add(row.id);
      }
      office.stale("sales");
      return job("sales.send", "SIIGO Ferretería");
    },
    "sales.decide": ({ sale, decision }) => {
      const row = find(sale);
      if (decision.decision === "linked") {
        Object.assign(row, { state: "invoiced", invoice: decision.invoice });
      } else {
        row.state = decision.decision === "again" ? "ready" : "voided";
      }
      office.stale("sales");
      return job("sales.decide", row.key);
    },
    "sales.costs.list": () => ({ rules: book.costs, products: productCosts }),
    "sales.costs.set": ({ rules }) => {
      book.costs = rules;
      return { products: 0, jobs: job("sales.homologate") };
    },
    "sales.costs.import": ({ csv }) => ({
      products: csv.trim().split("\n").length - 1,
      jobs: job("sales.homologate"),
    }),
    "sales.margin": ({ by = "sale", filter, currency, limit }) =>
      margin(book, by, filter ?? {}, currency ?? null, limit ?? 100),
  };
}

function accountBodies(office: Office, book: Book): Bodies {
  const ledger = (name: string) => {
    const found = book.ledgers.find((ledger) => ledger.name === name || String(ledger.id) === name);
    if (!found) throw refusal(office.settings.lang, "NOT_FOUND", { what: "la cuenta", name });
    return found;
  };
  const channel = (name: string) => {
    const found = book.channels.find((other) => other.name === name || String(other.id) === name);
    if (!found) throw refusal(office.settings.lang, "NOT_FOUND", { what: "la cuenta", name });
    return found;
  };
  return {
    "sales.ledgers.list": () => book.ledgers,
    "sales.ledgers.connect": async ({ name, user, access_key, ...rest }, signal) => {
      await office.wait(500, signal);
      if (access_key === "mala") {
        throw refusal(office.settings.lang, "DB_WRONG_PASSWORD", { user });
      }
      const id = book.ledgers.find((other) => other.name === name)?.id ?? book.ledgers.length + 1;
      const made = {
        ...seedLedger(office),
        id,
        name,
        user,
        base_url: rest.base_url ?? "https://api.siigo.com",
        per_minute: rest.per_minute ?? 100,
        catalogue_at: null,
      };
      book.ledgers = [...book.ledgers.filter((other) => other.id !== id), made];
      return made;
    },
    "sales.ledgers.test": ({ ledger: name }) =>
      Object.assign(ledger(name), { checked_at: office.ago(0) }),
    "sales.channels.list": () => book.channels,
    "sales.channels.begin": ({ name, site, client_id, redirect_uri, ledger: of }) => {
      const id = book.channels.length + 1;
      const to = of ? ledger(of) : null;
      book.channels.push({
        ...seedChannel(office),
        id,
        name,
        site,
        client_id,
        redirect_uri,
        ledger_id: to?.id ?? null,
        ledger: to?.name ?? null,
        nickname: "",
        state: "pending",
        synced_at: null,
      });
      const url = `https://auth.mercadolibre.com.co/authorization?response_type=code&client_id=${client_id}&redirect_uri=${encodeURIComponent(redirect_uri)}&code_challenge=Q1s&code_challenge_method=S256&state=9f2c`;
      return { channel: id, url, redirect_uri };
    },
    "sales.channels.finish": ({ channel: name, redirected }) => {
      if (!redirected.includes("code=")) {
        throw refusal(office.settings.lang, "NOT_FOUND", { what: "el código", name: redirected });
      }
      return Object.assign(channel(name), { state: "connected", nickname: "FERRETERIALANAPA" });
    },
    "sales.channels.set": ({ channel: name, ledger: of, rules }) => {
      const to = of ? ledger(of) : null;
      return Object.assign(
        channel(name),
        rules ? { rules } : {},
        to ? { ledger_id: to.id, ledger: to.name } : {},
      );
    },
    "sales.catalogue.show": ({ ledger: name }) => seedCatalogue(ledger(name).catalogue_at),
    "sales.catalogue.products": ({ text = "" }) =>
      ARTICLES.filter((article) => article.code && article.title.toLowerCase().includes(text)).map(
        ({ code, title }) => ({
          code: code ?? "",
          name: title,
          active: true,
          taxed: true,
          taxes: [13156],
        }),
      ),
    "sales.catalogue.refresh": ({ ledger: name }) => [
      office.enqueue("sales.catalogue", ledger(name).name, {}),
    ],
  };
}

function mappingBodies(office: Office, book: Book): Bodies {
  const rows = (kind: string): MappingRow[] => {
    if (kind === "product") {
      return ARTICLES.map(({ sku, title, code }) => ({
        source: sku,
        label: title,
        sales: book.sales.filter((row) => articleOf(row.id).sku === sku).length,
        target: book.mappings.get(`product ${sku}`) ?? null,
        by_rule: code,
        suggestions: code ? [] : [{ target: "N1210", label: "Niple galv. 1/2x10", likeness: 86 }],
      }));
    }
    if (kind === "city") {
      const source = "CO-ANT|el peñol";
      const target = book.mappings.get(`city ${source}`) ?? null;
      const suggestions = [{ target: "05541", label: "Peñol, Antioquia", likeness: 92 }];
      return [
        { source, label: "El Peñol, Antioquia", sales: 7, target, by_rule: null, suggestions },
      ];
    }
    return [];
  };
  const missing = (row: MappingRow) => row.target === null && row.by_rule === null;
  return {
    "sales.mappings.list": ({ kind, text = "", missing: only, offset = 0, limit }) => {
      const all = rows(kind);
      const found = all
        .filter((row) => !only || missing(row))
        .filter((row) => `${row.source} ${row.label}`.toLowerCase().includes(text.toLowerCase()))
        .sort((a, b) => Number(missing(b)) - Number(missing(a)));
      return {
        rows: found.slice(offset, offset + (limit ?? 100)),
        total: found.length,
        missing: all.filter(missing).length,
      };
    },
    "sales.mappings.set": ({ kind, changes }) => {
      for (const { source, target } of changes)
        book.mappings.set(`${kind} ${source}`, target ?? null);
      return { changes, job: office.enqueue("sales.homologate", "", {}) };
    },
    "sales.mappings.suggest": ({ kind, likeness, apply }) => {
      const changes = rows(kind).flatMap((row) => {
        const [best] = row.suggestions;
        return missing(row) && best && best.likeness >= (likeness ?? 80)
          ? [{ source: row.source, target: best.target }]
          : [];
      });
      if (!apply) return { changes, job: null };
      for (const { source, target } of changes) book.mappings.set(`${kind} ${source}`, target);
      return { changes, job: office.enqueue("sales.homologate", "", {}) };
    },
    "sales.mappings.export": ({ channel }) => ({ channel, csv: "kind;source;target\r\n" }),
    "sales.mappings.import": () => ({ changes: [], job: null }),
  };
}

const cents = (text: string | null) =>
  scaled((text ?? "0").replace("-", ""), 2) * (text?.startsWith("-") ? -1n : 1n);

export function written(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(3, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const sumOf = (rows: SaleRow[], of: (row: SaleRow) => string | null) =>
  rows.reduce((sum, row) => sum + cents(of(row)), 0n);

/** That of the most sales first. */
function currenciesOf(rows: SaleRow[]): string[] {
  const sales = new Map<string, number>();
  for (const { currency } of rows) sales.set(currency, (sales.get(currency) ?? 0) + 1);
  return [...sales].sort((a, b) => b[1] - a[1]).map(([currency]) => currency);
}

function totals(rows: SaleRow[]): SalesTotals {
  const states: Record<string, number> = {};
  const reasons = new Map<string, { reason: string; text: string; sales: number }>();
  for (const row of rows) {
    states[row.state] = (states[row.state] ?? 0) + 1;
    const [first] = row.reasons;
    if (!first) continue;
    const text = NAMES[first.reason] ?? first.text;
    const found = reasons.get(first.reason) ?? { reason: first.reason, text, sales: 0 };
    found.sales += 1;
    reasons.set(first.reason, found);
  }
  return {
    sales: rows.length,
    sums: currenciesOf(rows).map((currency) => {
      const own = rows.filter((row) => row.currency === currency);
      return {
        currency,
        sales: own.length,
        paid: written(sumOf(own, (row) => row.paid)),
        total: written(sumOf(own, (row) => row.total)),
        margin: written(sumOf(own, (row) => row.margin)),
      };
    }),
    states,
    reasons: [...reasons.values()].sort((a, b) => b.sales - a.sales),
  };
}

const NAMES: Record<string, string> = {
  unmapped_product: "Artículo sin producto",
  unknown_city: "Ciudad sin equivalencia",
  missing_tax_id: "Comprador sin documento",
  refused: "Rechazada",
  empty: "Sin productos",
};

function fits(row: SaleRow, filter: SalesFilter): boolean {
  const text = filter.text?.trim().toLowerCase();
  const [first] = row.reasons;
  return (
    (!filter.ids?.length || filter.ids.includes(row.id)) &&
    (!filter.states?.length || filter.states.includes(row.state)) &&
    (!filter.channels?.length || filter.channels.includes(row.channel_id)) &&
    (!filter.reasons?.length || (first !== undefined && filter.reasons.includes(first.reason))) &&
    (!filter.from || row.sold_at >= filter.from) &&
    (!filter.to || row.sold_at < filter.to) &&
    (!filter.least || Number(row.paid) >= Number(filter.least)) &&
    (!filter.most || Number(row.paid) <= Number(filter.most)) &&
    (!text ||
      `${row.key} ${row.buyer} ${row.invoice} ${articleOf(row.id).sku}`
        .toLowerCase()
        .includes(text))
  );
}

function order(sort: string): (a: SaleRow, b: SaleRow) => number {
  const text = (of: (row: SaleRow) => string) => (a: SaleRow, b: SaleRow) =>
    of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0;
  if (sort === "amount") return (a, b) => Number(a.paid) - Number(b.paid);
  if (sort === "margin") return (a, b) => Number(a.margin ?? 0) - Number(b.margin ?? 0);
  if (sort === "buyer") return text((row) => row.buyer);
  if (sort === "state") return text((row) => row.state);
  if (sort === "number") return text((row) => row.key);
  return text((row) => row.sold_at);
}

function margin(
  book: Book,
  by: MarginBy,
  filter: SalesFilter,
  wanted: string | null,
  limit: number,
) {
  const keyOf = (row: SaleRow): [string, string] => {
    if (by === "month") return [row.sold_at.slice(0, 7), row.sold_at.slice(0, 7)];
    if (by === "channel") return [String(row.channel_id), row.channel];
    if (by === "sale") return [String(row.id), row.key];
    const { sku, title } = articleOf(row.id);
    return [sku, title];
  };
  const worked = book.sales.filter((row) => row.margin !== null && fits(row, filter));
  const currencies = currenciesOf(worked);
  const currency = wanted ?? currencies[0] ?? "";
  const rows = worked.filter((row) => row.currency === currency);
  const groups = new Map<string, { label: string; rows: SaleRow[] }>();
  for (const row of rows) {
    const [key, label] = keyOf(row);
    const group = groups.get(key) ?? { label, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const all = [...groups].map(([key, group]) => marginRow(key, group.label, group.rows));
  all.sort((a, b) =>
    by === "month" ? (a.key < b.key ? -1 : 1) : Number(a.margin) - Number(b.margin),
  );
  const total = marginRow("", "", rows);
  const part = (percent: bigint) => written((cents(total.cost) * percent) / 100n);
  return {
    rows: all.slice(0, limit),
    total,
    costs: [
      { kind: "product", amount: part(78n) },
      { kind: "sale_fee", amount: part(15n) },
      { kind: "freight", amount: part(7n) },
    ],
    groups: all.length,
    currency,
    currencies,
  };
}

function marginRow(key: string, label: string, rows: SaleRow[]): MarginRow {
  const revenue = sumOf(rows, (row) => row.paid);
  const left = sumOf(rows, (row) => row.margin);
  return {
    key,
    label,
    sales: rows.length,
    units: String(rows.length),
    revenue: written(revenue),
    cost: written(revenue - left),
    margin: written(left),
    percent: revenue === 0n ? null : (Number((left * 1000n) / revenue) / 10).toFixed(1),
    estimated: rows.some((row) => row.estimated),
  };
}

const TOLD: ReadonlySet<SalesStep["step"]> = new Set([
  "ledger",
  "channel",
  "orders",
  "ready",
  "send",
  "answers",
]);

function steps({ sales, ledgers, channels }: Book): SalesStep[] {
  const { states } = totals(sales);
  const of = (name: string) => states[name] ?? 0;
  const done = (count: number, before: boolean): SalesStep["state"] =>
    count > 0 ? "done" : before ? "todo" : "later";
  const ledger = ledgers.length > 0;
  const channel = channels.some(({ state }) => state === "connected");
  const at = ledgers[0]?.catalogue_at ?? null;
  const made = (
    number: number,
    step: SalesStep["step"],
    state: SalesStep["state"],
    count: number,
    open = 0,
    when: string | null = null,
  ): SalesStep => ({ number, step, state, count, open, at: when });
  const rules = channels.filter(({ complete }) => complete).length;
  const read = sales.length > 0;
  // What is told as it was issued is neither homologated nor stamped.
  const told = ledger && ledgers.every(({ kind }) => kind === "solar");
  const all = [
    made(1, "ledger", done(ledgers.length, true), ledgers.length),
    made(2, "channel", done(channel ? 1 : 0, ledger), channels.length),
    made(3, "catalogue", done(at ? 1 : 0, ledger), at ? 1 : 0, 0, at),
    made(4, "rules", done(rules, channel && at !== null), rules),
    made(
      5,
      "orders",
      done(sales.length, rules > 0),
      sales.length,
      0,
      channels[0]?.synced_at ?? null,
    ),
    made(6, "mappings", read ? "attention" : "later", sales.length, of("pending")),
    made(7, "ready", read ? "todo" : "later", of("ready"), of("ready")),
    made(8, "send", read ? "done" : "later", of("invoiced") + of("stamped")),
    made(
      9,
      "answers",
      read ? "attention" : "later",
      of("uncertain"),
      of("uncertain") + of("refused"),
    ),
    made(10, "status", read ? "done" : "later", of("stamped"), 0),
    made(11, "margin", read ? "done" : "later", sales.length),
  ];
  return told
    ? all.filter(({ step }) => TOLD.has(step)).map((step, at) => ({ ...step, number: at + 1 }))
    : all;
}

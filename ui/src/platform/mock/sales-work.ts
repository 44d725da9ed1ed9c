// What a person does about sales beside sending them: the example, what no longer fits, differences that
// are right, credit notes, and accounts that go.
import type {
  Listening,
  SaleRow,
  SalesChannel,
  SalesExampleDone,
  SalesLedger,
  SalesMisfit,
  SaleTask,
} from "@/generated/commands";
import { refusal } from "./errors";
import type { Bodies, Office } from "./office";
import { salePage } from "./sale-page";

interface Book {
  sales: SaleRow[];
  ledgers: SalesLedger[];
  channels: SalesChannel[];
}

const EXAMPLE: SalesExampleDone = {
  orders_read: 390,
  sales: 343,
  ready: 283,
  blocked: { unmapped_product: 21, unknown_city: 14, missing_tax_id: 12 },
  invoiced: 278,
  uncertain_settled: 6,
  uncertain: 0,
  refused: 5,
  stamped: 278,
  credit_notes: 3,
  journal_invoices: 278,
  invoices_made_twice: 0,
  margin: "8412905.00",
  margin_percent: "21.4",
  took_ms: 14_200,
};

export function workBodies(office: Office, book: Book): Bodies {
  let example: SalesExampleDone | null = null;
  office.effects.set("sales.example", () => {
    example = EXAMPLE;
    office.stale("sales");
  });
  let misfits: SalesMisfit[] = book.ledgers.some(({ kind }) => kind === "siigo")
    ? [SELLER, PRODUCT]
    : [];
  const tasks: SaleTask[] = book.sales
    .filter(({ state }) => state === "stamped")
    .slice(0, 2)
    .map((row, at) => ({
      id: at + 1,
      sale_id: row.id,
      sale: row.key,
      invoice: row.invoice,
      kind: "credit_note",
      made_at: office.ago(300 + at * 90),
      done_at: null,
      note: "",
    }));
  const waiting = () => tasks.filter(({ done_at }) => done_at === null);
  const find = (name: string) => {
    const row = book.sales.find(({ id, key }) => String(id) === name || key === name);
    if (!row) throw refusal(office.settings.lang, "NOT_FOUND", { what: "la venta", name });
    return row;
  };
  const named = <T extends { id: number; name: string }>(all: T[], name: string): T => {
    const found = all.find((one) => one.name === name || String(one.id) === name);
    if (!found) throw refusal(office.settings.lang, "NOT_FOUND", { what: "la cuenta", name });
    return found;
  };
  const nits = new Map<string, string>();
  const heard = new Map<string, Listening>();
  const idle = (name: string): Listening => {
    const { id, redirect_uri } = named(book.channels, name);
    return {
      channel: id,
      state: "idle",
      redirect_uri,
      asks: redirect_uri.startsWith("https:"),
      until: null,
      error: null,
    };
  };
  const listening = (name: string, state: Listening["state"]): Listening => {
    const until = state === "waiting" ? office.ago(-10) : null;
    const now = { ...idle(name), state, until };
    heard.set(name, now);
    office.stale("sales_accounts");
    return now;
  };
  return {
    "sales.example.standing": () => ({
      available: office.settings.start === "demo",
      job: null,
      done: example,
      blocked: example
        ? [
            { reason: "unmapped_product", text: "Artículo sin equivalencia", sales: 21 },
            { reason: "unknown_city", text: "Ciudad sin equivalencia", sales: 14 },
          ]
        : [],
    }),
    "sales.example": () => [office.enqueue("sales.example", "", {})],
    "sales.misfits": () => misfits,
    "sales.misfits.seen": ({ ledger }) => {
      misfits = misfits.filter((one) => one.problem !== "changed" || one.ledger !== ledger);
      return misfits;
    },
    "sales.accept": ({ sale }) => {
      const row = find(sale);
      Object.assign(row, { state: "ready", reasons: [], total: row.paid });
      office.stale("sales");
      return salePage(office, row);
    },
    "sales.tasks": waiting,
    "sales.tasks.done": ({ task, note }) => {
      const found = tasks.find(({ id }) => id === task);
      if (found) Object.assign(found, { done_at: office.ago(0), note });
      return waiting();
    },
    "sales.costs.sources": () =>
      book.channels.map(({ id, name }) => ({
        channel_id: id,
        channel: name,
        nit: nits.get(String(id)) ?? null,
        taken_at: nits.has(String(id)) ? office.ago(1) : null,
        billed_at: office.ago(600),
        billed: 118,
      })),
    "sales.costs.source": ({ channel, nit }) => {
      if (nit) nits.set(channel, nit);
      else nits.delete(channel);
      office.stale("sales");
      return [office.enqueue("sales.costs", "", {})];
    },
    "sales.costs.bills": () => [office.enqueue("sales.bills", "", {})],
    "sales.export": ({ filter, output }) => ({
      output,
      rows: filter?.states ? 1 : book.sales.length,
    }),
    "sales.attempts.export": ({ output }) => ({ output, rows: 3 }),
    "sales.margin.export": ({ output, amounts }) => ({ output, rows: amounts ? 1200 : 12 }),
    "sales.document": ({ output }) => ({ output, rows: 48_211 }),
    "sales.channels.listen": ({ channel: name }) => listening(name, "waiting"),
    "sales.channels.listening": ({ channel: name }) => heard.get(name) ?? idle(name),
    "sales.channels.unlisten": ({ channel: name }) => listening(name, "cancelled"),
    "sales.ledgers.remove": ({ ledger: name }) => {
      const ledger = named(book.ledgers, name);
      book.ledgers = book.ledgers.filter((other) => other !== ledger);
      return ledger;
    },
    "sales.channels.remove": ({ channel: name }) =>
      Object.assign(named(book.channels, name), { state: "removed" }),
  };
}

const SELLER: SalesMisfit = {
  channel_id: 1,
  channel: "Ferretería en MercadoLibre",
  ledger: "SIIGO Ferretería",
  place: "rule",
  field: "seller",
  label: "Vendedor",
  source: "",
  value: "629",
  name: "Ventas en línea",
  problem: "changed",
  change: null,
  sales: 0,
  text: "Ahora se llama de otra manera.",
  hint: "Confirme que sigue siendo el que debe aparecer en las facturas.",
  mend: "rules",
};

const PRODUCT: SalesMisfit = {
  ...SELLER,
  place: "mapping",
  field: "product",
  label: "Artículo",
  source: "PUL-412",
  value: "P412",
  name: "Pulidora angular 4 1/2",
  problem: "gone",
  sales: 7,
  text: "El producto P412 ya no está en el catálogo.",
  hint: "Elija otro producto para este artículo.",
  mend: "mappings.product",
};

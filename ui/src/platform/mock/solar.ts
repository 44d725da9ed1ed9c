// Solar and local databases of the stand-in.
import type { SaleRow, SalesChannel, SalesLedger } from "@/generated/commands";
import { reportOf } from "./counter";
import { errorView, refusal } from "./errors";
import type { Bodies, Office } from "./office";
import { seedChannel, seedLedger } from "./sales-seed";
import { markGrant } from "./servers";

interface Book {
  sales: SaleRow[];
  ledgers: SalesLedger[];
  channels: SalesChannel[];
}

const ISSUER = "CN=Autoridad raíz de Solar";
const VALID = { valid_from: "2026-01-01T00:00:00Z", valid_to: "2027-03-01T00:00:00Z" };

export function solarBodies(office: Office, book: Book): Bodies {
  /** Solar shows a certificate of its own authority, which is trusted once it is imported. */
  const shown = (url: string) => {
    const { hostname } = new URL(url);
    const trusted = office.settings.extra_ca !== null;
    return {
      url,
      reachable: trusted,
      status: trusted ? 404 : null,
      tls: {
        version: trusted ? "TLS 1.3" : "",
        trusted,
        issuer: ISSUER,
        names: [hostname],
        chain: [{ subject: `CN=${hostname}`, issuer: ISSUER, ...VALID }],
      },
      import: trusted ? null : ISSUER,
      milliseconds: 41,
      error: null,
    };
  };
  const NO_WAY = errorView(office.settings.lang, "NET_TLS_REFUSED", { host: "api.solar.example" });
  return {
    "sales.solar.connect": ({ name, user, base_url }) => {
      const made: SalesLedger = {
        ...seedLedger(office),
        id: book.ledgers.length + 1,
        name,
        kind: "solar",
        user,
        partner_id: "",
        base_url: base_url ?? "https://api.solar.example",
        checked_at: null,
        catalogue_at: null,
      };
      book.ledgers.push(made);
      return made;
    },
    "sales.solar.probe": ({ base_url }) => shown(base_url ?? "https://api.solar.example"),
    "sales.ledgers.probe": ({ ledger }) => {
      const found = book.ledgers.find(({ id }) => String(id) === ledger);
      const network = shown(found?.base_url ?? "");
      return { network, error: network.reachable ? null : NO_WAY };
    },
    "sales.sources.connect": ({ name, database, ledger }) => {
      if (database === "NO_ESTA") {
        const what = { what: "la base de datos", name: database };
        throw refusal(office.settings.lang, "NOT_FOUND", what);
      }
      const to = book.ledgers.find((other) => other.name === ledger);
      const made: SalesChannel = {
        ...seedChannel(office),
        id: book.channels.length + 1,
        name,
        kind: "database",
        site: "",
        nickname: "",
        ledger_id: to?.id ?? null,
        ledger: to?.name ?? null,
        synced_at: null,
      };
      book.channels.push(made);
      return { ...made, grant: database === "SIN_PERMISO" ? markGrant("PUENTE") : null };
    },
    "sales.sources.test": () => ({ pending: 67, marked: 1204, marked_here: 3, grant: null }),
    "sales.attempts": ({ sale }) => {
      const row = book.sales.find(({ id }) => String(id) === sale);
      const refused = row?.state === "refused";
      return [
        {
          at: office.ago(12),
          version: 1,
          sha256: "9f2c41d07ab35e88c6b1f00d2e7a4c5591d3b8e6f7a0c2d4e5f60718293a4b5c",
          body: JSON.stringify(row ? reportOf(row) : {}),
          answer: refused ? "refused" : "accepted",
          said: refused
            ? '422: {"errores":["EL COMPROBANTE NO CORRESPONDE AL PUNTO DE VENTA"]}'
            : '201: {"mensaje":"COMPROBANTES REGISTRADOS"}',
          ended_at: office.ago(12),
        },
      ];
    },
  };
}

// A shop of the stand-in: its sales over three months, with every kind of trouble.
import type {
  SaleReasonView,
  SaleRow,
  SaleRules,
  SalesCatalogue,
  SalesChannel,
  SalesLedger,
} from "@/generated/commands";
import { mix } from "./movements";
import type { Office } from "./office";

export interface Article {
  sku: string;
  title: string;
  price: number;
  cost: number;
  /** The ledger's code; none where nobody mapped it. */
  code: string | null;
}

export const ARTICLES: Article[] = [
  { sku: "TAL-650", title: "Taladro percutor 650 W", price: 189_900, cost: 121_000, code: "T650" },
  {
    sku: "LLA-12",
    title: "Juego de llaves combinadas x 12",
    price: 96_500,
    cost: 58_300,
    code: "LL12",
  },
  {
    sku: "CAB-100",
    title: "Cable encauchetado 3x12, 100 m",
    price: 412_000,
    cost: 371_000,
    code: "C312",
  },
  {
    sku: "LED-9W",
    title: "Bombillo LED 9 W, paquete x 10",
    price: 42_900,
    cost: 39_800,
    code: "LED9",
  },
  { sku: "ÑAM-01", title: "Niple galvanizado 1/2 x 10", price: 31_200, cost: 14_100, code: null },
  { sku: "PUL-412", title: "Pulidora angular 4 1/2", price: 229_000, cost: 163_500, code: "P412" },
];

const BUYERS = [
  "Ángela María Muñoz Güiza",
  "José Ñáñez Ibáñez",
  "Constructora Peña & Núñez S.A.S.",
  "Luz Dary Rincón",
  "Ferretería El Tornillo Feliz Ltda.",
  "Óscar Andrés Pérez",
];

const BLOCKS: ((article: Article) => SaleReasonView)[] = [
  ({ sku, title }) => ({
    reason: "unmapped_product",
    sku,
    title,
    text: `El artículo ${sku} no tiene producto en SIIGO.`,
    hint: "Elija el producto que le corresponde.",
    mend: "mappings.product",
  }),
  () => ({
    reason: "unknown_city",
    key: "CO-ANT|el peñol",
    city: "El Peñol",
    state: "Antioquia",
    text: "La ciudad El Peñol (Antioquia) no está en el catálogo de ciudades.",
    hint: "Elija la ciudad que le corresponde.",
    mend: "mappings.city",
  }),
  () => ({
    reason: "missing_tax_id",
    text: "El comprador no dio número de documento.",
    hint: "Facture a consumidor final en las reglas del canal, o pida el documento.",
    mend: "rules",
  }),
];

export const articleOf = (id: number): Article =>
  ARTICLES[mix(id) % ARTICLES.length] ?? (ARTICLES[0] as Article);

const DIFFERS = (paid: number): SaleReasonView => ({
  reason: "total_differs",
  total: `${paid - 4_000}.00`,
  paid: `${paid}.00`,
  text: `La factura suma ${paid - 4_000} y el comprador pagó ${paid}.`,
  hint: "Revise el envío y los descuentos, o acepte la diferencia si es correcta.",
  mend: "rules",
});

const REFUSED: SaleReasonView = {
  reason: "refused",
  code: "invalid_total_payments",
  field: "payments",
  message: "The total payments must be equal to the total invoice.",
  text: "SIIGO no aceptó la factura: la suma de los pagos no es igual al total.",
  hint: "Revise los impuestos del producto y envíe de nuevo.",
  mend: "rules",
};

/** The sale whose invoice is not what was paid. */
const DIFFERENT = 5;

function stateOf(at: number): SaleRow["state"] {
  if (at === 3) return "uncertain";
  if (at === 8 || at === 21) return "refused";
  if (at === DIFFERENT) return "pending";
  if (at < 60) return mix(at + 77) % 3 === 0 ? "pending" : "ready";
  if (mix(at) % 29 === 0) return "voided";
  return at < 90 ? "invoiced" : "stamped";
}

export function seedSales(office: Office): SaleRow[] {
  return Array.from({ length: 400 }, (_, at) => {
    const dice = mix(at + 1);
    const state = stateOf(at);
    const pending = state === "pending";
    const id = 400 - at;
    const article = pending && dice % 3 === 0 ? (ARTICLES[4] as Article) : articleOf(id);
    const units = 1 + (dice % 3);
    const paid = article.price * units;
    const margin = Math.round(paid * 0.84) - 12_900 - article.cost * units;
    const done = state === "invoiced" || state === "stamped";
    const reasons =
      at === DIFFERENT
        ? [DIFFERS(paid)]
        : pending
          ? [(BLOCKS[dice % 3] as (typeof BLOCKS)[number])(article)]
          : state === "refused"
            ? [REFUSED]
            : [];
    return {
      id,
      channel_id: 1,
      channel: "Ferretería en MercadoLibre",
      key: String(2_000_009_812_340_000 + id * 37),
      sold_at: office.ago(40 + at * 322),
      status: state === "voided" ? "cancelled" : "paid",
      state,
      buyer: BUYERS[dice % BUYERS.length] ?? "",
      items: 1,
      currency: "COP",
      paid: `${paid}.00`,
      total: pending ? null : `${paid}.00`,
      reasons,
      margin: state === "voided" ? null : `${margin}.00`,
      estimated: at < 90,
      invoice: done ? `FV-2-${1000 + id}` : "",
      stamp: state === "stamped" ? "Accepted" : state === "invoiced" ? "Draft" : "",
      changed_at: office.ago(30 + at * 322),
    } satisfies SaleRow;
  });
}

export const RULES: SaleRules = {
  document_type: 24446,
  seller: 629,
  cost_center: null,
  warehouse: 17,
  payment: 5636,
  tax: 13156,
  prices_with_tax: true,
  sku_is_code: true,
  generic_product: "",
  shipping_product: "",
  final_consumer: false,
  email: "",
  phone: "",
  address: "",
  city: "",
  tolerance: "1.00",
  due_days: 0,
  stamp: false,
  mail: false,
};

export function seedLedger(office: Office): SalesLedger {
  return {
    id: 1,
    name: "SIIGO Ferretería",
    kind: "siigo",
    user: "api@ferreteria.example",
    partner_id: "Puente",
    base_url: "https://api.siigo.com",
    per_minute: 100,
    checked_at: office.ago(40),
    last_error: null,
    catalogue_at: office.ago(190),
  };
}

export function seedChannel(office: Office): SalesChannel {
  return {
    id: 1,
    name: "Ferretería en MercadoLibre",
    kind: "mercadolibre",
    site: "MCO",
    nickname: "FERRETERIALANAPA",
    client_id: "4819205571220391",
    redirect_uri: "https://oficina.example/mercadolibre",
    ledger_id: 1,
    ledger: "SIIGO Ferretería",
    rules: RULES,
    proposal: RULES,
    state: "connected",
    synced_at: office.ago(24),
    last_error: null,
    requirements: [
      { field: "document_type", required: true, met: true, reason: null },
      { field: "seller", required: true, met: true, reason: null },
      { field: "payment", required: true, met: true, reason: null },
    ],
    complete: true,
  };
}

export function seedCatalogue(fetched: string | null): SalesCatalogue {
  return {
    fetched_at: fetched,
    document_types: [
      {
        id: 24446,
        code: "2",
        name: "Factura electrónica de venta",
        active: true,
        automatic_number: true,
        next_number: 1401,
        decimals: true,
        discount_type: "value",
        cost_center: false,
        cost_center_mandatory: false,
        cost_center_default: null,
        electronic: true,
        electronic_type: "ElectronicInvoice",
        prefix: "FV",
      } as SalesCatalogue["document_types"][number],
    ],
    payment_types: [
      { id: 5636, name: "MercadoPago", kind: "Cartera", active: true, due_date: false },
      { id: 5637, name: "Efectivo", kind: "Cartera", active: true, due_date: false },
      { id: 5638, name: "Crédito 30 días", kind: "Cartera", active: true, due_date: true },
    ],
    taxes: [
      { id: 13156, name: "IVA 19 %", kind: "IVA", percentage: "19", active: true },
      { id: 13157, name: "IVA 5 %", kind: "IVA", percentage: "5", active: true },
    ],
    sellers: [{ id: 629, code: "", name: "Ventas en línea", active: true }],
    warehouses: [{ id: 17, code: "", name: "Bodega principal", active: true }],
    cost_centers: [{ id: 235, code: "01", name: "Comercio electrónico", active: true }],
    products: 1284,
  };
}

// Movements of the stand-in: each row follows from its number, so that a million cost nothing.
import type {
  DocumentMeaning,
  Movement,
  MovementState,
  MovementsPage,
  SortKey,
} from "@/generated/commands";

interface Goods {
  code: string;
  name: string;
  unit: string;
  /** In hundredths. */
  price: number;
}

const GOODS: Goods[] = [
  { code: "TOR-0814", name: 'Tornillo hexagonal 1/4 x 2" zincado', unit: "UND", price: 85_000 },
  {
    code: "PIN-1120",
    name: "Pintura viniltex blanca caneca 5 gal",
    unit: "CAN",
    price: 38_990_000,
  },
  { code: "CEM-0050", name: "Cemento gris uso general 50 kg", unit: "BUL", price: 3_245_000 },
  { code: "TUB-0212", name: 'Tubo PVC presión 1/2" x 6 m', unit: "UND", price: 1_875_050 },
  { code: "CAB-1205", name: "Cable THHN n.º 12 AWG", unit: "MTR", price: 328_033 },
  { code: "LAM-0333", name: "Lámina galvanizada calibre 28", unit: "UND", price: 6_120_000 },
  { code: "BRO-0006", name: 'Broca para muro 3/8"', unit: "UND", price: 1_090_000 },
  { code: "GUA-0100", name: "Guante de nitrilo talla L (caja)", unit: "CJA", price: 4_599_900 },
  { code: "ÑAM-0001", name: "Ñame criollo, bulto", unit: "BUL", price: 9_800_000 },
  { code: "SIL-0280", name: "Silicona transparente 280 ml", unit: "UND", price: 1_450_000 },
  { code: "ADH-0120", name: "Adhesivo de contacto 120 g", unit: "UND", price: 980_025 },
  { code: "INT-0040", name: "Interruptor doble línea Ártica", unit: "UND", price: 2_275_000 },
];

const PARTIES = [
  ["900451233", "Constructora Peña & Núñez S.A.S."],
  ["830112447", 'Ferretería "El Tornillo Feliz" Ltda.'],
  ["52789104", "Ángela María Muñoz Güiza"],
  ["901220871", "Inversiones Río Grande S.A."],
  ["79845120", "José Ñáñez Ibáñez"],
  ["800197268", "Municipio de San José del Guaviare"],
] as const;

const PLACES = [
  ["01", "Bodega principal"],
  ["02", "Punto de venta centro"],
  ["03", "Bodega norte"],
] as const;

interface Kind {
  code: string;
  meaning: DocumentMeaning;
  prefix: string;
}

export const KINDS: Kind[] = [
  { code: "FV", meaning: "sale", prefix: "FE" },
  { code: "DV", meaning: "sale_return", prefix: "NC" },
  { code: "FC", meaning: "purchase", prefix: "" },
  { code: "DC", meaning: "purchase_return", prefix: "" },
  { code: "TRASLA", meaning: "transfer", prefix: "" },
];

/** A well mixed number that follows from another. */
export function mix(seed: number): number {
  let value = (seed + 0x9e3779b9) | 0;
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return (value ^ (value >>> 15)) >>> 0;
}

const DAY = 86_400_000;

/** The movement at that place, in the order of days. */
export function movementAt(company: number, year: number, rows: number, index: number): Movement {
  const dice = mix(company * 7_919 + index);
  const goods = GOODS[dice % GOODS.length] as Goods;
  const kind = kindOf(dice >>> 4);
  const party = PARTIES[(dice >>> 8) % PARTIES.length] ?? PARTIES[0];
  const place = PLACES[(dice >>> 12) % PLACES.length] ?? PLACES[0];
  const other = PLACES[((dice >>> 12) + 1) % PLACES.length] ?? PLACES[0];
  const transfer = kind.meaning === "transfer";
  // Quantities in millionths, prices in ten-thousandths, as whole numbers throughout.
  const quantity = BigInt(1 + (dice % 24)) * (goods.unit === "MTR" ? 1_250_000n : 1_000_000n);
  const price = BigInt(goods.price) * 100n;
  const total = (quantity * price) / 1_000_000n;
  return {
    stream: transfer ? "transfer" : "line",
    line_id: index + 1,
    doc_type: kind.code,
    prefix: kind.prefix,
    number: String(10_000 + Math.floor(index / 4)),
    day: dayOf(year, rows, index),
    state: stateOf(dice >>> 18),
    article_code: goods.code,
    article: goods.name,
    unit: goods.unit,
    place_code: place[0],
    place: place[1],
    to_place_code: transfer ? other[0] : "",
    to_place: transfer ? other[1] : "",
    party_tax_id: transfer ? "" : party[0],
    party: transfer ? "" : party[1],
    quantity: decimal(quantity, 6),
    price: decimal(price, 4),
    total: decimal(total, 4),
    cost: decimal((total * 71n) / 100n, 4),
  } as Movement;
}

function dayOf(year: number, rows: number, index: number): string | null {
  if (index === 0) return null;
  const days = year === new Date().getUTCFullYear() ? 320 : 365;
  // More is sold towards the end of the year.
  const part = (index / rows) ** 0.86;
  const at = Date.UTC(year, 0, 1) + Math.floor(part * days) * DAY;
  return new Date(at).toISOString().slice(0, 10);
}

function kindOf(dice: number): Kind {
  const at = dice % 100;
  const place = at < 66 ? 0 : at < 70 ? 1 : at < 90 ? 2 : at < 91 ? 3 : 4;
  return KINDS[place] as Kind;
}

function stateOf(dice: number): MovementState {
  const at = dice % 100;
  return at < 95 ? "posted" : at < 98 ? "draft" : "voided";
}

export function decimal(scaled: bigint, scale: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, "0");
  const sign = scaled < 0n ? "-" : "";
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

export function scaled(text: string, scale: number): bigint {
  const [whole = "0", part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(scale, "0").slice(0, scale));
}

export function fits(row: Movement, filter: MovementsPage): boolean {
  const text = filter.text?.trim().toLowerCase();
  return (
    (!filter.from || (row.day !== null && row.day >= filter.from)) &&
    (!filter.to || (row.day !== null && row.day <= filter.to)) &&
    (!filter.doc_types?.length || filter.doc_types.includes(row.doc_type)) &&
    (filter.states?.length ? filter.states.includes(row.state) : row.state !== "gone") &&
    (!filter.stream || row.stream === filter.stream) &&
    (!text ||
      `${row.article_code} ${row.article} ${row.number} ${row.party}`.toLowerCase().includes(text))
  );
}

export function compare(key: SortKey): (a: Movement, b: Movement) => number {
  const amount =
    (field: "quantity" | "total" | "cost", scale: number) => (a: Movement, b: Movement) =>
      Number(scaled(a[field], scale) - scaled(b[field], scale));
  const text = (of: (row: Movement) => string) => (a: Movement, b: Movement) =>
    of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0;
  switch (key) {
    case "article":
      return text((row) => row.article_code);
    case "quantity":
      return amount("quantity", 6);
    case "total":
      return amount("total", 4);
    case "cost":
      return amount("cost", 4);
    case "line":
      return (a, b) => a.line_id - b.line_id;
    default:
      return text((row) => row.day ?? "");
  }
}

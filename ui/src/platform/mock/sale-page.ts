// The details of a sale of the stand-in, which follow from its row.
import type { SalePage, SaleRow } from "@/generated/commands";
import type { Office } from "./office";
import { articleOf } from "./sales-seed";

export function salePage(office: Office, row: SaleRow): SalePage {
  const article = articleOf(row.id);
  const units = Math.max(1, Math.round(Number(row.paid) / article.price));
  const invoiced = row.state === "invoiced" || row.state === "stamped";
  const sent = invoiced || row.state === "uncertain" || row.state === "refused";
  const key = `puente-1-${row.id}-1`;
  const fee = Math.round(Number(row.paid) * 0.16);
  return {
    row,
    sale: sale(row, units),
    draft: null,
    reasons: row.reasons,
    body: row.state === "pending" || row.state === "voided" ? null : body(row, units),
    key: row.state === "pending" ? null : key,
    sends: sent
      ? [
          {
            version: 1,
            key,
            marker: `PUENTE-${row.id}`,
            state: invoiced ? "accepted" : row.state === "refused" ? "refused" : "uncertain",
            attempts: row.state === "uncertain" ? 2 : 1,
            created_at: row.changed_at,
            sent_at: row.changed_at,
            outcome:
              row.state === "uncertain"
                ? { answered: false, searched: 2, found: [], waited_seconds: 120 }
                : null,
          },
        ]
      : [],
    invoice: invoiced
      ? {
          number: row.invoice,
          date: row.changed_at.slice(0, 10),
          total: row.total ?? "0",
          stamp: row.stamp,
          cufe: row.state === "stamped" ? "a3f9".repeat(24) : "",
          errors: [],
          public_url: "",
          pdf: row.state === "stamped" ? `facturas/${row.invoice}.pdf` : null,
          xml: row.state === "stamped" ? `facturas/${row.invoice}.xml` : null,
        }
      : null,
    earnings: {
      revenue: row.paid,
      costs: [
        { kind: "sale_fee", amount: `${fee}.00`, source: "order", certainty: "billed" },
        {
          kind: "freight",
          amount: "12900.00",
          source: "shipment",
          certainty: row.estimated ? "estimated" : "billed",
        },
        {
          kind: "product",
          amount: `${article.cost * units}.00`,
          source: "erp",
          certainty: "stated",
        },
      ],
      margin: row.margin ?? "0",
      estimated: row.estimated,
      freight_known: true,
      without_cost: [],
    },
    tasks: [],
    history: [
      { at: row.sold_at, kind: "imported", detail: {} },
      ...(sent ? [{ at: row.changed_at, kind: "intended", detail: { key } }] : []),
      ...(invoiced
        ? [{ at: row.changed_at, kind: "accepted", detail: { invoice: row.invoice } }]
        : []),
      ...(row.state === "uncertain"
        ? [
            { at: row.changed_at, kind: "unanswered", detail: { seconds: 120 } },
            { at: office.ago(4), kind: "searched", detail: { found: 0 } },
          ]
        : []),
      ...(row.state === "refused"
        ? [{ at: row.changed_at, kind: "refused", detail: { code: "invalid_total_payments" } }]
        : []),
    ],
  };
}

function sale(row: SaleRow, units: number): SalePage["sale"] {
  const article = articleOf(row.id);
  return {
    key: row.key,
    orders: [{ id: row.key, status: row.state === "voided" ? "cancelled" : "paid" }],
    sold_at: row.sold_at,
    updated_at: row.changed_at,
    status: row.state === "voided" ? "cancelled" : "paid",
    currency: row.currency,
    lines: [
      {
        order: row.key,
        sku: article.sku,
        item: `MCO${600_000 + row.id}`,
        title: article.title,
        quantity: String(units),
        unit_price: `${article.price}.00`,
        unit_fee: `${Math.round(article.price * 0.16)}.00`,
      },
    ],
    payments: [
      {
        id: String(9_000_000 + row.id),
        method: "pse",
        approved: true,
        amount: row.paid,
        refunded: "0",
        shipping: "0",
      },
    ],
    shipment: { id: "41", status: "delivered", logistic: "cross_docking", seller_cost: "12900.00" },
    buyer: { id: "11", nickname: "COMPRADOR", identity: { known: "missing" } },
    withheld: "0",
    missing: [],
  };
}

function body(row: SaleRow, units: number): Record<string, unknown> {
  const article = articleOf(row.id);
  return {
    document: { id: 24446 },
    date: row.sold_at.slice(0, 10),
    customer: { identification: "52789104", branch_office: 0 },
    seller: 629,
    observations: `Venta ${row.key} de MercadoLibre. PUENTE-${row.id}`,
    items: [
      {
        code: article.code ?? article.sku,
        description: article.title,
        quantity: units,
        taxed_price: article.price,
        taxes: [{ id: 13156 }],
      },
    ],
    payments: [{ id: 5636, value: Number(row.paid) }],
    stamp: { send: false },
  };
}

// A point of sale of the stand-in: what its SQL Server holds has been told to Solar, but for some.
import type {
  SalePage,
  SaleReasonView,
  SaleRow,
  SalesChannel,
  SalesLedger,
} from "@/generated/commands";
import { mix } from "./movements";
import type { Office } from "./office";
import { salePage } from "./sale-page";
import { articleOf, seedChannel, seedLedger } from "./sales-seed";

const BUYERS = ["Consumidor final", "Ferretería Ñandú S.R.L.", "Estudio Güemes & Asociados"];

const REFUSED: SaleReasonView = {
  reason: "refused",
  code: "422",
  field: "",
  message: "EL COMPROBANTE NO CORRESPONDE AL PUNTO DE VENTA",
  text: "Solar no aceptó el comprobante: EL COMPROBANTE NO CORRESPONDE AL PUNTO DE VENTA",
  hint: "Corrija el comprobante en el punto de venta, o el punto de venta en Solar, y envíe de nuevo.",
  mend: "",
};

const LINELESS: SaleReasonView = {
  reason: "empty",
  text: "El comprobante no tiene renglones.",
  hint: "Revíselo en el punto de venta.",
  mend: "",
};

export function seedSolar(office: Office): SalesLedger {
  return {
    ...seedLedger(office),
    name: "Solar",
    kind: "solar",
    user: "estacion",
    partner_id: "",
    base_url: "https://api.solar.example",
    catalogue_at: null,
  };
}

export function seedSource(office: Office): SalesChannel {
  return {
    ...seedChannel(office),
    name: "Mostrador",
    kind: "database",
    site: "",
    nickname: "",
    ledger: "Solar",
    synced_at: office.ago(12),
  };
}

export function seedDocuments(office: Office): SaleRow[] {
  return Array.from({ length: 64 }, (_, at) => {
    const id = 64 - at;
    const paid = `${(articleOf(id).price * (1 + (mix(id) % 3))) / 10}.00`;
    const state = at === 2 ? "refused" : at === 6 ? "pending" : "invoiced";
    return {
      id,
      channel_id: 1,
      channel: "Mostrador",
      key: String(21_500_000_100 + id),
      sold_at: office.ago(20 + at * 34),
      status: "paid",
      state,
      buyer: BUYERS[mix(id) % 5 ? 0 : 1 + (mix(id + 3) % 2)] ?? "",
      items: 1,
      currency: "ARS",
      paid,
      total: state === "pending" ? null : paid,
      reasons: state === "refused" ? [REFUSED] : state === "pending" ? [LINELESS] : [],
      margin: paid,
      estimated: true,
      invoice: state === "invoiced" ? `B 0001-02150000${String(id).padStart(4, "0")}` : "",
      stamp: "",
      changed_at: office.ago(12),
    } satisfies SaleRow;
  });
}

/** As {@link salePage}, of a document that is told as it was issued. */
export function documentPage(office: Office, row: SaleRow): SalePage {
  const page = salePage(office, row);
  return {
    ...page,
    sale: {
      ...page.sale,
      shipment: null,
      payments: [],
      lines: page.sale.lines.map((line) => ({ ...line, quantity: "1", unit_price: row.paid })),
    },
    body: row.state === "pending" ? null : reportOf(row),
    earnings: { ...page.earnings, costs: [], margin: row.paid, estimated: true },
  };
}

/** The words that leave. */
export function reportOf(row: SaleRow): Record<string, unknown> {
  const net = (Number(row.paid) / 1.21).toFixed(2);
  return {
    IdCliente: "000040",
    Comprobantes: [
      {
        Fecha: row.sold_at.slice(0, 10).split("-").reverse().join("-"),
        Hora: row.sold_at.slice(11, 19),
        IdComprobante: "006",
        PtoVenta: "0001",
        NroComprobante: row.key.padStart(12, "0"),
        Detalles: [
          {
            DescripcionItem: articleOf(row.id).title,
            Cantidad: "1",
            ImporteNeto: net,
            ImporteImpuestos: (Number(row.paid) - Number(net)).toFixed(2),
            Alicuota: "21",
          },
        ],
        Pagos: [{ MedioPago: "EFECTIVO", Importe: row.paid }],
      },
    ],
  };
}

// An office as it may be: servers, companies and what happened this morning.
import type { Company, Server, ServerOptions } from "@/generated/commands";

export const OPTIONS: ServerOptions = {
  charset: null,
  dialect: null,
  connect_seconds: 10,
  answer_seconds: 60,
  rows_per_second: null,
  quiet_hours: null,
  client_library: null,
};

export function server(id: number, over: Partial<Server>): Server {
  return {
    id,
    name: `Servidor ${id}`,
    kind: "firebird",
    host: `192.168.${Math.floor(id / 250)}.${(id % 250) + 1}`,
    port: 3050,
    user: "LECTOR",
    master: "C:\\TNS\\ADMIN.GDB",
    profile: "tns",
    options: OPTIONS,
    has_password: true,
    warnings: [],
    checked_at: null,
    last_error: null,
    ...over,
  } as Server;
}

interface Known {
  nit: string;
  name: string;
  server: number;
  years: number[];
  rows: number;
}

export const KNOWN: Known[] = [
  {
    nit: "9004512337",
    name: "Ferretería La Ñapa S.A.S.",
    server: 1,
    years: [2026, 2025, 2024],
    rows: 48_211,
  },
  {
    nit: "8301124471",
    name: "Distribuidora El Cóndor Ltda.",
    server: 1,
    years: [2026, 2025],
    rows: 131_904,
  },
  {
    nit: "9012208716",
    name: "Inversiones Río Grande S.A.",
    server: 1,
    years: [2026, 2025],
    rows: 1_000_000,
  },
  {
    nit: "8001972684",
    name: "Agropecuaria San José del Guaviare",
    server: 2,
    years: [2026],
    rows: 8_802,
  },
  {
    nit: "9008834519",
    name: "Droguería «Nuestra Señora» y Cía.",
    server: 1,
    years: [2026, 2025],
    rows: 22_417,
  },
  {
    nit: "79845120",
    name: "José Ñáñez Ibáñez (persona natural)",
    server: 2,
    years: [2026, 2025],
    rows: 1_274,
  },
  {
    nit: "9011457720",
    name: "Panadería & Pastelería Güiza",
    server: 3,
    years: [2026],
    rows: 5_630,
  },
  {
    nit: "8605310229",
    name: 'Muebles "O\'Higgins" S.A.',
    server: 1,
    years: [2026, 2025, 2024],
    rows: 17_068,
  },
];

export function companies(servers: Server[]): Company[] {
  let id = 0;
  return KNOWN.flatMap((known) =>
    known.years.map((year) => {
      id += 1;
      const on = servers.find((server) => server.id === known.server);
      return {
        id,
        server_id: known.server,
        server: on?.name ?? "",
        nit: known.nit,
        fiscal_year: year,
        code: String(10 + id),
        name: known.name,
        nit_written: `${known.nit.slice(0, -1)}-${known.nit.slice(-1)}`,
        check_digit_ok: known.nit !== "79845120",
        location: `C:\\TNS\\DATOS\\${known.nit.slice(0, 4)}${year}.GDB`,
        state: known.nit === "8605310229" && year === 2024 ? "gone" : "active",
        discovered_at: "2026-11-02T13:05:11Z",
        seen_at: "2026-11-25T12:10:08Z",
      } as Company;
    }),
  );
}

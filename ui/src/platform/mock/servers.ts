// Servers of the stand-in: some addresses fail on purpose.
import type { ErrorView, Lang, Server, ServerTested, SqlServerOptions } from "@/generated/commands";
import { refusal } from "./errors";
import type { Bodies, Office } from "./office";
import { server } from "./seed";

export const serverBodies = (office: Office): Bodies => ({
  "servers.list": () => office.servers,
  "servers.try": ({ kept_of, password, ...fields }, signal) =>
    tryOut(office, { ...fields, password: password ?? (kept_of ? "kept" : null) }, signal),
  "servers.add": async (request, signal) => {
    refuseName(office, request.name, null);
    if (!request.no_test) await tryOut(office, request, signal);
    const { password, no_test, ...fields } = request;
    const id = Math.max(0, ...office.servers.map((server) => server.id)) + 1;
    const added = server(id, {
      ...(fields as Partial<Server>),
      has_password: !!password,
      checked_at: no_test ? null : office.ago(0),
    });
    office.servers = [...office.servers, added];
    office.note("server.add", `server:${id}`, { name: added.name });
    return added;
  },
  "servers.edit": async ({ server: name, password, no_test, ...fields }, signal) => {
    const old = office.server(name);
    refuseName(office, (fields.name as string | undefined) ?? old.name, old.id);
    const changed = { ...old, ...fields } as Server;
    if (!no_test) await tryOut(office, { ...changed, password: password ?? "kept" }, signal);
    changed.last_error = null;
    changed.checked_at = office.ago(0);
    office.servers = office.servers.map((server) => (server.id === old.id ? changed : server));
    office.note("server.edit", `server:${old.id}`, { name: changed.name });
    return changed;
  },
  "servers.test": async ({ server: name }, signal) => {
    const found = office.server(name);
    try {
      const tested = await tryOut(office, { ...found, password: "kept" }, signal);
      touch(office, found.id, null);
      return tested;
    } catch (error) {
      touch(office, found.id, (error as { view: ErrorView }).view);
      throw error;
    }
  },
  "servers.remove": ({ server: name }) => {
    const found = office.server(name);
    office.servers = office.servers.filter((server) => server.id !== found.id);
    office.companies = office.companies.filter((company) => company.server_id !== found.id);
    office.note("server.remove", `server:${found.id}`, { name: found.name });
    return found;
  },
  "servers.grants": ({ server: name, login }) =>
    office.server(name).warnings.includes("no_companies")
      ? {
          master: [],
          company: [],
          sales: [
            ...["EB_T_HISTORIALSINCVENTAS_SOLAR", "CTA03", "CTA04"].map(
              (table) => `GRANT SELECT ON OBJECT::[dbo].[${table}] TO [${login}];`,
            ),
            markGrant(login),
          ],
        }
      : {
          master: [`GRANT SELECT ON EMPRESAS TO ${login};`],
          company: ["KARDEX", "DEKARDEX", "MATERIAL", "TERCEROS", "BODEGA"].map(
            (table) => `GRANT SELECT ON ${table} TO ${login};`,
          ),
          sales: [],
        },
});

/** What lets a login mark the documents of a point of sale. */
export function markGrant(login: string): string {
  const columns = "[ESTADO_SYNC], [FECHA_SYNC]";
  return `GRANT UPDATE (${columns}) ON OBJECT::[dbo].[EB_T_HistorialSincVentas_Solar] TO [${login}];`;
}

function refuseName(office: Office, name: string, but: number | null): void {
  const taken = office.servers.some((server) => server.name === name && server.id !== but);
  if (taken) {
    throw refusal(
      office.settings.lang,
      "ALREADY_EXISTS",
      { what: "el servidor", name },
      { severity: "warning" },
    );
  }
}

function touch(office: Office, id: number, error: ErrorView | null): void {
  office.servers = office.servers.map((server) =>
    server.id === id ? { ...server, checked_at: office.ago(0), last_error: error } : server,
  );
}

async function tryOut(
  office: Office,
  request: Partial<Server> & { password?: string | null },
  signal?: AbortSignal,
): Promise<ServerTested> {
  const { kind, host, port, user, master, password, options } = request;
  const { lang } = office.settings;
  await office.wait(700, signal);
  if (kind === "files") return { info: null, companies: 1, warnings: [] };
  if (host === "nunca") await office.wait(3_600_000, signal);
  if (host === "cerrado")
    throw refusal(
      lang,
      "DB_PORT_CLOSED",
      { host, port: port ?? 0 },
      { detail: `connect ${host}:${port}: connection refused` },
    );
  if (host === "10.8.0.14")
    throw refusal(lang, "DB_TIMEOUT", { host, port: port ?? 0, seconds: 10 });
  if (!password) throw refusal(lang, "SECRET_MISSING", { name: host ?? "" });
  if (password === "mala") throw refusal(lang, "DB_WRONG_PASSWORD", { user: user ?? "" });
  if (kind === "sqlserver") return sqlServer(lang, request, options?.sql_server ?? {});
  if (!/\.(gdb|fdb)$/i.test(master ?? ""))
    throw refusal(lang, "DB_NOT_FOUND", { path: master ?? "" });
  return {
    info: {
      engine: "Firebird",
      version: "3.0.11",
      file_version: "12.0",
      dialect: 3,
      charset: "WIN1252",
      user: user ?? "",
      is_superuser: user === "SYSDBA",
      database_read_only: false,
      encrypted: true,
      encryption: "Arc4",
      page_size: 8192,
      driver: "pure",
      path: master ?? "",
      created_at: "2019-01-02T08:00:00Z",
      counters: {},
    },
    companies: 14,
    warnings: [
      ...(password === "masterkey" ? ["default_password"] : []),
      ...(user === "SYSDBA" ? ["superuser"] : []),
    ],
  };
}

/** Its certificate is one that it signed itself, so that it has to be pinned. */
function sqlServer(
  lang: Lang,
  { host, user, master }: Partial<Server>,
  { encryption = "required", certificate }: SqlServerOptions,
): ServerTested {
  if (encryption !== "off" && certificate !== PRINT)
    throw refusal(lang, "DB_CERTIFICATE_UNTRUSTED", {
      host: host ?? "",
      reason: "lo firmó el mismo servidor",
      subject: "CN=SSL_Self_Signed_Fallback",
      issuer: "CN=SSL_Self_Signed_Fallback",
      until: "2054-01-01",
      sha256: PRINT,
    });
  const version = encryption === "strict" ? "TLS 1.3" : "TLS 1.2";
  return {
    info: {
      engine: "SQL Server",
      version: "16.0.4100.1",
      file_version: "160",
      dialect: 0,
      charset: "Modern_Spanish_CI_AS",
      user: user ?? "",
      is_superuser: user === "sa",
      database_read_only: false,
      encrypted: encryption === "required" || encryption === "strict",
      encryption: encryption === "off" ? null : version,
      page_size: 8192,
      driver: "tiberius",
      path: master ?? "",
      created_at: "2019-01-02 08:00:00",
      counters: { snapshot_isolation: 1 },
    },
    companies: 14,
    warnings: {
      off: ["unencrypted"],
      login_only: ["login_only_encrypted"],
      required: [],
      strict: [],
    }[encryption],
  };
}

const PRINT = "5e".repeat(32);

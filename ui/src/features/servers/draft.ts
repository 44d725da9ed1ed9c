// What is typed into the form of a server, and what is wrong with it.
import type { Server, ServerAdd, ServerOptions, SqlEncryption } from "@/generated/commands";

export interface Draft {
  name: string;
  kind: Server["kind"];
  host: string;
  port: string;
  user: string;
  password: string;
  master: string;
  profile: string;
  charset: string;
  dialect: string;
  connect_seconds: string;
  answer_seconds: string;
  rows_per_second: string;
  quiet: boolean;
  quiet_from: string;
  quiet_to: string;
  client_library: string;
  /** Number of the VPN that leads to it. */
  vpn: number | null;
  encryption: SqlEncryption;
  instance: string;
  /** UDP port of SQL Browser, where it was registered with another one. */
  browser_port: number | null;
  authority: string;
  certificate: string;
  integrated: boolean;
}

export const FRESH: Draft = {
  name: "",
  kind: "firebird",
  host: "",
  port: "3050",
  user: "",
  password: "",
  master: "",
  profile: "tns",
  charset: "",
  dialect: "",
  connect_seconds: "10",
  answer_seconds: "60",
  rows_per_second: "",
  quiet: false,
  quiet_from: "08:00",
  quiet_to: "18:00",
  client_library: "",
  vpn: null,
  encryption: "required",
  instance: "",
  browser_port: null,
  authority: "",
  certificate: "",
  integrated: false,
};

/** What changes with the kind, as long as nobody typed it. */
export function ofKind(draft: Draft, kind: Draft["kind"]): Partial<Draft> {
  const port = { firebird: "3050", sqlserver: "1433", files: "" };
  const profile = { firebird: "tns", sqlserver: "sqlserver", files: "tns" };
  return {
    kind,
    port: draft.port === port[draft.kind] ? port[kind] : draft.port,
    profile: draft.profile === profile[draft.kind] ? profile[kind] : draft.profile,
  };
}

export function draftOf(server: Server): Draft {
  const { options } = server;
  return {
    name: server.name,
    kind: server.kind,
    host: server.host,
    port: server.port === 0 ? "" : String(server.port),
    user: server.user,
    password: "",
    master: server.master,
    profile: server.profile,
    charset: options.charset ?? "",
    dialect: options.dialect == null ? "" : String(options.dialect),
    connect_seconds: String(options.connect_seconds),
    answer_seconds: String(options.answer_seconds),
    rows_per_second: options.rows_per_second == null ? "" : String(options.rows_per_second),
    quiet: options.quiet_hours != null,
    quiet_from: options.quiet_hours?.from ?? FRESH.quiet_from,
    quiet_to: options.quiet_hours?.to ?? FRESH.quiet_to,
    client_library: options.client_library ?? "",
    vpn: options.vpn ?? null,
    encryption: options.sql_server?.encryption ?? FRESH.encryption,
    instance: options.sql_server?.instance ?? "",
    browser_port: options.sql_server?.browser_port ?? null,
    authority: options.sql_server?.authority ?? "",
    certificate: options.sql_server?.certificate ?? "",
    integrated: options.sql_server?.integrated ?? false,
  };
}

export function requestOf(draft: Draft, zone: string): ServerAdd {
  const files = draft.kind === "files";
  const options: ServerOptions = {
    charset: draft.charset.trim() || null,
    dialect: draft.dialect === "" ? null : Number(draft.dialect),
    connect_seconds: Number(draft.connect_seconds),
    answer_seconds: Number(draft.answer_seconds),
    rows_per_second: draft.rows_per_second.trim() === "" ? null : Number(draft.rows_per_second),
    quiet_hours: draft.quiet ? { from: draft.quiet_from, to: draft.quiet_to, zone } : null,
    client_library: draft.client_library.trim() || null,
    vpn: draft.vpn,
  };
  if (draft.kind === "sqlserver") {
    options.sql_server = {
      encryption: draft.encryption,
      instance: draft.instance.trim() || null,
      browser_port: draft.browser_port,
      authority: draft.authority.trim() || null,
      certificate: draft.certificate.trim() || null,
      integrated: draft.integrated,
    };
  }
  const nobody = files || isIntegrated(draft);
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    host: files ? "" : draft.host.trim(),
    port: files ? 0 : Number(draft.port),
    user: nobody ? "" : draft.user.trim(),
    master: draft.master.trim(),
    profile: draft.profile.trim(),
    options,
    password: nobody || draft.password === "" ? null : draft.password,
  };
}

/** Where a server is, as its own tools write it. */
export function addressOf({ kind, host, port, options }: Server): string {
  if (kind === "files") return "";
  return port === 0 ? `${host}\\${options.sql_server?.instance ?? ""}` : `${host}:${port}`;
}

/** Whether the server takes the Windows user, and so no other. */
export function isIntegrated(draft: Draft): boolean {
  return draft.kind === "sqlserver" && draft.integrated;
}

/** Names of the texts under `servers.wrong`. */
export type Wrong =
  | "empty"
  | "long"
  | "spaces"
  | "whole"
  | "port"
  | "connect"
  | "answer"
  | "hour"
  | "same"
  | "print";
export type Wrongs = Partial<Record<keyof Draft, Wrong>>;

export function check(draft: Draft, needsPassword: boolean): Wrongs {
  const wrong: Wrongs = {};
  const name = draft.name.trim();
  if (name === "") wrong.name = "empty";
  else if ([...name].length > 80) wrong.name = "long";
  if (draft.master.trim() === "") wrong.master = "empty";
  if (draft.kind === "files") return wrong;
  if (draft.host.trim() === "") wrong.host = "empty";
  else if (/\s/.test(draft.host.trim())) wrong.host = "spaces";
  const named = draft.kind === "sqlserver" && draft.instance.trim() !== "";
  if (!between(draft.port, 1, 65_535) && !(named && draft.port.trim() === "")) wrong.port = "port";
  if (!isIntegrated(draft)) {
    if (draft.user.trim() === "") wrong.user = "empty";
    if (needsPassword && draft.password === "") wrong.password = "empty";
  }
  const print = draft.certificate.replace(/[^0-9a-f]/gi, "");
  if (draft.kind === "sqlserver" && draft.certificate.trim() !== "" && print.length !== 64) {
    wrong.certificate = "print";
  }
  if (!between(draft.connect_seconds, 1, 120)) wrong.connect_seconds = "connect";
  if (!between(draft.answer_seconds, 1, 3600)) wrong.answer_seconds = "answer";
  if (draft.rows_per_second.trim() !== "" && !between(draft.rows_per_second, 1, 4_294_967_295)) {
    wrong.rows_per_second = "whole";
  }
  if (draft.quiet) {
    if (!isHour(draft.quiet_from)) wrong.quiet_from = "hour";
    if (!isHour(draft.quiet_to)) wrong.quiet_to = "hour";
    else if (draft.quiet_from === draft.quiet_to) wrong.quiet_to = "same";
  }
  return wrong;
}

function between(text: string, least: number, most: number): boolean {
  const trimmed = text.trim();
  return /^\d{1,10}$/.test(trimmed) && Number(trimmed) >= least && Number(trimmed) <= most;
}

function isHour(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

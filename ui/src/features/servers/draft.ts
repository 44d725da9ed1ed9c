// What is typed into the form of a server, and what is wrong with it.
import type { Server, ServerAdd, ServerOptions } from "@/generated/commands";

export interface Draft {
  name: string;
  kind: "firebird" | "files";
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
};

export function draftOf(server: Server): Draft {
  const { options } = server;
  return {
    name: server.name,
    kind: server.kind,
    host: server.host,
    port: String(server.port),
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
  };
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    host: files ? "" : draft.host.trim(),
    port: files ? 0 : Number(draft.port),
    user: files ? "" : draft.user.trim(),
    master: draft.master.trim(),
    profile: draft.profile.trim(),
    options,
    password: files || draft.password === "" ? null : draft.password,
  };
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
  | "same";
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
  if (!between(draft.port, 1, 65_535)) wrong.port = "port";
  if (draft.user.trim() === "") wrong.user = "empty";
  if (needsPassword && draft.password === "") wrong.password = "empty";
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

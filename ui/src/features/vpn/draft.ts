// What is typed into the form of a VPN, and what is wrong with it.
import type { VpnCreate, VpnLogin } from "@/generated/commands";

export interface Draft {
  name: string;
  host: string;
  port: string;
  user: string;
  login: VpnLogin["kind"];
  key_path: string;
  password: string;
  sudo_password: string;
  /** The host key that a person compared; empty until then. */
  fingerprint: string;
  interface: string;
  address: string;
  endpoint: string;
  allowed: string;
  preshared: boolean;
}

export const FRESH: Draft = {
  name: "",
  host: "",
  port: "22",
  user: "",
  login: "password",
  key_path: "",
  password: "",
  sudo_password: "",
  fingerprint: "",
  interface: "wg0",
  address: "",
  endpoint: "",
  allowed: "",
  preshared: true,
};

/** Names of the texts under `vpn.wrong`. */
export type Wrong = "empty" | "long" | "spaces" | "port" | "interface" | "address" | "networks";
export type Wrongs = Partial<Record<keyof Draft, Wrong>>;

export function check(draft: Draft): Wrongs {
  const wrong: Wrongs = {};
  const name = draft.name.trim();
  if (name === "") wrong.name = "empty";
  else if ([...name].length > 80) wrong.name = "long";
  for (const field of ["host", "user"] as const) {
    const value = draft[field].trim();
    if (value === "") wrong[field] = "empty";
    else if (/\s/.test(value)) wrong[field] = "spaces";
  }
  const port = draft.port.trim();
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) wrong.port = "port";
  if (draft.login === "password" && draft.password === "") wrong.password = "empty";
  if (draft.login === "key" && draft.key_path.trim() === "") wrong.key_path = "empty";
  // Linux names no interface with more than 15 characters.
  if (!/^[A-Za-z0-9._][A-Za-z0-9._-]{0,14}$/.test(draft.interface.trim())) {
    wrong.interface = "interface";
  }
  if (draft.address.trim() !== "" && !isAddress(draft.address.trim())) wrong.address = "address";
  if (/\s/.test(draft.endpoint.trim())) wrong.endpoint = "spaces";
  if (!networks(draft.allowed).every(isNetwork)) wrong.allowed = "networks";
  return wrong;
}

export function requestOf(draft: Draft): VpnCreate {
  const { kind, path } = { kind: draft.login, path: draft.key_path.trim() };
  return {
    name: draft.name.trim(),
    host: draft.host.trim(),
    port: Number(draft.port),
    user: draft.user.trim(),
    login: kind === "key" ? { kind, path } : { kind },
    password: kind === "agent" ? null : draft.password || null,
    sudo_password: draft.sudo_password || null,
    fingerprint: draft.fingerprint || null,
    interface: draft.interface.trim(),
    address: draft.address.trim() || null,
    endpoint: draft.endpoint.trim() || null,
    allowed: networks(draft.allowed),
    preshared: draft.preshared,
  };
}

function networks(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function isAddress(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

function isNetwork(text: string): boolean {
  const [address = "", prefix, more] = text.split("/");
  const most = address.includes(":") ? 128 : 32;
  const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most);
  return more === undefined && fits && (isAddress(address) || /^[0-9a-f:]+$/i.test(address));
}

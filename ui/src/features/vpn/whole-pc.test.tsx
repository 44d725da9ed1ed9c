import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { TunnelStatus, VpnWholePc } from "@/generated/commands";
import { open, rowsOf } from "@/test/office";
import { lookOf, seenOf } from "./looks";

const READY: VpnWholePc = {
  way: "helper",
  ability: "ready",
  commands: [],
  tunnels: [],
  lost: [],
};
const UP: TunnelStatus = {
  state: "up",
  handshake_seconds: 12,
  sent: 2_000_000,
  received: 31_000_000,
  endpoint: "203.0.113.7:51820",
  connections: 0,
  trouble: null,
};

async function panelOf(name: string) {
  return within(await screen.findByRole("complementary", { name }));
}

test("the whole PC is connected after a word about what that means, and let go", async () => {
  const { mock, user } = await open("/vpn?open=1");
  const panel = await panelOf("Sede norte");
  await user.click(await panel.findByRole("radio", { name: "Todo el equipo" }));
  await user.click(panel.getByRole("button", { name: "Conectar todo el equipo" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/llegarán a 10\.8\./)).toBeVisible();
  expect(dialog.getByText(/aunque cierre Puente/)).toBeVisible();
  expect(dialog.getByText(/se corta un momento/)).toBeVisible();
  expect(mock.calls.some(({ name }) => name === "vpn.connect")).toBe(false);
  await user.click(dialog.getByRole("button", { name: "Conectar todo el equipo" }));
  const card = within(await panel.findByRole("region", { name: "Todo el equipo está conectado" }));
  expect(card.getByText(/48,2 MB recibidos/)).toBeVisible();
  expect(card.queryByText("Conexiones en uso")).toBeNull();
  expect(mock.calls.find(({ name }) => name === "vpn.connect")?.request).toEqual({
    vpn: "1",
    mode: "system",
  });
  expect(panel.queryByRole("radio", { name: "Solo Puente" })).toBeNull();
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(
      expect.stringMatching(/^Sede norteTodo el equipo/),
    ),
  );
  await user.click(panel.getByRole("button", { name: "Desconectar" }));
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(
      expect.stringMatching(/^Sede norteSin conectar/),
    ),
  );
});

test("nobody answering says which port to open, as without an administrator", async () => {
  const { user } = await open("/vpn?open=2");
  const panel = await panelOf("Bodega de Soledad");
  await user.click(await panel.findByRole("radio", { name: "Todo el equipo" }));
  await user.click(panel.getByRole("button", { name: "Conectar todo el equipo" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Conectar todo el equipo" }));
  expect(await panel.findByRole("alert")).toHaveTextContent(/no respondió en 10 s/);
  expect(panel.getByRole("region", { name: "Qué abrir, y dónde" })).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test.each([
  ["missing", /no está instalado/, 2],
  ["stopped", /pero apagado/, 2],
  ["not_allowed", /no atiende a su usuario/, 1],
] as const)("a helper that is %s says what the administrator runs", async (helper, why, count) => {
  const { user } = await open("/vpn?open=1", { helper });
  const panel = await panelOf("Sede norte");
  await user.click(await panel.findByRole("radio", { name: "Todo el equipo" }));
  const card = within(await panel.findByRole("region", { name: "Qué falta en este equipo" }));
  expect(card.getByText(why)).toBeVisible();
  expect(card.getByText(/sudo tee -a \/etc\/puente\/tunnel\.users/)).toBeVisible();
  expect(card.getAllByRole("button")).toHaveLength(count);
  expect(panel.queryByRole("button", { name: "Conectar todo el equipo" })).toBeNull();
});

test.each([
  ["official", /wireguard\.com\/install/, false],
  ["application", /la aplicación WireGuard/, true],
] as const)("where %s does it, that is said", async (way, what, file) => {
  const { mock, user } = await open("/vpn");
  mock.answers["vpn.whole_pc"] = () => ({ ...READY, way, ability: "missing" });
  mock.stale("vpns");
  await user.click(await screen.findByText("Sede norte"));
  const panel = await panelOf("Sede norte");
  await user.click(await panel.findByRole("radio", { name: "Todo el equipo" }));
  const card = within(await panel.findByRole("region", { name: "Qué falta en este equipo" }));
  expect(card.getByText(what)).toBeVisible();
  const download = card.queryByRole("button", { name: "Descargar .conf" });
  expect(download !== null).toBe(file);
  if (download) {
    await user.click(download);
    expect(within(await screen.findByRole("dialog")).getByText(/llave privada/)).toBeVisible();
  }
});

test("a tunnel that ended unasked is told, and leads back", async () => {
  const { mock, user } = await open("/vpn");
  const all = await mock.call("vpn.list", {});
  mock.answers["vpn.whole_pc"] = () => ({ ...READY, lost: [2] });
  mock.stale("vpns");
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(
      expect.stringMatching(/^Bodega de SoledadSe cortó/),
    ),
  );
  await user.click(screen.getByText("Bodega de Soledad"));
  const panel = await panelOf("Bodega de Soledad");
  expect(panel.getByRole("alert")).toHaveTextContent(/El servicio que la tenía abierta terminó/);
  expect(panel.getByRole("radio", { name: "Todo el equipo" })).toBeChecked();
  expect(panel.getByRole("button", { name: "Conectar todo el equipo" })).toBeVisible();
  mock.answers["vpn.disconnect"] = () => {
    mock.answers["vpn.whole_pc"] = () => READY;
    return all.find(({ id }) => id === 2);
  };
  await user.click(panel.getByRole("button", { name: "Dejarla sin conectar" }));
  await waitFor(() => expect(panel.queryByRole("alert")).toBeNull());
  expect(rowsOf("Redes privadas")).toContainEqual(
    expect.stringMatching(/^Bodega de SoledadSin conectar/),
  );
});

test("a tunnel that another process holds is shown, with where it ends, instead of a way to open it", async () => {
  const { mock, user } = await open("/vpn");
  const all = await mock.call("vpn.list", {});
  mock.answers["vpn.list"] = () =>
    all.map((vpn) => (vpn.id === 2 ? { ...vpn, held_by: 4711 } : vpn));
  mock.stale("vpns");
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(
      expect.stringMatching(/^Bodega de SoledadEn otro Puente/),
    ),
  );
  await user.click(screen.getByText("Bodega de Soledad"));
  const panel = await panelOf("Bodega de Soledad");
  const card = within(panel.getByRole("region", { name: "La tiene abierta otro Puente" }));
  expect(card.getByText(/número 4711/)).toBeVisible();
  expect(card.getByText(/Ctrl\+C/)).toBeVisible();
  expect(panel.queryByRole("region", { name: "Conectar este equipo" })).toBeNull();
  expect(panel.queryByRole("button", { name: "Desconectar" })).toBeNull();
});

test("what the tunnel of the whole PC says counts for a VPN that is in it", async () => {
  const { mock } = await open("/vpn");
  const [vpn] = (await mock.call("vpn.list", {})).filter(({ id }) => id === 2);
  if (!vpn) throw new Error("no such VPN");
  const pc = { ...READY, tunnels: [{ vpn: 2, status: UP }] };
  expect(seenOf(vpn, 1, pc, 2)).toMatchObject({ status: UP, whole: "in", at: 2 });
  expect(lookOf(seenOf(vpn, 1, pc, 2))).toBe("whole");
  const waits = { ...pc, tunnels: [{ vpn: 2, status: { ...UP, state: "connecting" as const } }] };
  expect(lookOf(seenOf(vpn, 1, waits, 2))).toBe("connecting");
  expect(lookOf(seenOf(vpn, 1, undefined, 0))).toBe("ready");
});

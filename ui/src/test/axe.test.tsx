import { screen } from "@testing-library/react";
import axe from "axe-core";
import { expect, test } from "vitest";
import { open } from "./office";

const TABS = [
  "/",
  "/empresas?open=9004512337:2026",
  "/empresas/9004512337",
  "/empresas/9004512337?view=movements",
  "/empresas/9004512337?view=runs",
  "/facturacion",
  "/facturacion?open=397",
  "/facturacion?view=steps",
  "/facturacion?view=steps&setup=ledger",
  "/facturacion?view=steps&setup=channel",
  "/facturacion?view=steps&setup=rules",
  "/facturacion?view=mappings",
  "/facturacion?view=margin",
  "/pronosticos",
  "/pronosticos?article=CEM-50",
  "/pronosticos?view=totals",
  "/pronosticos?view=models",
  "/pronosticos?nit=8301124471",
  "/servidores?open=2",
  "/servidores?open=new",
  "/vpn",
  "/vpn?open=1",
  "/vpn?open=3",
  "/vpn?open=1&edit=true",
  "/vpn?open=new",
  "/vpn?open=import",
  "/vpn?open=setups",
  "/actividad?open=14",
  "/actividad?view=audit",
  "/configuracion",
  "/configuracion?section=schedules",
  "/configuracion?section=backups",
  "/configuracion?section=network",
  "/configuracion?section=forecast",
  "/configuracion?section=about",
];

// Colours are checked in a browser: nothing is painted here.
const OPTIONS: axe.RunOptions = { rules: { "color-contrast": { enabled: false } } };

async function serious(): Promise<string[]> {
  const { violations } = await axe.run(document.body, OPTIONS);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}

test.each(TABS)("nothing on %s keeps anyone out", async (at) => {
  await open(at);
  expect(await serious()).toEqual([]);
});

test.each(["new", "empty"] as const)(
  "nothing of an office that is %s keeps anyone out",
  async (office) => {
    await open("/", { office });
    expect(await serious()).toEqual([]);
  },
);

test("nothing of the dialogs keeps anyone out", async () => {
  const { user } = await open("/empresas");
  await user.click(screen.getByRole("button", { name: "Extraer todas" }));
  await screen.findByRole("dialog");
  expect(await serious()).toEqual([]);
  await user.keyboard("{Escape}{Control>}k{/Control}");
  await screen.findByRole("combobox", { name: "Buscar o ejecutar" });
  expect(await serious()).toEqual([]);
});

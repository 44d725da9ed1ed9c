import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { open } from "@/test/office";

const asked = (mock: { calls: { name: string; request: unknown }[] }, wanted: string) =>
  mock.calls.filter(({ name }) => name === wanted).map(({ request }) => request);

test("an unknown certificate says what to import, on the spot, and then Solar is connected", async () => {
  const { mock, user } = await open("/facturacion?view=steps");
  await user.click(await screen.findByRole("link", { name: "Conectar Solar" }));
  await user.type(await screen.findByRole("textbox", { name: /^Nombre/ }), "Solar");
  await user.type(screen.getByRole("textbox", { name: /^Usuario/ }), "mostrador");
  await user.type(screen.getByLabelText(/^Clave/), "una clave");
  const client = screen.getByRole("textbox", { name: /^Cliente/ });
  await user.type(client, "12");
  expect(screen.getByText("Son seis dígitos.")).toBeVisible();
  await user.type(client, "3456");
  await user.click(screen.getByRole("button", { name: "Probar conexión" }));
  expect(await screen.findByText(/Importe el certificado de CN=Autoridad raíz/)).toBeVisible();
  const file = screen.getByRole("textbox", { name: /^Autoridad de certificación/ });
  await user.type(file, "/descargas/solar.pem");
  await user.click(screen.getByRole("button", { name: "Importar" }));
  expect(await screen.findByText(/el certificado es de confianza$/)).toBeVisible();
  expect(asked(mock, "settings.set")).toEqual([{ extra_ca: "/descargas/solar.pem" }]);
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  await waitFor(() =>
    expect(asked(mock, "sales.solar.connect")).toEqual([
      {
        name: "Solar",
        user: "mostrador",
        password: "una clave",
        client_id: "123456",
        point: null,
        base_url: null,
      },
    ]),
  );
  await user.click(await screen.findByRole("button", { name: "Probar conexión" }));
  expect(await screen.findByText("Las credenciales se aceptan.")).toBeVisible();
});

test("a double click connects Solar once, and its form is gone", async () => {
  const { mock, user } = await open("/facturacion?view=steps");
  await user.click(await screen.findByRole("link", { name: "Conectar Solar" }));
  await user.type(await screen.findByRole("textbox", { name: /^Nombre/ }), "Solar");
  await user.type(screen.getByRole("textbox", { name: /^Usuario/ }), "mostrador");
  await user.type(screen.getByLabelText(/^Clave/), "una clave");
  await user.type(screen.getByRole("textbox", { name: /^Cliente/ }), "123456");
  const save = screen.getByRole("button", { name: "Guardar" });
  fireEvent.click(save);
  fireEvent.click(save);
  expect(await screen.findByText("Conectada: Solar")).toBeVisible();
  await waitFor(() => expect(save).not.toBeInTheDocument());
  expect(asked(mock, "sales.solar.connect")).toHaveLength(1);
});

test("a local database becomes a place that sales come from, and is synchronised alone", async () => {
  const { mock, user } = await open("/facturacion?view=steps&setup=source", { servers: [] });
  expect(await screen.findByText(/no hay un servidor de bases de datos registrado/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Guardar" })).toBeDisabled();
  await user.click(screen.getByRole("button", { name: "Cancelar" }));
  const places = within(await screen.findByRole("region", { name: "De dónde salen las ventas" }));
  await user.click(await places.findByRole("button", { name: /^Sincronizar Ferretería/ }));
  await waitFor(() => expect(asked(mock, "sales.sync")).toEqual([{ channels: ["1"] }]));
});

test("a database whose documents can't be marked says which statement lets them, and stays in sight", async () => {
  const { user } = await open("/facturacion?view=steps&setup=source", { office: "counter" });
  await user.type(await screen.findByRole("textbox", { name: /^Nombre/ }), "Caja 2");
  const database = screen.getByRole("textbox", { name: /^Base de datos/ });
  await user.type(database, "SIN_PERMISO");
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  expect(await screen.findByText(/^GRANT UPDATE \(\[ESTADO_SYNC\]/)).toBeVisible();
  await user.clear(database);
  await user.type(database, "LOCAL_2");
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  await waitFor(() => expect(screen.queryByText(/^GRANT UPDATE/)).toBeNull());
  expect(screen.queryByRole("textbox", { name: /^Base de datos/ })).toBeNull();
});

test("each time that a sale left is told with what was sent and what came back", async () => {
  const { user } = await open("/facturacion?state=stamped");
  const cells = await screen.findAllByText("Timbrada");
  await user.click(cells.at(-1) as HTMLElement);
  expect(await screen.findByRole("heading", { name: "Cada vez que salió" })).toBeVisible();
  expect(screen.getByText(/^9f2c41d0/)).toBeInTheDocument();
});

test("documents of a point of sale speak of being told, in their own currency, and of no margin", async () => {
  const { mock, user } = await open("/facturacion", { office: "counter" });
  expect(await screen.findByRole("columnheader", { name: /Total \(ARS\)/ })).toBeVisible();
  expect(screen.queryByRole("columnheader", { name: /Margen/ })).toBeNull();
  expect(await screen.findByText(/^64 ventas · [\d.]+,\d\d ARS$/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Rechazada" }));
  await user.click(await screen.findByRole("button", { name: "Enviar de nuevo 1 venta" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText(/^Se informa 1 comprobante a Solar por .* ARS\.$/)).toBeVisible();
  await user.click(await dialog.findByRole("button", { name: "Enviar de nuevo 1 venta" }));
  await waitFor(() => expect(asked(mock, "sales.send")).toEqual([{ sales: [62] }]));
});

test("what happened to a document names Solar, which it went to", async () => {
  const { user } = await open("/facturacion?state=refused", { office: "counter" });
  const cells = await screen.findAllByText("Rechazada");
  await user.click(cells.at(-1) as HTMLElement);
  expect(await screen.findByText("Solar la rechazó")).toBeVisible();
  expect(screen.queryByText(/SIIGO/)).toBeNull();
});

test("every sending of what the list shows is saved to a file", async () => {
  const { mock, user } = await open("/facturacion?state=refused", { office: "counter" });
  await user.click(await screen.findByRole("button", { name: "Exportar" }));
  await user.click(await screen.findByRole("menuitem", { name: "Envíos, CSV" }));
  await waitFor(() =>
    expect(asked(mock, "sales.attempts.export")).toMatchObject([
      { filter: { states: ["refused"] }, format: "csv", overwrite: true },
    ]),
  );
});

import { screen, waitFor, within } from "@testing-library/react";
import i18next from "i18next";
import { expect, test } from "vitest";
import { open } from "@/test/office";
import { said } from "./said";

test("a zone that the browser doesn't list is shown all the same", async () => {
  await open("/configuracion", { settings: { zone: "Etc/GMT+5" } });
  expect(await screen.findByRole("combobox", { name: "Zona horaria" })).toHaveValue("Etc/GMT+5");
});

test("the language changes at once, and can be undone", async () => {
  const { mock, user } = await open("/configuracion");
  await user.click(await screen.findByRole("radio", { name: "English" }));
  expect(await screen.findByRole("heading", { name: "Settings" })).toBeVisible();
  expect(document.documentElement.lang).toBe("en");
  await user.click(await screen.findByRole("button", { name: /Undo|Deshacer/ }));
  await waitFor(() => expect(mock.settings.lang).toBe("es"));
  expect(await screen.findByRole("heading", { name: "Configuración" })).toBeVisible();
});

test("the theme that is chosen is the theme that is shown", async () => {
  const { user } = await open("/configuracion");
  await user.click(await screen.findByRole("radio", { name: "Oscuro" }));
  await waitFor(() =>
    expect(document.documentElement).toHaveAttribute("data-mantine-color-scheme", "dark"),
  );
});

test("a schedule is set in words, and says when it would run", async () => {
  const { mock, user } = await open("/configuracion?section=schedules");
  await user.click(await screen.findByRole("button", { name: "Agregar programación" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "sábado" }));
  const time = dialog.getByLabelText("Hora");
  await user.clear(time);
  await user.type(time, "7:5");
  expect(dialog.getByText("Escriba la hora como 06:00")).toBeVisible();
  expect(dialog.getByRole("button", { name: "Guardar" })).toBeDisabled();
  await user.clear(time);
  await user.type(time, "07:05");
  expect(dialog.getByText("de lunes a viernes a las 07:05")).toBeVisible();
  expect(await dialog.findByText(/^Próximas veces: \d/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Guardar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(mock.calls.find(({ name }) => name === "schedules.set")?.request).toMatchObject({
    work: "sync",
    cadence: { every: "week", days: ["mon", "tue", "wed", "thu", "fri"], at: "07:05" },
  });
});

test("a removed schedule can be had back", async () => {
  const { mock, user } = await open("/configuracion?section=schedules");
  await user.click(await screen.findByRole("button", { name: "Quitar «Antes de abrir»" }));
  await waitFor(() => expect(mock.schedules).toHaveLength(2));
  await user.click(await screen.findByRole("button", { name: "Deshacer" }));
  await waitFor(() => expect(mock.schedules).toHaveLength(3));
});

test("what is worth having is proposed, and set with one press", async () => {
  const { mock, user } = await open("/configuracion?section=schedules");
  await user.click(await screen.findByRole("button", { name: /^Programar: Comprobar a fondo/ }));
  await waitFor(() => expect(mock.schedules.some(({ work }) => work === "prove")).toBe(true));
});

test("a restore names the backup, says what happens, and can be undone", async () => {
  const { mock, user } = await open("/configuracion?section=backups");
  const [first] = await screen.findAllByRole("button", { name: /^Restaurar el respaldo/ });
  await user.click(first as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/^puente-.*\.db$/)).toBeVisible();
  expect(dialog.getByText(/se guarda antes como otro respaldo/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Restaurar" }));
  await user.click(await screen.findByRole("button", { name: "Deshacer" }));
  await waitFor(() =>
    expect(mock.calls.filter(({ name }) => name === "backup.restore")).toHaveLength(2),
  );
});

test("a test of the network names the issuer of the certificate", async () => {
  const { user } = await open("/configuracion?section=network");
  await user.click(await screen.findByRole("button", { name: "Probar conexión" }));
  expect(await screen.findAllByText(/FortiGate CA de la oficina/)).not.toHaveLength(0);
});

test("a proxy with a password in its address is refused", async () => {
  const { user } = await open("/configuracion?section=network");
  await user.click(await screen.findByRole("radio", { name: "Indicar uno" }));
  await user.type(screen.getByLabelText("Dirección del proxy"), "http://u:p@proxy:1");
  expect(screen.getByText("Escríbalo como http://equipo:puerto")).toBeVisible();
  expect(screen.getByRole("button", { name: "Guardar" })).toBeDisabled();
});

test("the diagnostics are saved where the person says", async () => {
  const { mock, user } = await open("/configuracion?section=diagnostics");
  await user.click(await screen.findByRole("button", { name: "Exportar diagnóstico" }));
  expect(await screen.findByText(/^Diagnóstico guardado en .*\.zip/)).toBeVisible();
  expect(mock.calls.some(({ name }) => name === "diagnostics.export")).toBe(true);
});

test.each([
  [{ every: "day", at: "06:00" }, "todos los días a las 06:00"],
  [{ every: "week", days: ["sun", "mon"], at: "08:30" }, "lunes y domingo a las 08:30"],
  [{ every: "hours", hours: 1, minute: 5 }, "cada hora, en el minuto 05"],
  [{ every: "hours", hours: 4, minute: 0 }, "cada 4 horas, en el minuto 00"],
  [{ every: "minutes", minutes: 15 }, "cada 15 minutos"],
  [{ every: "month", day: 1, at: "23:00" }, "el día 1 de cada mes a las 23:00"],
  [{ every: "cron", cron: "*/7 * * * *" }, "según «*/7 * * * *»"],
] as const)("%o is said as “%s”", async (cadence, words) => {
  await open("/");
  expect(said(structuredClone(cadence) as never, i18next.t, "es")).toBe(words);
});

test("an MLflow is tried before it is kept, and a wrong login says so", async () => {
  const { mock, user } = await open("/configuracion?section=forecast");
  await user.type(await screen.findByLabelText("Dirección de MLflow"), "http://mlflow:5000");
  await user.click(screen.getByRole("radio", { name: "Usuario y contraseña" }));
  await user.type(screen.getByLabelText("Usuario"), "ana");
  expect(screen.getByText(/van sin cifrar/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Probar" }));
  expect(await screen.findByText(/no aceptó el acceso \(respondió 401\)/)).toBeVisible();
  await user.type(screen.getByLabelText("Contraseña"), "clave");
  await user.click(screen.getByRole("button", { name: "Probar" }));
  expect(await screen.findByText(/^MLflow respondió en 14 ms/)).toBeVisible();
  expect(mock.settings.mlflow.url).toBe("");
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  await waitFor(() => expect(mock.settings.mlflow.url).toBe("http://mlflow:5000"));
  expect(mock.settings.has_mlflow_secret).toBe(true);
  expect(await screen.findByText("0 registrados · 0 en espera · 0 rechazados")).toBeVisible();
});

test("an address of MLflow that is none can't be kept", async () => {
  const { user } = await open("/configuracion?section=forecast");
  await user.type(await screen.findByLabelText("Dirección de MLflow"), "mlflow:5000");
  expect(screen.getByText("Escríbalo como http://equipo:puerto")).toBeVisible();
  expect(screen.getByRole("button", { name: "Guardar" })).toBeDisabled();
  expect(screen.getByRole("button", { name: "Probar" })).toBeDisabled();
});

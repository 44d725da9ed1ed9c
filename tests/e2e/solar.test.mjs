// A SQL Server in every tab, and Solar, over the real programs: from an empty profile to documents that Solar has
// and that are marked where they came from. The server is a stand-in over TLS, and so is Solar, with a private
// authority each; what is pressed and read is what the screens show and nothing else.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { closeBrowser, openClouds, openOffice, openSqlServer } from "./office.mjs";

const LONG = { timeout: 60_000 };
const DOCUMENTS = 12;
/** Documents of the sample that can't be told, one of each kind of trouble. */
const TROUBLES = 7;

/** @type {import("./office.mjs").Office} */
let office;
/** @type {import("./office.mjs").Clouds} */
let clouds;
/** @type {import("./office.mjs").SqlServer} */
let server;
/** @type {Awaited<ReturnType<typeof openWay>>} */
let way;
const files = mkdtempSync(join(tmpdir(), "puente-e2e-ca-"));

before(async () => {
  [clouds, server, office] = await Promise.all([
    openClouds(1),
    openSqlServer({ lines: 3000, documents: DOCUMENTS }),
    openOffice({ erp: false }),
  ]);
  way = await openWay(server.port);
});

after(async () => {
  await office?.close();
  way?.close();
  await clouds?.close();
  await server?.close();
  await closeBrowser();
  rmSync(files, { recursive: true, force: true });
});

/**
 * The way to a server, which can be made to bring so many bytes of each answer's connection and then no more.
 * @param {number} port
 */
async function openWay(port) {
  let most = Number.POSITIVE_INFINITY;
  /** @type {Set<import("node:net").Socket>} */
  const open = new Set();
  const listener = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    let brought = 0;
    for (const one of [near, far]) {
      open.add(one);
      // Of an error comes a close.
      one.on("error", () => {});
      one.on("close", () => {
        near.destroy();
        far.destroy();
        open.delete(one);
      });
    }
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      brought += bytes.length;
      if (brought > most) far.pause();
      else near.write(bytes);
    });
  });
  await /** @type {Promise<void>} */ (
    new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve))
  );
  const { port: near } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  return {
    port: near,
    /** @param {number} bytes */
    hold: (bytes) => {
      most = bytes;
    },
    release: () => {
      most = Number.POSITIVE_INFINITY;
    },
    close: () => {
      listener.close();
      for (const one of open) one.destroy();
    },
  };
}

/**
 * Something goes wrong once with what Solar is told.
 * @param {Record<string, unknown>} what
 */
async function fault(what) {
  const { url, token } = clouds.control;
  const path = "/SolutionsRE_BackEnd/api/monitoring/informarVentas";
  const answer = await fetch(`${url}/faults`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ cloud: "solar", method: "POST", path, times: 1, ...what }),
  });
  assert.ok(answer.ok, await answer.text());
}

/**
 * Somebody else asks Solar.
 * @param {string} path
 * @param {unknown} body
 * @param {string} [token]
 * @returns {Promise<string>}
 */
function ask(path, body, token) {
  const { url, ca_pem } = clouds.solar;
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method: "POST", ca: ca_pem, headers }, (answer) => {
      let said = "";
      answer.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
      answer.on("end", () => resolve(said.replace(/^\uFEFF/, "")));
    });
    call.on("error", reject);
    call.end(JSON.stringify(body));
  });
}

/** Somebody tells Solar of the document that the point of sale issued second, of whatever kind it is. */
async function tellBefore() {
  const { user, password, client } = clouds.solar.login;
  const login = { usuario: user, clave: password };
  const { token } = JSON.parse(await ask("/autenticacion/obtenerTokenAcceso", login));
  const Comprobantes = ["001", "003", "006", "008"].map((IdComprobante) => ({
    Fecha: "20-11-2026",
    Hora: "10:00:00",
    IdComprobante,
    PtoVenta: "0001",
    NroComprobante: "021500000002",
    Detalles: [
      { DescripcionItem: "X", Cantidad: "1", ImporteNeto: "1.00", ImporteImpuestos: "0.00" },
    ],
    Pagos: [{ MedioPago: "EFECTIVO", Importe: "1.00" }],
  }));
  const said = await ask("/monitoring/informarVentas", { IdCliente: client, Comprobantes }, token);
  assert.match(said, /REGISTRADOS/);
}

const rail = (/** @type {string} */ name) =>
  office.page.getByRole("navigation", { name: "Secciones" }).getByRole("link", { name });
const button = (/** @type {string | RegExp} */ name) => office.page.getByRole("button", { name });
const panel = () => office.page.getByRole("complementary");
const field = (/** @type {RegExp | string} */ name) => panel().getByRole("textbox", { name });

test("a SQL Server is tried, its certificate is looked at and pinned, and it is kept", async () => {
  const { page } = office;
  await button("Configurar mi oficina").click();
  await page.getByText("Empiece por registrar un servidor").waitFor(LONG);
  await page.getByRole("main").getByRole("button", { name: "Agregar servidor" }).click();
  await panel().getByText("SQL Server", { exact: true }).click();
  await field("Nombre").fill("Tienda ñandú");
  await field("Equipo").fill(server.host);
  await field("Puerto").fill(String(way.port));
  await field("Usuario").fill(server.user);
  await panel()
    .getByLabel(/^Contraseña/)
    .fill("no es esta");
  await field("Base maestra").fill(server.master);
  await panel().getByRole("combobox", { name: "Cifrado" }).click();
  await page.getByRole("option", { name: "Nada", exact: true }).click();
  await panel()
    .getByText(/La contraseña y los datos viajarán sin cifrar/)
    .waitFor();
  await panel().getByRole("combobox", { name: "Cifrado" }).click();
  await page.getByRole("option", { name: "Todo (TLS)" }).click();
  await panel().getByRole("button", { name: "Probar", exact: true }).click();
  await button("Confiar en este certificado").click(LONG);
  assert.match(await field("Huella del certificado").inputValue(), /^[0-9a-f]{64}$/);
  await panel().getByRole("button", { name: "Probar", exact: true }).click();
  await panel()
    .getByText(/no aceptó el usuario/)
    .waitFor(LONG);
  await panel()
    .getByLabel(/^Contraseña/)
    .fill(server.password);
  await panel().getByRole("button", { name: "Probar", exact: true }).click();
  await panel()
    .getByText(/^Responde SQL Server/)
    .waitFor(LONG);
  await panel()
    .getByText(/Este usuario puede modificarlo todo/)
    .waitFor();
  await panel().getByRole("button", { name: "Guardar", exact: true }).click();
  const kept = page.getByRole("complementary", { name: "Tienda ñandú" });
  await kept.getByText(/^[0-9a-f]{64}$/).waitFor(LONG);
  await kept.getByText("Todo (TLS)").waitFor();
  await kept.getByText("Permisos de solo lectura", { exact: true }).click();
  await kept.getByRole("button", { name: "Ver sentencias" }).click();
  await kept
    .getByText(/GRANT VIEW CHANGE TRACKING ON OBJECT::\[dbo\]\.\[DEKARDEX\] TO \[PUENTE\];/)
    .waitFor(LONG);
});

test("its companies are discovered, extracted and proven as those of any other", async () => {
  const { page } = office;
  await panel().getByRole("button", { name: "Sincronizar lista" }).click();
  await rail("Empresas").click();
  const list = page.getByRole("grid", { name: "Empresas" });
  const good = list.getByRole("row").filter({ hasText: "2026" }).first();
  await good.waitFor(LONG);
  await button("Extraer todas").click();
  await page.getByRole("dialog").getByRole("button", { name: "Extraer", exact: true }).click();
  await list.getByText("Comprobado").waitFor(LONG);
  // The sample also lists a company whose database is not there.
  await page
    .getByRole("alert")
    .filter({ hasText: /no está donde dice la lista de empresas: NO_ESTA/ })
    .first()
    .waitFor(LONG);
  await list.getByRole("checkbox", { name: "Elegir esta fila" }).nth(1).check();
  await button("Comprobar a fondo").click();
  await rail("Actividad").click();
  const proofs = page.getByRole("grid", { name: "Trabajos" }).getByRole("row");
  await proofs.filter({ hasText: "Comprobar movimientos" }).getByText("Comprobado").waitFor(LONG);
});

test("it is changed with its password kept, and a weaker encryption stays in red", async () => {
  const { page } = office;
  await rail("Servidores").click();
  await page.getByRole("grid", { name: "Servidores" }).getByText("Tienda ñandú").click();
  const kept = page.getByRole("complementary", { name: "Tienda ñandú" });
  await kept.getByRole("button", { name: "Modificar" }).click();
  await panel().getByRole("combobox", { name: "Cifrado" }).click();
  await page.getByRole("option", { name: /^Solo el inicio/ }).click();
  await panel().getByRole("button", { name: "Guardar sin probar" }).click();
  await kept.getByText(/^Solo el inicio de sesión.*cualquiera en la red los puede leer/).waitFor();
  await kept.getByRole("button", { name: "Modificar" }).click();
  await panel().getByRole("combobox", { name: "Cifrado" }).click();
  await page.getByRole("option", { name: "Todo (TLS)" }).click();
  // A server that is silent for long is no trouble, so that the next test alone ends the waiting.
  await panel().getByText("Opciones avanzadas").click();
  await field(/^Espera de respuesta/).fill("3600");
  await panel().getByRole("button", { name: "Probar", exact: true }).click();
  await panel()
    .getByText(/^Responde SQL Server/)
    .waitFor(LONG);
  await panel().getByRole("button", { name: "Guardar", exact: true }).click();
  await kept.getByText("Todo (TLS)").waitFor(LONG);
  await kept.getByText(/^[0-9a-f]{64}$/).waitFor();
});

test("an extraction that waits for the server is cancelled, and the next one brings all", async () => {
  const { page } = office;
  await rail("Empresas").click();
  const list = page.getByRole("grid", { name: "Empresas" });
  await list.getByRole("checkbox", { name: "Elegir esta fila" }).nth(1).check();
  await button("Extraer una").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: "Leer todo de nuevo" }).check();
  // More than its tables are told in, and less than its movements come to.
  way.hold(100_000);
  await dialog.getByRole("button", { name: "Extraer", exact: true }).click();
  await rail("Actividad").click();
  const jobs = page.getByRole("grid", { name: "Trabajos" }).getByRole("row");
  await jobs.filter({ hasText: "En curso" }).first().click(LONG);
  await panel().getByRole("button", { name: "Cancelar trabajo" }).click();
  await panel().getByText("Cancelada", { exact: true }).waitFor(LONG);
  way.release();
  await panel().getByRole("button", { name: "Reintentar" }).click();
  await panel().getByText("Terminada", { exact: true }).waitFor(LONG);
});

test("Solar shows whose certificate is missing, which is imported on the spot", async () => {
  const { page } = office;
  const { login, url, ca_pem } = clouds.solar;
  const authority = join(files, "solar.pem");
  writeFileSync(authority, ca_pem);
  await rail("Facturación").click();
  await page.getByRole("link", { name: "Ver los pasos" }).click();
  await page.getByRole("link", { name: "Conectar Solar" }).first().click();
  await field(/^Nombre/).fill("Solar");
  await field(/^Usuario/).fill(login.user);
  await panel()
    .getByLabel(/^Clave/)
    .fill("no es la clave");
  await field(/^Cliente/).fill(login.client);
  await panel().getByText("Opciones avanzadas").click();
  await field(/^Dirección de la API/).fill(url);
  await panel().getByRole("button", { name: "Probar conexión" }).click();
  await panel()
    .getByText(/Importe el certificado de .*pídalo a Solar/)
    .waitFor(LONG);
  await panel().getByText("Cadena").waitFor();
  await field(/^Autoridad de certificación/).fill(authority);
  await panel().getByRole("button", { name: "Importar", exact: true }).click();
  await panel()
    .getByText(/el certificado es de confianza$/)
    .waitFor(LONG);
  await panel().getByRole("button", { name: "Guardar" }).click();
  await panel().getByRole("alert").first().waitFor(LONG);
  await panel()
    .getByLabel(/^Clave/)
    .fill(login.password);
  await panel().getByRole("button", { name: "Guardar" }).click();
  await panel().waitFor({ state: "hidden", ...LONG });
  const ledgers = page.getByRole("region", { name: "A dónde se informa" });
  await ledgers.getByRole("button", { name: "Probar conexión" }).click();
  await ledgers.getByText("Las credenciales se aceptan.").waitFor(LONG);
});

test("one click tells Solar of what waits in the database, and marks it there", async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Agregar base de datos local" }).first().click();
  await field(/^Nombre/).fill("Mostrador");
  await field(/^Base de datos/).fill("NO_ESTA");
  await panel().getByRole("button", { name: "Guardar" }).click();
  await panel().getByRole("alert").first().waitFor(LONG);
  await field(/^Base de datos/).fill(server.counter);
  await panel().getByRole("button", { name: "Guardar" }).click();
  await panel().waitFor({ state: "hidden", ...LONG });
  const places = page.getByRole("region", { name: "De dónde salen las ventas" });
  await places.getByRole("button", { name: "Probar" }).click();
  const waiting = `Esperan: ${DOCUMENTS + TROUBLES} ·`;
  await places.getByText(new RegExp(`^${waiting}`)).waitFor(LONG);
  // Solar has one already, refuses another, and the answer about a third is lost on the way, so that it is asked.
  await tellBefore();
  await fault({ does: { status: 422 }, skip: 4 });
  await fault({ does: "accept_then_reset", skip: 6 });
  await places.getByRole("button", { name: /^Sincronizar Mostrador/ }).click();
  const whole = `${DOCUMENTS + TROUBLES} leídas, ${DOCUMENTS - 2} informadas, 1 ya registradas`;
  const rest = `${TROUBLES + 1} sin informar con su motivo, 0 inciertas, 0 esperan; ${DOCUMENTS - 1} marcadas`;
  await page.getByText(`${whole}, ${rest}`).waitFor(LONG);
  await places.getByRole("button", { name: "Probar" }).click();
  await places
    .getByText(`Esperan: ${TROUBLES + 1} · marcados allí: ${DOCUMENTS - 1} ·`)
    .waitFor(LONG);
});

test("what was refused says why and is sent again, and every attempt is kept", async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Ver los motivos" }).click();
  const list = page.getByRole("grid", { name: "Ventas" });
  const chip = (/** @type {string} */ name) =>
    page.getByRole("button", { name, exact: true }).click();
  await chip("Pendiente");
  await list
    .getByText(/Sin productos|no tiene/)
    .first()
    .waitFor(LONG);
  await chip("Rechazada");
  await list.getByText("Rechazada").waitFor(LONG);
  await list.getByRole("checkbox", { name: "Elegir esta fila" }).first().check();
  await button("Enviar de nuevo 1 venta").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Se informa 1 comprobante a Solar por .* ARS/).waitFor(LONG);
  await dialog.getByRole("button", { name: "Enviar de nuevo 1 venta" }).click();
  await chip("Informada");
  await page.getByText(new RegExp(`^${DOCUMENTS} ventas ·`)).waitFor(LONG);
  await chip("Informada");
  await chip("Informada");
  await list.getByText("Informada").first().click();
  await panel().getByRole("heading", { name: "Cada vez que salió" }).waitFor(LONG);
  await panel()
    .getByText(/ · Aceptada$/)
    .click();
  await panel()
    .getByText(/"IdComprobante":/)
    .last()
    .waitFor();
});

test("every sending is saved to a file, with its words and their hash", async () => {
  const { page } = office;
  await panel().getByRole("button", { name: "Exportar" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download", LONG),
    page.getByRole("menuitem", { name: "CSV", exact: true }).click(),
  ]);
  const [heading = "", first = ""] = readFileSync(await download.path(), "utf8").split("\r\n");
  assert.match(heading, /venta;envío;respuesta;/);
  assert.match(first, /;Aceptada;.*;[0-9a-f]{64};.*IdComprobante/);
});

test("what is scheduled does the same, and waits for nobody to press", async () => {
  const { page } = office;
  const told = "Enviar a la nube los documentos de las bases locales";
  await rail("Configuración").click();
  await page.getByRole("main").getByRole("button", { name: "Programación" }).click();
  await button("Agregar programación").first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Qué se hace" }).click();
  await page.getByRole("option", { name: told }).click();
  await dialog.getByRole("textbox", { name: "Nombre" }).fill("Mostrador a Solar");
  await dialog.getByRole("button", { name: "Guardar" }).click();
  await button("Ejecutar ahora «Mostrador a Solar»").click(LONG);
  await rail("Actividad").click();
  const jobs = page.getByRole("grid", { name: "Trabajos" }).getByRole("row");
  const all = jobs.filter({ hasText: "Enviar documentos de las bases locales" });
  await all.getByText("Terminada").waitFor(LONG);
});

test("a server that sales come out of stays until its account is gone", async () => {
  const { page } = office;
  const remove = async () => {
    await rail("Servidores").click();
    await page.getByRole("grid", { name: "Servidores" }).getByText("Tienda ñandú").click();
    await panel().getByRole("button", { name: "Quitar" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("Tienda ñandú");
    await dialog.getByRole("button", { name: /^Quitar/ }).click();
    return dialog;
  };
  const refused = await remove();
  await refused.getByText("De «Tienda ñandú» salen las ventas de «Mostrador».").waitFor(LONG);
  await refused.getByRole("button", { name: "Cancelar" }).click();
});

test("the page complained about nothing, and keeps nobody out", async () => {
  const { page } = office;
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await serious(page), [], colorScheme);
  }
  assert.deepEqual(office.complaints, []);
});

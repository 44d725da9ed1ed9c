// Says why the data is not open, and what can be done about it. It needs nothing of the interface.

const TEXTS = {
  es: {
    title: "Puente no pudo abrir sus datos",
    restore: "Volver a un respaldo",
    restore_what:
      "El archivo que no se puede abrir se conserva aparte. Lo que cambió después del respaldo se pierde; los movimientos no, porque están en otro archivo.",
    restore_go: "Restaurar",
    restore_sure: "¿Restaurar el respaldo del {at}?",
    none: "No hay respaldos que esta versión pueda leer.",
    passphrase: "Guardar los secretos en un archivo cifrado",
    passphrase_what:
      "Sin llavero, las contraseñas se guardan en un archivo bajo una frase de paso. Puente la pedirá cada vez que empiece; no se guarda en ninguna parte.",
    passphrase_label: "Frase de paso (8 caracteres o más)",
    passphrase_go: "Usar esta frase",
    retry: "Intentar otra vez",
    office: "Abrir los datos de mi oficina",
    demo: "Explorar con datos de ejemplo",
    folder: "Abrir la carpeta de datos",
    quit: "Salir",
    detail: "Ver detalle",
    busy: "Un momento...",
  },
  en: {
    title: "Puente could not open its data",
    restore: "Go back to a backup",
    restore_what:
      "The file that can't be opened is kept aside. What changed after the backup is lost; movements are not, because they are in another file.",
    restore_go: "Restore",
    restore_sure: "Restore the backup of {at}?",
    none: "There is no backup that this version can read.",
    passphrase: "Keep secrets in an encrypted file",
    passphrase_what:
      "Without a keyring, passwords are kept in a file under a passphrase. Puente will ask for it at every start; it is stored nowhere.",
    passphrase_label: "Passphrase (8 characters or more)",
    passphrase_go: "Use this passphrase",
    retry: "Try again",
    office: "Open my office's data",
    demo: "Explore with sample data",
    folder: "Open the data folder",
    quit: "Quit",
    detail: "Show detail",
    busy: "One moment...",
  },
};

const host = (name, request = {}) => window.__TAURI_INTERNALS__.invoke("host", { name, request });
const by = (id) => document.getElementById(id);
let words = TEXTS.es;

async function show() {
  const { lang, problem } = await host("status");
  words = TEXTS[lang] ?? TEXTS.es;
  document.documentElement.lang = lang;
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = words[place.dataset.text];
  }
  document.querySelector("main").hidden = false;
  by("busy").textContent = "";
  if (!problem) return;
  tell(problem.error);
  by("passphrase").hidden = !problem.passphrase;
  const damaged = ["STORE_CORRUPT", "STORE_NEWER"].includes(problem.error.code);
  by("restore").hidden = !damaged;
  by("backups").replaceChildren(...problem.backups.map((backup) => row(backup, lang)));
  if (damaged && problem.backups.length === 0) by("backups").append(words.none);
}

function tell(error) {
  by("message").textContent = error.message;
  by("hint").textContent = error.hint;
  by("detail").textContent = [error.code, error.detail].filter(Boolean).join("\n");
}

function row(backup, lang) {
  const when = new Date(backup.at);
  const at = when.toLocaleString(lang, { dateStyle: "long", timeStyle: "short" });
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = words.restore_go;
  button.setAttribute("aria-label", `${words.restore_go}: ${at}`);
  // Asked where the answer is given: a dialog of the web view would not say whose it is.
  button.addEventListener("click", () => {
    if (button.dataset.sure) return act("problem.restore", { name: backup.name });
    button.dataset.sure = "yes";
    button.textContent = words.restore_sure.replace("{at}", at);
  });
  item.append(at, button);
  return item;
}

async function act(name, request) {
  by("busy").textContent = words.busy;
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  try {
    // When it went well, the host leads the window on to the interface.
    await host(name, request);
  } catch (error) {
    await show();
    if (error?.code) tell(error);
  } finally {
    for (const button of document.querySelectorAll("button")) button.disabled = false;
  }
}

by("retry").addEventListener("click", () => act("problem.retry"));
by("office").addEventListener("click", () => act("problem.office"));
by("demo").addEventListener("click", () => act("problem.demo"));
by("quit").addEventListener("click", () => host("quit"));
by("folder").addEventListener("click", () => act("open_data"));
by("passphrase").addEventListener("submit", (event) => {
  event.preventDefault();
  act("problem.passphrase", { passphrase: by("word").value });
});
show();

// Settings, saved views, schedules, backups, and what this program is.
import type { About, Schedule, ScheduleSet } from "@/generated/commands";
import { refusal } from "./errors";
import type { Bodies, Office } from "./office";

export const settingsBodies = (office: Office): Bodies => ({
  "backup.create": () => [office.enqueue("backup.create", "", {})],
  "backup.list": () => [...office.backups].sort((a, b) => (a.at < b.at ? 1 : -1)),
  "backup.verify": ({ name }) => ({ name, version: 4 }),
  "backup.restore": ({ name }) => {
    const replaced = office.backUp("before_restore");
    office.note("backup.restore", name, {});
    return { name, replaced: replaced.name };
  },
  "schedules.list": () => ({
    rows: office.schedules,
    proposed: PROPOSED.filter(({ work }) => !office.schedules.some((row) => row.work === work)),
  }),
  "schedules.set": (schedule) => {
    const { name, work, cadence, zone, catch_up, enabled } = schedule;
    if (cadence.every === "cron" && cadence.cron.trim().split(/\s+/).length !== 5) {
      throw refusal(office.settings.lang, "SCHEDULE_INVALID", { cron: cadence.cron });
    }
    const set: Schedule = {
      name,
      work,
      cadence,
      cron: "0 6 * * *",
      zone: zone ?? office.settings.zone,
      catch_up: catch_up ?? true,
      enabled: enabled ?? true,
      next_run: (enabled ?? true) ? office.ago(-540) : null,
      last_run: null,
      last_job: null,
    };
    office.schedules = [...office.schedules.filter((other) => other.name !== name), set].sort(
      (a, b) => a.name.localeCompare(b.name),
    );
    office.note("schedule.set", `schedule:${name}`, {});
    return set;
  },
  "schedules.remove": ({ name }) => {
    const found = office.schedules.find((schedule) => schedule.name === name);
    office.schedules = office.schedules.filter((schedule) => schedule.name !== name);
    office.note("schedule.remove", `schedule:${name}`, {});
    return found;
  },
  "schedules.run": ({ name }) => {
    const found = office.schedules.find((schedule) => schedule.name === name);
    const kind = found?.work === "backup" ? "backup.create" : "tidy";
    return [office.enqueue(kind, "", { schedule: name })];
  },
  "schedules.preview": ({ cadence }) => ({
    cron: cadence.every === "cron" ? cadence.cron : "0 6 * * *",
    next: [540, 1980, 3420].map((minutes) => office.ago(-minutes)),
  }),
  "settings.get": () => office.settings,
  "settings.set": ({ proxy_password, mlflow_secret, extra_ca, ...change }) => {
    const given = Object.entries(change).filter(([, value]) => value != null);
    office.settings = { ...office.settings, ...Object.fromEntries(given) };
    if (extra_ca != null) office.settings.extra_ca = extra_ca || null;
    if (proxy_password != null) office.settings.has_proxy_password = proxy_password !== "";
    if (mlflow_secret != null) office.settings.has_mlflow_secret = mlflow_secret !== "";
    return office.settings;
  },
  "saved.list": ({ list }) => office.saved.get(list) ?? [],
  "saved.save": ({ list, name, shows }) => {
    const others = (office.saved.get(list) ?? []).filter((view) => view.name !== name);
    const views = [...others, { name, shows }].sort((a, b) => a.name.localeCompare(b.name));
    office.saved.set(list, views);
    return views;
  },
  "saved.remove": ({ list, name }) => {
    const left = (office.saved.get(list) ?? []).filter((view) => view.name !== name);
    office.saved.set(list, left);
    return left;
  },
  "network.test": ({ url }) => {
    if (!/^https?:\/\//.test(url)) {
      throw refusal(office.settings.lang, "INVALID_INPUT", { field: "url", reason: "https://…" });
    }
    const issuer = "CN=FortiGate CA de la oficina";
    const valid = { valid_from: "2026-01-01T00:00:00Z", valid_to: "2027-03-01T00:00:00Z" };
    const { hostname } = new URL(url);
    return {
      url,
      reachable: true,
      status: 200,
      tls: {
        version: "TLS 1.3",
        trusted: true,
        issuer,
        names: [hostname],
        chain: [
          { subject: `CN=${hostname}`, issuer, ...valid },
          { subject: issuer, issuer, ...valid },
        ],
      },
      import: null,
      milliseconds: 184,
      error: null,
    };
  },
  "diagnostics.export": ({ output }) => ({ output, bytes: 48_211 }),
  about: () => about(),
});

const PROPOSED: ScheduleSet[] = [
  { name: "sync", work: "sync", cadence: { every: "day", at: "06:00" } },
  { name: "prove", work: "prove", cadence: { every: "week", days: ["sun"], at: "12:00" } },
  { name: "backup", work: "backup", cadence: { every: "day", at: "12:30" } },
];

function about(): About {
  return {
    version: "0.1.0",
    licence: "MIT OR Apache-2.0",
    system: "linux x86_64",
    data_dir: "/home/oficina/.local/share/puente",
    logs: "/home/oficina/.local/share/puente/logs",
    libraries: [
      { name: "rusqlite", version: "0.38.0", licence: "MIT" },
      { name: "rustls", version: "0.23.40", licence: "Apache-2.0 OR ISC OR MIT" },
      { name: "serde", version: "1.0.228", licence: "MIT OR Apache-2.0" },
      { name: "tokio", version: "1.49.0", licence: "MIT" },
    ],
  };
}

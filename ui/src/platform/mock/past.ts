// What happened this morning, and before.
import type { Job, Schedule, Server } from "@/generated/commands";
import { errorView } from "./errors";
import { label, type Office } from "./office";
import { OPTIONS, server } from "./seed";

export function seedServers(office: Office): Server[] {
  return [
    server(1, { name: "Oficina principal", host: "192.168.1.10", checked_at: office.ago(24) }),
    server(2, {
      name: "Sede norte (VPN)",
      host: "10.8.0.14",
      options: {
        ...OPTIONS,
        vpn: 1,
        quiet_hours: { from: "08:00", to: "18:00", zone: "America/Bogota" },
      },
      checked_at: office.ago(24),
      last_error: errorView(
        office.settings.lang,
        "DB_TIMEOUT",
        { host: "10.8.0.14", port: 3050, seconds: 10 },
        { detail: "connect 10.8.0.14:3050: timed out after 10 s" },
      ),
    }),
    server(3, {
      name: "Archivos de la panadería",
      kind: "files",
      host: "",
      port: 0,
      user: "",
      master: "C:\\Contabilidad\\Exportados",
      has_password: false,
      checked_at: office.ago(1500),
    }),
  ];
}

/** The office whose point of sale keeps its documents in a SQL Server. */
export function seedCounter(office: Office): Server[] {
  const encryption = "login_only";
  return [
    server(1, {
      name: "Mostrador",
      kind: "sqlserver",
      host: "192.168.1.20",
      port: 0,
      user: "PUENTE",
      master: "LOCAL",
      profile: "sqlserver",
      options: { ...OPTIONS, sql_server: { encryption, instance: "VENTAS" } },
      checked_at: office.ago(24),
      warnings: ["login_only_encrypted", "no_companies"],
    }),
  ];
}

export function seedPast(office: Office): void {
  for (const company of office.companies) {
    if (company.server_id === 2 && company.nit === "8001972684") continue;
    office.extracted.set(company.id, office.history(company, 24 + company.id, company.id));
  }
  office.broken.add(14);
  const past = (kind: string, subject: string, minutes: number, over: Partial<Job> = {}): void => {
    const job = office.enqueue(kind, subject, over, false);
    office.change(
      job,
      {
        state: "done",
        created_at: office.ago(minutes + 1),
        started_at: office.ago(minutes + 1),
        changed_at: office.ago(minutes),
        finished_at: office.ago(minutes),
        attempts: 1,
        ...over,
      },
      false,
    );
    office.say(job.id, "info", `${kind} began`);
    office.say(
      job.id,
      over.error ? "error" : "info",
      over.error?.detail ?? "proof holds, published",
    );
  };
  past("backup.create", "", 340, { schedule: "respaldo" });
  for (const known of office.servers) {
    past("companies.discover", known.name, 30, {
      server_id: known.id,
      ...(known.last_error ? { state: "failed", error: known.last_error } : {}),
    });
  }
  for (const company of office.active().slice(0, 9)) {
    past("movements.extract", label(company), 24 + company.id, {
      company_id: company.id,
      result: office.result(company),
    });
  }
  const lost = office.companies.find((company) => company.nit === "8001972684");
  if (lost) {
    past("movements.extract", label(lost), 22, {
      company_id: lost.id,
      state: "failed",
      error: office.servers[1]?.last_error ?? null,
    });
  }
  office.backups = [340, 1780, 3220, 4660].map((minutes) => ({
    name: `puente-${office.ago(minutes).replace(/[-:]/g, "").slice(0, 15)}Z.db`,
    reason: "regular",
    at: office.ago(minutes),
    bytes: 1_482_752 - minutes,
  }));
  office.schedules = [
    schedule(office, "backup", "backup", { every: "day", at: "12:30" }),
    schedule(office, "tidy", "tidy", { every: "week", days: ["sun"], at: "03:00" }),
    schedule(office, "Antes de abrir", "sync", {
      every: "week",
      days: ["mon", "tue", "wed", "thu", "fri", "sat"],
      at: "06:00",
    }),
  ];
  for (const name of ["Oficina principal", "Sede norte (VPN)", "Archivos de la panadería"]) {
    office.note("server.add", `server:${office.server(name).id}`, { name });
  }
  office.note("schedule.set", "schedule:Antes de abrir", { cron: "0 6 * * 1-6" });
  office.note("movements.export", "/home/oficina/Documentos/movimientos.xlsx", { rows: 48_211 });
}

function schedule(
  office: Office,
  name: string,
  work: Schedule["work"],
  cadence: Schedule["cadence"],
): Schedule {
  return {
    name,
    work,
    cadence,
    cron: "0 6 * * 1-6",
    zone: "America/Bogota",
    enabled: true,
    catch_up: true,
    next_run: office.ago(-420),
    last_run: office.ago(340),
    last_job: office.jobs[0] ?? null,
  };
}

// A stand-in with believable data in memory, for tests and for working on the interface alone.
import type { Event } from "@/generated/commands";
import type {
  CommandName,
  FileWish,
  Platform,
  Problem,
  RequestOf,
  ResponseOf,
  Status,
} from "../platform";
import { companyBodies } from "./companies";
import { refusal } from "./errors";
import { forecastBodies } from "./forecast";
import { type Bodies, type MockOptions, Office } from "./office";
import { overviewBodies } from "./overview";
import { seedCounter, seedPast, seedServers } from "./past";
import { queueBodies } from "./queue";
import { salesBodies } from "./sales";
import { companies, server } from "./seed";
import { serverBodies } from "./servers";
import { settingsBodies } from "./settings";
import { summaryBodies } from "./summary";
import { tableBodies } from "./table";
import { vpnBodies } from "./vpns";

export type { MockOptions };

export class Mock extends Office implements Platform {
  readonly kind = "mock";
  readonly can = { window: true, dialogs: true };
  readonly calls: { name: CommandName; request: unknown }[] = [];
  /** Answers of single commands that a test wants to be others. */
  readonly answers: Bodies = {};
  private readonly delay: number;
  private readonly bodies: Bodies;

  constructor(options: MockOptions = {}) {
    super(options);
    this.delay = options.delay ?? 120;
    this.bodies = {
      ...overviewBodies(this),
      ...serverBodies(this),
      ...companyBodies(this),
      ...tableBodies(this),
      ...summaryBodies(this),
      ...queueBodies(this),
      ...settingsBodies(this),
      ...salesBodies(this, options.office ?? "working"),
      ...forecastBodies(this, options.office ?? "working"),
      ...vpnBodies(this, options),
    };
    const seeded = (options.office ?? "working") === "working" && !options.servers;
    const counter = options.office === "counter";
    const servers = seeded ? seedServers(this) : counter ? seedCounter(this) : [];
    this.servers = options.servers ?? servers;
    this.companies = seeded ? companies(this.servers) : [];
    if (seeded) seedPast(this);
  }

  call<N extends CommandName>(name: N, request: RequestOf<N>, signal?: AbortSignal) {
    this.calls.push({ name, request });
    return new Promise<ResponseOf<N>>((resolve, reject) => {
      const answer = async () => {
        const body = (this.answers[name] ?? this.bodies[name]) as
          | ((request: RequestOf<N>, signal?: AbortSignal) => unknown)
          | undefined;
        if (!body) throw refusal(this.settings.lang, "NOT_FOUND", { what: "command", name });
        return structuredClone(await body(structuredClone(request), signal)) as ResponseOf<N>;
      };
      setTimeout(() => answer().then(resolve, reject), this.delay);
    });
  }

  listen(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async saveFile(
    wish: FileWish,
    write: (path: string) => Promise<unknown>,
  ): Promise<string | null> {
    const path = `/home/oficina/Documentos/${wish.name}`;
    await write(path);
    return path;
  }

  async saveBlob(wish: FileWish, _blob: Blob) {
    return `/home/oficina/Documentos/${wish.name}`;
  }

  async chooseFile() {
    return "/home/oficina/certificados/empresa.pem";
  }

  async openFolder() {}

  /** Why nothing is open; what mends it takes it away. */
  problem: Problem | null = null;

  readonly host: Platform["host"] = async (name, _request) => {
    if (name === "status") return this.status() as never;
    this.problem = null;
    if (name === "restart" && this.settings.start === "demo") {
      this.servers = [
        server(1, { name: "ERP de ejemplo", host: "127.0.0.1", checked_at: this.ago(0) }),
      ];
    }
    this.tell({ type: "missed" });
    return null as never;
  };

  private status(): Status {
    return {
      version: "0.1.0",
      lang: this.settings.lang,
      profile: this.problem ? null : this.settings.start === "demo" ? "demo" : "office",
      safe_mode: false,
      problem: this.problem,
    };
  }
}

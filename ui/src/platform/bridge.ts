// A browser against `puente serve --bridge`: fetch, a bearer token, and a stream of events.
import type { ErrorView, Event } from "@/generated/commands";
import { CommandError, type FileWish, type Platform } from "./platform";

const TOKEN = "puente.token";

/** Takes the token from the address, where it stands once, and keeps it for this tab only. */
export function takeToken(location: Location, storage: Storage, history: History): string | null {
  const found = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
  if (found) {
    storage.setItem(TOKEN, decodeURIComponent(found));
    history.replaceState(null, "", `${location.pathname}${location.search}#/`);
  }
  return storage.getItem(TOKEN);
}

type Fetch = typeof fetch;

export class Bridge implements Platform {
  readonly kind = "bridge";
  readonly can = { window: false, dialogs: false };

  constructor(
    private readonly token: string,
    private readonly base = "",
    private readonly fetch: Fetch = globalThis.fetch.bind(globalThis),
  ) {}

  readonly call: Platform["call"] = (name, request, signal) =>
    this.post(`/api/call/${name}`, request, signal);

  listen(listener: (event: Event) => void): () => void {
    const stop = new AbortController();
    void this.hear(listener, stop.signal);
    return () => stop.abort();
  }

  async saveFile(wish: FileWish, write: (path: string) => Promise<unknown>) {
    const { token, path } = await this.post<{ token: string; path: string }>(
      "/api/host/download.new",
      wish,
    );
    await write(path);
    follow(`${this.base}/api/download/${token}`, wish.name);
    return wish.name;
  }

  async saveBlob(wish: FileWish, blob: Blob) {
    const address = URL.createObjectURL(blob);
    follow(address, wish.name);
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    return wish.name;
  }

  async chooseFile() {
    return null;
  }

  async openFolder() {}

  readonly host: Platform["host"] = (name, request) => this.post(`/api/host/${name}`, request);

  private headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` };
  }

  private async post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    let answer: Response;
    try {
      answer = await this.fetch(this.base + path, {
        method: "POST",
        headers: { ...this.headers(), "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: signal ?? null,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new CommandError(unreachable(error));
    }
    if (!answer.ok) throw new CommandError(await errorOf(answer));
    return answer.json() as Promise<T>;
  }

  /** Reads the stream; when it breaks, again after a moment, and then everything may be stale. */
  private async hear(listener: (event: Event) => void, signal: AbortSignal): Promise<void> {
    let wait = 500;
    let again = false;
    while (!signal.aborted) {
      try {
        const answer = await this.fetch(`${this.base}/api/events`, {
          headers: this.headers(),
          signal,
        });
        if (answer.ok && answer.body) {
          if (again) listener({ type: "missed" });
          again = true;
          wait = 500;
          for await (const event of eventsOf(answer.body)) listener(event);
        }
      } catch {
        if (signal.aborted) return;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, 10_000);
    }
  }
}

/** The `data:` lines of a text/event-stream. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = (await reader.read()) as { done: boolean; value?: string };
      if (done) return;
      rest += value;
      const messages = rest.split(/\r?\n\r?\n/);
      rest = messages.pop() ?? "";
      for (const message of messages) {
        const data = message
          .split(/\r?\n/)
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice(5).trimStart())
          .join("\n");
        if (data !== "") yield JSON.parse(data) as Event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function errorOf(answer: Response): Promise<ErrorView> {
  const text = await answer.text();
  try {
    const view = JSON.parse(text) as ErrorView;
    if (typeof view.code === "string") return view;
  } catch {
    // Not an answer of Puente: shown as what it is, below.
  }
  return {
    ...unreachable(`HTTP ${answer.status}`),
    detail: `HTTP ${answer.status} ${text}`.trim(),
  };
}

/** Its texts stand in the interface's own catalogue: no command was there to give them. */
function unreachable(error: unknown): ErrorView {
  return {
    code: "BRIDGE_UNREACHABLE" as ErrorView["code"],
    message: "",
    hint: "",
    detail: String(error),
    retryable: true,
    severity: "failure",
  };
}

function follow(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

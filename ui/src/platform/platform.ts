// What the interface asks of whatever it runs in. Nothing outside this folder knows which one it is.
import type { Backup, CommandName, Commands, ErrorView, Event, Lang } from "@/generated/commands";

export type { CommandName };
export type RequestOf<N extends CommandName> = Commands[N]["request"];
export type ResponseOf<N extends CommandName> = Commands[N]["response"];

/** Where a file that Puente writes is to go. */
export interface FileWish {
  /** A name without a folder. */
  name: string;
  /** Its extension, without the dot. */
  extension: string;
}

/** Things that only a host can do, and not every host. */
export interface HostAbilities {
  /** A window of its own: closing, tray, autostart. */
  window: boolean;
  /** Files and folders are chosen in a dialog of the system. */
  dialogs: boolean;
}

/** How things stand, before anything is asked of the data. */
export interface Status {
  version: string;
  lang: Lang;
  /** What is open, if anything is. */
  profile: "office" | "demo" | null;
  /** No job is begun. */
  safe_mode: boolean;
  /** Why nothing is open. */
  problem: Problem | null;
}

/** Why the data is not open, and what can be done about it. */
export interface Problem {
  /** What was to be opened. */
  profile: "office" | "demo";
  error: ErrorView;
  /** Backups that this program can read, newest first, where going back to one mends it. */
  backups: Backup[];
  /** A passphrase would open it. */
  passphrase: boolean;
}

/** What every host can do beside commands. */
export interface HostCommands {
  status: { request: Record<string, never>; response: Status };
  /** Opens the data anew after the choice of the first start. */
  restart: { request: Record<string, never>; response: null };
  "problem.retry": { request: Record<string, never>; response: null };
  "problem.restore": { request: { name: string }; response: null };
  "problem.passphrase": { request: { passphrase: string }; response: null };
  "problem.demo": { request: Record<string, never>; response: null };
  "problem.office": { request: Record<string, never>; response: null };
}

export type HostCommandName = keyof HostCommands;

export interface Platform {
  readonly kind: "window" | "bridge" | "mock";
  readonly can: HostAbilities;
  /** Fails with a {@link CommandError}. */
  call<N extends CommandName>(
    name: N,
    request: RequestOf<N>,
    signal?: AbortSignal,
  ): Promise<ResponseOf<N>>;
  /** Listens until the returned function is called. */
  listen(listener: (event: Event) => void): () => void;
  /**
   * Lets Puente write a file where the person wants it: `write` gets the path that it is to write.
   * Answers where the file is now, or nothing when the person changed their mind.
   */
  saveFile(wish: FileWish, write: (path: string) => Promise<unknown>): Promise<string | null>;
  /** Saves a text or picture that the interface made itself. */
  saveBlob(wish: FileWish, blob: Blob): Promise<string | null>;
  /** A path the person chose, or nothing. Only where `can.dialogs`. */
  chooseFile(wish: { title: string; folder?: boolean }): Promise<string | null>;
  /** Shows a folder of this machine in its file manager. Only where `can.dialogs`. */
  openFolder(path: string): Promise<void>;
  host<N extends HostCommandName>(
    name: N,
    request: HostCommands[N]["request"],
  ): Promise<HostCommands[N]["response"]>;
}

/** A command that failed, as the host tells it: message and hint are in the reader's language. */
export class CommandError extends Error {
  readonly view: ErrorView;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = "CommandError";
    this.view = view;
  }
}

/** What is shown for anything that was thrown. */
export function viewOf(error: unknown): ErrorView {
  if (error instanceof CommandError) return error.view;
  return {
    code: "INTERNAL",
    message: "",
    hint: "",
    detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    retryable: false,
    severity: "failure",
  };
}

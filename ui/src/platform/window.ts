// Puente's own window: the only file that knows Tauri.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { ErrorView, Event } from "@/generated/commands";
import { CommandError, type FileWish, type Platform } from "./platform";

export class Window implements Platform {
  readonly kind = "window";
  readonly can = { window: true, dialogs: true };

  readonly call: Platform["call"] = (name, request) => answered(invoke("call", { name, request }));

  listen(listener: (event: Event) => void): () => void {
    const unlisten = listen<Event>("puente", ({ payload }) => listener(payload));
    return () => void unlisten.then((stop) => stop());
  }

  async saveFile(wish: FileWish, write: (path: string) => Promise<unknown>) {
    const path = await this.own<string | null>("choose_save", wish);
    if (path === null) return null;
    await write(path);
    return path;
  }

  async saveBlob(wish: FileWish, blob: Blob) {
    const path = await this.own<string | null>("choose_save", wish);
    if (path === null) return null;
    await this.own("write_file", { path, base64: await base64(blob) });
    return path;
  }

  chooseFile(wish: { title: string; folder?: boolean }) {
    return this.own<string | null>("choose_open", { title: wish.title, folder: !!wish.folder });
  }

  async openFolder(path: string) {
    await this.own("open_folder", { path });
  }

  readonly host: Platform["host"] = (name, request) => this.own(name, request);

  private own<T>(name: string, request: unknown): Promise<T> {
    return answered(invoke<T>("host", { name, request }));
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error) {
      throw new CommandError(error as ErrorView);
    }
    throw error;
  }
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

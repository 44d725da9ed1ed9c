import { Bridge, takeToken } from "./bridge";
import type { MockOptions } from "./mock/office";
import type { Platform } from "./platform";

/** The one this page runs in. */
export async function choosePlatform(): Promise<Platform | null> {
  if ("__TAURI_INTERNALS__" in window) return new (await import("./window")).Window();
  if (import.meta.env.DEV || import.meta.env.MODE === "mock") {
    const token = takeToken(location, sessionStorage, history);
    if (!token) {
      const wishes = new URLSearchParams(location.search);
      const office = wishes.get("office") as MockOptions["office"] | null;
      const helper = wishes.get("helper") as MockOptions["helper"] | null;
      // The router takes what stands before the fragment for its own.
      history.replaceState(null, "", location.pathname + location.hash);
      const { Mock } = await import("./mock/mock");
      return new Mock({ office: office ?? "working", helper: helper ?? "ready" });
    }
    return new Bridge(token);
  }
  const token = takeToken(location, sessionStorage, history);
  return token ? new Bridge(token) : null;
}

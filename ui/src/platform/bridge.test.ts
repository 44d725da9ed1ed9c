import { expect, test, vi } from "vitest";
import type { Event } from "@/generated/commands";
import { Bridge, eventsOf, takeToken } from "./bridge";
import { CommandError } from "./platform";

const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

test("a command is posted with its token and answers with the response", async () => {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => answer([]));
  const bridge = new Bridge("abc", "", fetched as never);
  expect(await bridge.call("servers.list", {})).toEqual([]);
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(url).toBe("/api/call/servers.list");
  expect(init?.headers).toMatchObject({ Authorization: "Bearer abc" });
});

test("a refusal comes as the error that the command told", async () => {
  const view = {
    code: "DB_TIMEOUT",
    message: "m",
    hint: "h",
    detail: "d",
    retryable: true,
    severity: "failure",
  };
  const bridge = new Bridge("abc", "", (async () => answer(view, 503)) as never);
  const error = await bridge.call("servers.list", {}).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(CommandError);
  expect((error as CommandError).view).toEqual(view);
});

test.each([
  ["a bridge that is gone", () => Promise.reject(new TypeError("failed to fetch"))],
  ["an answer of another program", async () => new Response("<html>", { status: 502 })],
])("%s is told as such, with its detail", async (_, fetched) => {
  const bridge = new Bridge("abc", "", fetched as never);
  const error = (await bridge
    .call("servers.list", {})
    .catch((error: unknown) => error)) as CommandError;
  expect(error.view.code).toBe("BRIDGE_UNREACHABLE");
  expect(error.view.detail).not.toBe("");
});

test("events come whole, however the stream is cut", async () => {
  const text =
    'data: {"type":"missed"}\n\n: a comment\n\ndata: {"type":"stale",\ndata: "tags":["jobs"]}\r\n\r\n';
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of new TextEncoder().encode(text)) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const events: Event[] = [];
  for await (const event of eventsOf(body)) events.push(event);
  expect(events).toEqual([{ type: "missed" }, { type: "stale", tags: ["jobs"] }]);
});

test("a stream that breaks is taken up again, and everything is read again then", async () => {
  const streams = ['data: {"type":"stale","tags":["jobs"]}\n\n', "data: {}\n\n"];
  const bridge = new Bridge("abc", "", (async () => {
    const text = streams.shift();
    return text === undefined ? new Promise(() => {}) : new Response(text);
  }) as never);
  const events: Event[] = [];
  const stop = bridge.listen((event) => events.push(event));
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain("missed"), 3000);
  stop();
  expect(events[0]).toEqual({ type: "stale", tags: ["jobs"] });
});

test("the token leaves the address and stays with this tab", () => {
  const moved = vi.fn();
  const place = { hash: "#token=s%2Bt", pathname: "/", search: "" } as Location;
  expect(takeToken(place, sessionStorage, { replaceState: moved } as never)).toBe("s+t");
  expect(moved).toHaveBeenCalledWith(null, "", "/#/");
  const later = { hash: "#/servidores", pathname: "/", search: "" } as Location;
  expect(takeToken(later, sessionStorage, { replaceState: moved } as never)).toBe("s+t");
});

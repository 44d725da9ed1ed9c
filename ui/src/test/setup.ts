import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// A busy machine takes longer than the usual second to show what a test waits for.
configure({ asyncUtilTimeout: 10_000 });

// What a browser lays out and jsdom does not: lists need a height to have rows in sight.
Object.defineProperties(Element.prototype, {
  clientHeight: { get: () => 640 },
  clientWidth: { get: () => 1280 },
});
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { get: () => 640 },
  offsetWidth: { get: () => 1280 },
});
HTMLElement.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 1280, 640);
HTMLElement.prototype.scrollIntoView = () => {};
HTMLElement.prototype.scrollTo = () => {};
// As in a browser, one that begins to observe is told the size once.
globalThis.ResizeObserver = class implements ResizeObserver {
  private on = true;
  constructor(private readonly tell: ResizeObserverCallback) {}
  observe(target: Element) {
    const contentRect = target.getBoundingClientRect();
    setTimeout(() => {
      if (this.on) this.tell([{ target, contentRect } as unknown as ResizeObserverEntry], this);
    });
  }
  unobserve() {
    this.on = false;
  }
  disconnect() {
    this.on = false;
  }
};
window.matchMedia = (query) =>
  ({
    matches: query.includes("reduced-motion"),
    media: query,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {},
    dispatchEvent: () => false,
  }) as unknown as MediaQueryList;

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
  location.hash = "";
  vi.restoreAllMocks();
});

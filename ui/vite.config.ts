/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The same bundle is served by the window's own protocol and by the bridge: addresses are relative.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  clearScreen: false,
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    // The stand-in speaks with the texts of errors that stand in crates/core.
    fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] },
  },
  build: {
    // The first ones with light-dark(), which the theme is written in.
    target: ["chrome123", "safari17.5"],
    modulePreload: { polyfill: false },
    // The strict policy of both hosts has no `font-src data:`.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 20_000,
  },
});

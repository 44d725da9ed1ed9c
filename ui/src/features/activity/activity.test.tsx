import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { JobState } from "@/generated/commands";
import { open, rowsOf } from "@/test/office";

test.each<[JobState, string]>([
  ["queued", "En cola"],
  ["running", "En curso"],
  ["paused", "En pausa"],
  ["done", "Terminada"],
  ["failed", "Con error"],
  ["cancelled", "Cancelada"],
  ["uncertain", "Incierta"],
])("a job that is %s is called “%s”", async (state, word) => {
  const { mock } = await open("/");
  mock.jobs = mock.jobs.slice(0, 1).map((job) => ({ ...job, state }));
  mock.stale("jobs");
  location.hash = "#/actividad";
  await waitFor(() => expect(rowsOf("Trabajos")[0]).toContain(word));
});

test("a failed job shows why, what to do, and its log, and can be retried", async () => {
  const { mock, user } = await open("/actividad?state=failed");
  const grid = screen.getByRole("grid", { name: "Trabajos" });
  grid.focus();
  await user.keyboard("{Enter}");
  const panel = within(await screen.findByRole("complementary", { name: "Extraer movimientos" }));
  expect(await panel.findByRole("alert")).toHaveTextContent(/no respondió en 10 segundos/);
  expect(panel.getByRole("log")).toHaveTextContent("timed out");
  await user.click(panel.getByRole("button", { name: "Reintentar" }));
  await waitFor(() => expect(mock.calls.some(({ name }) => name === "jobs.retry")).toBe(true));
});

test("a running job shows rows, rate and time left, and is cancelled at once", async () => {
  const { mock, user } = await open("/actividad", { speed: 1 });
  await mock.call("movements.extract", { companies: ["9012208716:2026"] });
  await waitFor(
    () =>
      expect(rowsOf("Trabajos")[0]).toMatch(
        /movimientos · [\d.]+ de 1\.000\.000 · [\d.]+ por segundo · faltan/,
      ),
    { timeout: 4000 },
  );
  screen.getByRole("grid", { name: "Trabajos" }).focus();
  await user.keyboard("{Enter}");
  const panel = within(await screen.findByRole("complementary", { name: "Extraer movimientos" }));
  await user.click(await panel.findByRole("button", { name: "Cancelar trabajo" }));
  expect(await panel.findByText("Cancelada")).toBeVisible();
  await waitFor(() => expect(rowsOf("Trabajos")[0]).toContain("Cancelada"));
});

test("a change that another program made reaches the list without asking again by the clock", async () => {
  const { mock } = await open("/actividad");
  const before = mock.calls.filter(({ name }) => name === "jobs.page").length;
  const [job] = mock.jobs;
  if (!job) throw new Error("no job");
  mock.tell({ type: "job_changed", job: { ...job, state: "uncertain", revision: 9999 } });
  await waitFor(() => expect(rowsOf("Trabajos").join()).toContain("Incierta"));
  await new Promise((resolve) => setTimeout(resolve, 600));
  const asked = mock.calls.filter(({ name }) => name === "jobs.page").length - before;
  expect(asked).toBeLessThanOrEqual(2);
});

test("the audit trail says who did what to what", async () => {
  await open("/actividad?view=audit");
  await waitFor(() => expect(rowsOf("Auditoría").join()).toContain("Registró un servidor"));
  expect(rowsOf("Auditoría").join()).toContain("Sede norte (VPN)");
});

test("the oldest of thousands of jobs and entries are reached by scrolling", async () => {
  const { mock } = await open("/");
  const [job] = mock.jobs;
  const [entry] = mock.audit;
  if (!job || !entry) throw new Error("nothing happened yet");
  const ids = Array.from({ length: 3000 }, (_, at) => at + 1);
  mock.jobs = ids.map((id) => ({ ...job, id, subject: `empresa ${id}` }));
  mock.audit = ids.map((id) => ({ ...entry, id, detail: { name: `servidor ${id}` } }));
  mock.stale("jobs", "audit");
  for (const [at, label, last] of [
    ["#/actividad", "Trabajos", "empresa 1"],
    ["#/actividad?view=audit", "Auditoría", "servidor 1"],
  ] as const) {
    location.hash = at;
    const grid = await screen.findByRole("grid", { name: label });
    await waitFor(() => expect(grid).toHaveAttribute("aria-rowcount", "3001"));
    grid.scrollTop = 3000 * 32;
    grid.dispatchEvent(new Event("scroll"));
    await waitFor(() => expect(rowsOf(label).some((row) => row.includes(last))).toBe(true), {
      timeout: 5000,
    });
    const name = label === "Trabajos" ? "jobs.page" : "audit.page";
    const offsets = mock.calls
      .filter((call) => call.name === name)
      .map((call) => (call.request as { offset: number }).offset);
    expect(offsets).toContain(2800);
    expect(new Set(offsets).size).toBeLessThan(5);
  }
});

test("an office without jobs is told what will stand here", async () => {
  await open("/actividad", { office: "empty" });
  expect(await screen.findByText("Todavía no hay trabajos")).toBeVisible();
});

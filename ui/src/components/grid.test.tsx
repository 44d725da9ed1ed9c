import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { startTexts } from "@/i18n";
import { Grid } from "./grid";

test("a list says how many rows it has when that is known, and not before", async () => {
  await startTexts("es");
  const grid = (loading: boolean) => (
    <Grid
      label="Ventas"
      columns={[{ id: "name", title: "Nombre", width: 100, cell: (name: string) => name }]}
      count={loading ? 0 : 2}
      rowAt={(index) => ["una", "dos"][index]}
      keyOf={(name) => name}
      loading={loading}
    />
  );
  const { rerender } = render(grid(true));
  const list = screen.getByRole("grid", { name: "Ventas" });
  expect(list).toHaveAttribute("aria-rowcount", "-1");
  expect(list).toHaveAttribute("aria-busy", "true");
  rerender(grid(false));
  expect(list).toHaveAttribute("aria-rowcount", "3");
  expect(list).not.toHaveAttribute("aria-busy");
});

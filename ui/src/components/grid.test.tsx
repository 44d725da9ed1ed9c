import { fireEvent, render, screen } from "@testing-library/react";
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

test("columns of words share the room that is left, until somebody gives them a width", async () => {
  await startTexts("es");
  const words = { cell: (name: string) => name };
  render(
    <Grid
      label="Ventas"
      columns={[
        { id: "name", title: "Nombre", width: 100, grows: true, ...words },
        { id: "paid", title: "Pagado", width: 80, ...words },
      ]}
      count={1}
      rowAt={() => "una"}
      keyOf={(name) => name}
    />,
  );
  const head = screen.getAllByRole("row")[0] as HTMLElement;
  expect(head.style.gridTemplateColumns).toBe("minmax(100px, 1fr) 80px");
  const title = screen.getByRole("columnheader", { name: "Nombre" });
  Object.defineProperty(title, "clientWidth", { value: 640 });
  fireEvent.mouseDown(title.querySelector(".grid-resize") as Element, { clientX: 640 });
  expect(head.style.gridTemplateColumns).toBe("640px minmax(80px, 1fr)");
  fireEvent.mouseMove(document, { clientX: 600 });
  fireEvent.mouseUp(document, { clientX: 600 });
  expect(head.style.gridTemplateColumns).toBe("600px minmax(80px, 1fr)");
  fireEvent.doubleClick(title.querySelector(".grid-resize") as Element);
  expect(head.style.gridTemplateColumns).toBe("minmax(100px, 1fr) 80px");
});

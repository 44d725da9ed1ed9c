// An office on screen: the whole interface over the stand-in.
import { notifications } from "@mantine/notifications";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { onTestFinished } from "vitest";
import { App } from "@/app";
import { startTexts } from "@/i18n";
import { Mock, type MockOptions } from "@/platform/mock/mock";

export interface Office {
  mock: Mock;
  user: ReturnType<typeof userEvent.setup>;
}

/** The first test of a file waits for its modules as well. */
const WAIT = { timeout: 15_000 };

/** Opens the interface at that address, and waits until it shows something. */
export async function open(at = "/", options: MockOptions = {}): Promise<Office> {
  const mock = new Mock({ speed: 1000, delay: 0, ...options });
  location.hash = `#${at}`;
  await startTexts(options.settings?.lang ?? "es");
  const shown = render(<App platform={mock} />);
  onTestFinished(() => {
    mock.stop();
    notifications.clean();
    shown.unmount();
  });
  await waitFor(() => {
    if (document.querySelector('[aria-busy="true"]')) throw new Error("still on its way");
    if (!document.querySelector("main")) throw new Error("nothing is shown");
  }, WAIT);
  return { mock, user: userEvent.setup() };
}

/** The rows of a list that are in sight, as text. */
export function rowsOf(label: string): string[] {
  const grid = screen.getByRole("grid", { name: label });
  return [...grid.querySelectorAll('.grid-body [role="row"]')].map((row) => row.textContent ?? "");
}

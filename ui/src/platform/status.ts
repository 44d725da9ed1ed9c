import { createContext, useContext } from "react";
import type { Status } from "./platform";

export const StatusContext = createContext<Status | null>(null);

/** How the host stands. */
export function useStatus(): Status {
  const status = useContext(StatusContext);
  if (!status) throw new Error("nothing is open above this component");
  return status;
}

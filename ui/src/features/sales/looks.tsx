import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleOff,
  IconCircleX,
  IconFileCheck,
  IconHelpCircle,
  IconRosetteDiscountCheck,
  IconSend,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { State, type Tone } from "@/components/state";
import type { SaleState, SalesStepState } from "@/generated/commands";

const SALES: Record<SaleState, { tone: Tone; icon: typeof IconSend }> = {
  pending: { tone: "warn", icon: IconCircleDashed },
  ready: { tone: "info", icon: IconCircleCheck },
  sending: { tone: "info", icon: IconSend },
  uncertain: { tone: "warn", icon: IconHelpCircle },
  invoiced: { tone: "good", icon: IconFileCheck },
  stamped: { tone: "good", icon: IconRosetteDiscountCheck },
  refused: { tone: "bad", icon: IconCircleX },
  voided: { tone: "plain", icon: IconCircleOff },
};

export function SaleStateView({ state, told }: { state: SaleState; told: boolean }) {
  const { t } = useTranslation();
  const isTold = told && state === "invoiced";
  return (
    <State {...SALES[state]}>{t(isTold ? "sales.tell.invoiced" : `sales.state.${state}`)}</State>
  );
}

const STEPS: Record<SalesStepState, { tone: Tone; icon: typeof IconSend }> = {
  later: { tone: "plain", icon: IconCircleDashed },
  todo: { tone: "info", icon: IconCircleDashed },
  attention: { tone: "warn", icon: IconAlertTriangle },
  done: { tone: "good", icon: IconCircleCheck },
};

export function StepStateView({ state }: { state: SalesStepState }) {
  const { t } = useTranslation();
  return <State {...STEPS[state]}>{t(`sales.step_state.${state}`)}</State>;
}

/** An amount, in red where it is a loss; the exact value is in its tooltip. */
export function Money({ value, amount }: { value: string; amount: (value: string) => string }) {
  return (
    <span style={value.startsWith("-") ? { color: "var(--bad)" } : undefined}>{amount(value)}</span>
  );
}

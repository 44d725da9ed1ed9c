// States: a word, an icon and a colour, the same everywhere.
import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleOff,
  IconCircleX,
  IconClock,
  IconHelpCircle,
  IconLoader2,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { JobState, MovementState } from "@/generated/commands";

export type Tone = "good" | "bad" | "warn" | "info" | "plain";

export function State({ tone, icon: Icon, children }: Look & { children: ReactNode }) {
  return (
    <span className="state" data-tone={tone}>
      <Icon size={15} stroke={2} aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}

interface Look {
  tone: Tone;
  icon: Icon;
}

const JOBS: Record<JobState, Look> = {
  queued: { tone: "plain", icon: IconClock },
  running: { tone: "info", icon: IconLoader2 },
  paused: { tone: "warn", icon: IconPlayerPause },
  done: { tone: "good", icon: IconCircleCheck },
  failed: { tone: "bad", icon: IconCircleX },
  cancelled: { tone: "plain", icon: IconCircleOff },
  uncertain: { tone: "warn", icon: IconHelpCircle },
};

export function JobStateView({ state }: { state: JobState }) {
  const { t } = useTranslation();
  return <State {...JOBS[state]}>{t(`common.job_state.${state}`)}</State>;
}

export const MOVEMENT_LOOKS: Record<MovementState, Look> = {
  posted: { tone: "good", icon: IconCircleCheck },
  draft: { tone: "plain", icon: IconCircleDashed },
  voided: { tone: "warn", icon: IconCircleOff },
  gone: { tone: "bad", icon: IconCircleX },
};

export function MovementStateView({ state }: { state: MovementState }) {
  const { t } = useTranslation();
  return <State {...MOVEMENT_LOOKS[state]}>{t(`common.movement_state.${state}`)}</State>;
}

/** Whether what was extracted has been compared with the server. */
export function ProvenView({ proven }: { proven: boolean | null }) {
  const { t } = useTranslation();
  if (proven === null) {
    return (
      <State tone="plain" icon={IconCircleDashed}>
        {t("common.proven.unknown")}
      </State>
    );
  }
  return proven ? (
    <State tone="good" icon={IconCircleCheck}>
      {t("common.proven.yes")}
    </State>
  ) : (
    <State tone="bad" icon={IconAlertTriangle}>
      {t("common.proven.no")}
    </State>
  );
}

// An error as a person can use it: what happened, what to do, and the detail folded and copyable.
import { Button, CopyButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleX,
  IconCopy,
  IconInfoCircle,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ErrorView } from "@/generated/commands";
import { viewOf } from "@/platform/platform";

const ICONS = { warning: IconAlertTriangle, neutral: IconInfoCircle, failure: IconCircleX };

export function Trouble({ error, actions }: { error: unknown; actions?: ReactNode }) {
  return <TroubleView view={viewOf(error)} actions={actions} />;
}

export function TroubleView({ view, actions }: { view: ErrorView; actions?: ReactNode }) {
  const { t } = useTranslation();
  const Icon = ICONS[view.severity];
  const { message, hint } = useTexts(view);
  return (
    <div className="trouble" data-severity={view.severity} role="alert">
      <Icon className="trouble-icon" size={18} aria-hidden="true" />
      <div className="grow stack">
        <div>
          <p className="strong wrap">{message}</p>
          <p className="wrap">{hint}</p>
        </div>
        {actions ? <div className="row">{actions}</div> : null}
        <details>
          <summary>{t("common.error.detail")}</summary>
          <pre className="mono" data-testid="detail">
            {detailOf(view)}
          </pre>
          <CopyButton value={`${message}\n${hint}\n${detailOf(view)}`}>
            {({ copied, copy }) => (
              <Button
                mt={6}
                variant="default"
                size="compact-xs"
                onClick={copy}
                leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              >
                {copied ? t("common.copied") : t("common.copy")}
              </Button>
            )}
          </CopyButton>
        </details>
      </div>
    </div>
  );
}

/** Errors that no command made have their texts here. */
export function useTexts(view: ErrorView): { message: string; hint: string } {
  const { t } = useTranslation();
  if (view.message !== "") return view;
  if ((view.code as string) === "BRIDGE_UNREACHABLE") {
    return { message: t("common.error.unreachable"), hint: t("common.error.unreachable_hint") };
  }
  return { message: t("common.error.internal"), hint: t("common.error.internal_hint") };
}

function detailOf(view: ErrorView): string {
  return view.detail === "" ? view.code : `${view.code}\n${view.detail}`;
}

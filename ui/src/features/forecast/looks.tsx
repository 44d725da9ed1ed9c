import {
  IconArrowDownRight,
  IconArrowUpRight,
  IconEqual,
  IconHelpCircle,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { State, type Tone } from "@/components/state";
import type { DemandClass, ForecastModelRow, Verdict } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useFigures } from "./figures";

export const CLASSES: DemandClass[] = ["smooth", "erratic", "intermittent", "lumpy", "new", "dead"];

const VERDICTS: Record<Verdict, { tone: Tone; icon: typeof IconEqual }> = {
  better: { tone: "good", icon: IconArrowDownRight },
  same: { tone: "plain", icon: IconEqual },
  worse: { tone: "bad", icon: IconArrowUpRight },
  unknown: { tone: "plain", icon: IconHelpCircle },
};

/** How far the error is from that of repeating last year. */
export function ErrorView({ verdict, ratio }: { verdict: Verdict; ratio: number | null }) {
  const { t } = useTranslation();
  const { share } = useFigures();
  const by = ratio === null ? "" : share(ratio - 1);
  return (
    <State {...VERDICTS[verdict]}>
      {ratio === null || verdict === "unknown"
        ? t("forecast.error.unknown")
        : t(ratio <= 1 ? "forecast.error.less" : "forecast.error.more", { by })}
    </State>
  );
}

/** The same in a sentence, which says when a model is of no use. */
export function VerdictText({ verdict, ratio }: { verdict: Verdict; ratio: number | null }) {
  const { t } = useTranslation();
  const { share } = useFigures();
  return (
    <span data-tone={VERDICTS[verdict].tone}>
      {t(`forecast.verdict.${verdict}`, { by: ratio === null ? "" : share(ratio - 1) })}
    </span>
  );
}

/** The error of a model divided by that of repeating last year. */
export function ratioOf({ meta }: ForecastModelRow): number | null {
  const [own, naive] = [meta.scores.rmsse, meta.naive.rmsse];
  return own === null || naive === null || naive <= 0 ? null : own / naive;
}

/** Which model forecasts, from which data. */
export function ModelLine({ model, verdict }: { model: ForecastModelRow; verdict: Verdict }) {
  const { t } = useTranslation();
  const { moment, month } = useFormat();
  return (
    <p>
      <span className="dim">
        {t("forecast.model_line", {
          kind: t(`forecast.kind.${model.meta.kind}`),
          at: moment(model.created_at),
          until: month(monthOf(model.meta.last_month)),
        })}
      </span>{" "}
      <VerdictText verdict={verdict} ratio={ratioOf(model)} />
    </p>
  );
}

/** `2026-11` of 202611. */
export function monthOf(number: number): string {
  return `${Math.trunc(number / 100)}-${String(number % 100).padStart(2, "0")}`;
}

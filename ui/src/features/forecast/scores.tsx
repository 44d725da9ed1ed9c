import { useTranslation } from "react-i18next";
import type { Scores } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useFigures } from "./figures";

const ROWS = ["mae", "rmse", "mase", "rmsse", "wape", "bias", "coverage", "r2"] as const;

/** Errors of the model beside those of repeating last year, over the same months. */
export function ScoresTable({ own, naive }: { own: Scores; naive: Scores }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const { score, change, share, figure } = useFigures();
  const text = (name: (typeof ROWS)[number], value: number | null) => {
    if (value === null) return "–";
    if (name === "bias") return change(value);
    if (name === "wape" || name === "coverage") return share(value);
    return name === "mae" || name === "rmse" ? figure(value) : score(value);
  };
  const rows = ROWS.filter((name) => own[name] !== null || naive[name] !== null);
  if (rows.length === 0) return null;
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("forecast.scores.title")}>
        <caption>
          {t("forecast.scores.caption", { count: own.months, months: count(own.months) })}
        </caption>
        <thead>
          <tr>
            <th>{t("forecast.scores.what")}</th>
            <th className="num">{t("forecast.scores.own")}</th>
            <th className="num">{t("forecast.scores.naive")}</th>
            <th>{t("forecast.scores.means")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((name) => (
            <tr key={name}>
              <td>{t(`forecast.score.${name}`)}</td>
              <td className="num">{text(name, own[name])}</td>
              <td className="num dim">{text(name, naive[name])}</td>
              <td className="dim">{t(`forecast.score_text.${name}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

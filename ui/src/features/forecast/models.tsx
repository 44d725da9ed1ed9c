import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconCircleCheck, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { Bones } from "@/components/empty";
import { State } from "@/components/state";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { ForecastModelRow, ForecastOffice } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { useFigures } from "./figures";
import { monthOf } from "./looks";
import { MlflowLink } from "./mlflow-link";
import { OverTime } from "./over-time";
import { usePlaces } from "./places";
import { Retrain } from "./retrain";
import { ScoresTable } from "./scores";

/** Every model that was trained for this NIT: compared, chosen, deleted, and how they did over time. */
export function Models({ office }: { office: ForecastOffice }) {
  const { t } = useTranslation();
  const models = useCommand("forecast.models", { nit: office.nit }, { keep: true });
  const places = usePlaces();
  const [removing, setRemoving] = useState<ForecastModelRow | null>(null);
  const remove = useAction("forecast.remove");
  const { moment } = useFormat();
  if (models.error) return <Trouble error={models.error} />;
  if (!models.data) return <Bones lines={8} />;
  // Errors of articles and errors of articles in each warehouse can't be compared.
  const apart = places !== "together";
  const rows = models.data.filter(({ meta }) => meta.places.length > 0 === apart);
  const active = rows.find((model) => model.active);
  return (
    <>
      <ModelTable rows={rows} onRemove={setRemoving} />
      <div className="forecast-two">
        <OverTime rows={rows} />
        <Retrain />
      </div>
      {active ? <ScoresTable own={active.meta.scores} naive={active.meta.naive} /> : null}
      {removing ? (
        <Confirm
          title={t("forecast.remove.title")}
          verb={t("forecast.remove.verb")}
          onConfirm={() => remove.mutateAsync({ id: removing.id })}
          onClose={() => setRemoving(null)}
        >
          <p>
            {t("forecast.remove.text", {
              kind: t(`forecast.kind.${removing.meta.kind}`),
              at: moment(removing.created_at),
            })}
          </p>
          <p>{t(removing.active ? "forecast.remove.active" : "forecast.remove.kept")}</p>
        </Confirm>
      ) : null}
    </>
  );
}

const SCORES = ["rmsse", "mase"] as const;
const SHARES = ["wape", "total_error", "coverage"] as const;

function ModelTable({
  rows,
  onRemove,
}: {
  rows: ForecastModelRow[];
  onRemove: (model: ForecastModelRow) => void;
}) {
  const { t } = useTranslation();
  const { count, month, moment } = useFormat();
  const { score, share, change } = useFigures();
  const best = bestOf(rows);
  const told = rows.some(({ mlflow }) => mlflow !== null);
  return (
    <section className="card" style={{ padding: 0, overflow: "auto", maxHeight: 340 }}>
      <table className="plain" aria-label={t("forecast.models.title")}>
        <caption>{t("forecast.models.text")}</caption>
        <thead>
          <tr>
            <th>{t("forecast.models.trained")}</th>
            <th>{t("forecast.models.kind")}</th>
            <th>{t("forecast.models.until")}</th>
            <th className="num">{t("forecast.totals.articles")}</th>
            {[...SCORES, ...SHARES, "bias" as const].map((name) => (
              <th key={name} className="num" title={t(`forecast.score_text.${name}`)}>
                {t(`forecast.score_short.${name}`)}
              </th>
            ))}
            <th className="num">{t("forecast.models.naive")}</th>
            {told ? <th>{t("forecast.mlflow.title")}</th> : null}
            <th />
          </tr>
        </thead>
        <tbody>
          {rows.map((model) => {
            const { meta } = model;
            return (
              <tr key={model.id} title={model.id}>
                <td>{moment(model.created_at)}</td>
                <td>{t(`forecast.kind.${meta.kind}`)}</td>
                <td>{month(monthOf(meta.last_month))}</td>
                <td className="num">{count(meta.articles)}</td>
                {SCORES.map((name) => (
                  <td
                    key={name}
                    className={name === "rmsse" && model.id === best ? "num strong" : "num"}
                  >
                    {score(meta.scores[name])}
                  </td>
                ))}
                {SHARES.map((name) => (
                  <td key={name} className="num">
                    {meta.scores[name] === null ? "–" : share(meta.scores[name])}
                  </td>
                ))}
                <td className="num">
                  {meta.scores.bias === null ? "–" : change(meta.scores.bias)}
                </td>
                <td className="num dim">{score(meta.naive.rmsse)}</td>
                {told ? (
                  <td>{model.mlflow === null ? null : <MlflowLink run={model.mlflow} />}</td>
                ) : null}
                <td>
                  <Actions model={model} onRemove={onRemove} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The one with the least error among those of the newest data: errors over other months can't be compared. */
function bestOf(rows: ForecastModelRow[]): string | undefined {
  const hash = rows[0]?.meta.data_hash;
  const alike = rows.filter(({ meta }) => meta.data_hash === hash && meta.scores.rmsse !== null);
  if (alike.length < 2) return undefined;
  return alike.reduce((best, model) =>
    (model.meta.scores.rmsse ?? 0) < (best.meta.scores.rmsse ?? 0) ? model : best,
  ).id;
}

function Actions({
  model,
  onRemove,
}: {
  model: ForecastModelRow;
  onRemove: (model: ForecastModelRow) => void;
}) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const activate = useAction("forecast.activate");
  const kind = t(`forecast.kind.${model.meta.kind}`);
  const named = { kind, at: moment(model.created_at) };
  return (
    <span className="row" style={{ justifyContent: "flex-end" }}>
      {model.active ? (
        <State tone="good" icon={IconCircleCheck}>
          {t("forecast.models.active")}
        </State>
      ) : (
        <Button
          size="compact-xs"
          variant="default"
          loading={activate.isPending}
          aria-label={t("forecast.models.use_named", named)}
          onClick={() =>
            activate.mutate(
              { id: model.id },
              { onSuccess: () => done(t("forecast.models.used", named)), onError: failed },
            )
          }
        >
          {t("forecast.models.use")}
        </Button>
      )}
      <Tooltip label={t("forecast.models.remove", named)}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("forecast.models.remove", named)}
          onClick={() => onRemove(model)}
        >
          <IconTrash size={15} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

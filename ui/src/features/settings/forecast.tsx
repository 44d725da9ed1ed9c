import { Button, PasswordInput, SegmentedControl, TextInput } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconPlugConnected,
  IconSend,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { done, failed } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type { MlflowLogin, SettingsView } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { MlflowLink } from "../forecast/mlflow-link";
import { useSettings } from "./change";

/** Where each training is recorded, for offices whose analysts have an MLflow. */
export function ForecastSection() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  if (!settings) return <Bones />;
  return (
    <>
      <p className="dim">{t("settings.forecast.text")}</p>
      <Fields
        key={JSON.stringify([settings.mlflow, settings.has_mlflow_secret])}
        settings={settings}
      />
      {settings.mlflow.url === "" ? null : <Known />}
    </>
  );
}

const LOGINS: MlflowLogin[] = ["none", "basic", "token"];

function Fields({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation();
  const set = useAction("settings.set");
  const test = useAction("forecast.mlflow.test");
  const [mlflow, setMlflow] = useState(settings.mlflow);
  const [secret, setSecret] = useState<string | null>(null);
  const url = mlflow.url.trim();
  const wrong = url !== "" && !/^https?:\/\/[^\s@]+$/.test(url);
  const changed = JSON.stringify(mlflow) !== JSON.stringify(settings.mlflow) || secret !== null;
  const given = secret === null ? {} : { secret };
  const save = () =>
    set.mutate(
      { mlflow: { ...mlflow, url }, ...(secret === null ? {} : { mlflow_secret: secret }) },
      { onSuccess: () => done(t("settings.saved")) },
    );
  return (
    <form
      className="card stack form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) save();
      }}
    >
      <TextInput
        label={t("settings.forecast.url")}
        description={t("settings.forecast.url_hint")}
        placeholder="http://192.168.1.20:5000"
        value={mlflow.url}
        onChange={(event) => setMlflow({ ...mlflow, url: event.currentTarget.value })}
        error={wrong ? t("settings.network.proxy_wrong") : undefined}
        spellCheck={false}
      />
      <fieldset className="plain-set">
        <legend className="strong">{t("settings.forecast.login")}</legend>
        <SegmentedControl
          aria-label={t("settings.forecast.login")}
          data={LOGINS.map((login) => ({
            value: login,
            label: t(`settings.forecast.login_${login}`),
          }))}
          value={mlflow.login}
          onChange={(login) => setMlflow({ ...mlflow, login: login as MlflowLogin })}
        />
      </fieldset>
      {mlflow.login === "none" ? null : (
        <div className="row" style={{ alignItems: "flex-end" }}>
          {mlflow.login === "basic" ? (
            <TextInput
              className="grow"
              label={t("settings.forecast.user")}
              value={mlflow.user}
              onChange={(event) => setMlflow({ ...mlflow, user: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
          ) : null}
          <PasswordInput
            className="grow"
            label={t(
              mlflow.login === "basic" ? "settings.forecast.password" : "settings.forecast.token",
            )}
            placeholder={
              settings.has_mlflow_secret && secret === null ? t("servers.password.kept") : undefined
            }
            value={secret ?? ""}
            onChange={(event) => setSecret(event.currentTarget.value)}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": t("servers.password.show") }}
          />
          {settings.has_mlflow_secret ? (
            <Button variant="default" onClick={() => setSecret("")}>
              {t("settings.network.forget")}
            </Button>
          ) : null}
        </div>
      )}
      {mlflow.login !== "none" && isPlain(url) ? (
        <p className="state" data-tone="warn" style={{ whiteSpace: "normal" }}>
          <IconAlertTriangle size={15} aria-hidden="true" />
          {t("settings.forecast.plain")}
        </p>
      ) : null}
      {set.error ? <Trouble error={set.error} /> : null}
      {test.error ? <Trouble error={test.error} /> : null}
      {test.data && !test.isPending ? (
        <div className="good" role="status">
          <IconCircleCheck size={18} aria-hidden="true" />
          <p className="strong">
            {t(
              test.data.has_experiment
                ? "settings.forecast.answers"
                : "settings.forecast.answers_new",
              { ms: test.data.milliseconds },
            )}
          </p>
        </div>
      ) : null}
      <div className="row">
        <Button type="submit" disabled={!changed || wrong} loading={set.isPending}>
          {t("common.save")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
          disabled={url === "" || wrong}
          loading={test.isPending}
          onClick={() => test.mutate({ mlflow: { ...mlflow, url }, ...given })}
        >
          {t("settings.forecast.test")}
        </Button>
      </div>
    </form>
  );
}

/** Whether a password would be read by anyone on the way. */
function isPlain(url: string): boolean {
  return /^http:\/\//.test(url) && !/^http:\/\/(127\.|localhost|\[::1\])/.test(url);
}

/** What the server was told, and what waits for it. */
function Known() {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const status = useCommand("forecast.mlflow.status", {}, { keep: true });
  const send = useAction("forecast.mlflow.send");
  if (status.error) return <Trouble error={status.error} />;
  if (!status.data) return <Bones />;
  const { waiting, failed: refused, sent, runs } = status.data;
  const trouble = runs.find(({ error }) => error !== null)?.error;
  return (
    <section className="card stack" aria-label={t("settings.forecast.known")}>
      <h3>{t("settings.forecast.known")}</h3>
      <p role="status">{t("settings.forecast.counts", { sent, waiting, refused })}</p>
      {trouble ? <TroubleView view={trouble} /> : null}
      {waiting + refused > 0 ? (
        <div>
          <Button
            variant="default"
            leftSection={<IconSend size={15} aria-hidden="true" />}
            loading={send.isPending}
            onClick={() =>
              send.mutate(
                {},
                { onSuccess: () => done(t("settings.forecast.sending")), onError: failed },
              )
            }
          >
            {t("settings.forecast.send")}
          </Button>
        </div>
      ) : null}
      {runs.length > 0 ? (
        <table className="plain" aria-label={t("settings.forecast.known")}>
          <thead>
            <tr>
              <th>{t("settings.forecast.training")}</th>
              <th>{t("settings.forecast.when")}</th>
              <th>{t("settings.forecast.state")}</th>
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, 10).map((run) => (
              <tr key={run.model}>
                <td className="mono">{run.model}</td>
                <td>{moment(run.changed_at)}</td>
                <td>
                  <MlflowLink run={run} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  );
}

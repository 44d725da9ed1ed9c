import { Button, PasswordInput } from "@mantine/core";
import { IconRefresh, IconRestore } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { Mark } from "@/components/mark";
import { Trouble, TroubleView } from "@/components/trouble";
import type { Backup } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { usePlatform } from "@/platform/context";
import type { HostCommandName, HostCommands, Problem } from "@/platform/platform";

/** The data can't be opened: what happened, and every way out there is. */
export default function ProblemPage({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [working, setWorking] = useState<HostCommandName | null>(null);
  const mend = async <N extends HostCommandName>(name: N, request: HostCommands[N]["request"]) => {
    setWorking(name);
    setError(null);
    try {
      await platform.host(name, request);
    } catch (error) {
      setError(error);
    }
    await client.invalidateQueries();
    setWorking(null);
  };
  return (
    <main className="welcome">
      <div className="row" style={{ gap: 14 }}>
        <Mark size={40} />
        <h1>{t("home.problem.title")}</h1>
      </div>
      <TroubleView view={problem.error} />
      {error ? <Trouble error={error} /> : null}
      {problem.passphrase ? (
        <Passphrase
          working={working === "problem.passphrase"}
          onGiven={(passphrase) => void mend("problem.passphrase", { passphrase })}
        />
      ) : null}
      {problem.backups.length > 0 ? (
        <Restore
          backups={problem.backups}
          onRestore={(name) => mend("problem.restore", { name })}
        />
      ) : null}
      <div className="row">
        <Button
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden="true" />}
          loading={working === "problem.retry"}
          onClick={() => void mend("problem.retry", {})}
        >
          {t("common.retry")}
        </Button>
        {problem.profile === "demo" ? (
          <Button
            variant="subtle"
            loading={working === "problem.office"}
            onClick={() => void mend("problem.office", {})}
          >
            {t("home.welcome.office")}
          </Button>
        ) : (
          <Button
            variant="subtle"
            loading={working === "problem.demo"}
            onClick={() => void mend("problem.demo", {})}
          >
            {t("home.welcome.demo")}
          </Button>
        )}
      </div>
    </main>
  );
}

function Passphrase({
  working,
  onGiven,
}: {
  working: boolean;
  onGiven: (passphrase: string) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const short = text.length > 0 && text.length < SHORTEST;
  return (
    <form
      className="card stack form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.length >= SHORTEST) onGiven(text);
      }}
    >
      <p>{t("home.problem.passphrase_text")}</p>
      <PasswordInput
        label={t("home.problem.passphrase")}
        description={t("home.problem.passphrase_hint")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={short ? t("home.problem.passphrase_short") : undefined}
        autoComplete="off"
        visibilityToggleButtonProps={{ "aria-label": t("servers.password.show") }}
      />
      <div>
        <Button type="submit" loading={working} disabled={text.length < SHORTEST}>
          {t("home.problem.passphrase_use")}
        </Button>
      </div>
    </form>
  );
}

const SHORTEST = 8;

function Restore({
  backups,
  onRestore,
}: {
  backups: Backup[];
  onRestore: (name: string) => Promise<void>;
}) {
  const { t } = useTranslation();
  const { moment, bytes } = useFormat();
  const [chosen, setChosen] = useState<Backup | null>(null);
  return (
    <section className="card" aria-label={t("home.problem.backups")}>
      <div className="card-head">
        <h2>{t("home.problem.backups")}</h2>
      </div>
      {backups.map((backup, at) => (
        <div
          key={backup.name}
          className="setting"
          style={{ gridTemplateColumns: "minmax(0, 1fr) max-content" }}
        >
          <div>
            <div>{moment(backup.at)}</div>
            <div className="dim small">
              {t(`settings.backups.${backup.reason}`)} · {bytes(backup.bytes)}
            </div>
          </div>
          <Button
            variant={at === 0 ? "filled" : "default"}
            leftSection={<IconRestore size={15} aria-hidden="true" />}
            onClick={() => setChosen(backup)}
          >
            {t("settings.backups.restore")}
          </Button>
        </div>
      ))}
      {chosen ? (
        <Confirm
          title={t("settings.backups.restore_title", { at: moment(chosen.at) })}
          verb={t("settings.backups.restore")}
          onClose={() => setChosen(null)}
          onConfirm={() => onRestore(chosen.name)}
        >
          <p>{t("settings.backups.restore_text")}</p>
          <p className="mono wrap">{chosen.name}</p>
        </Confirm>
      ) : null}
    </section>
  );
}

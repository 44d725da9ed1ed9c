import { Button, Textarea, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconFileImport, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@/components/panel";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { VpnImported } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAsked } from "@/platform/commands";
import { Lines } from "./preview";

/** No file of a VPN is longer; a picture dropped by mistake is not read. */
const MOST = 100_000;

/** Takes in a `.conf` that someone else made: dropped, chosen or pasted. Its keys are written nowhere here. */
export function ImportForm({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (id: number) => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [conf, setConf] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const take = useAsked("vpn.import");
  const change = (text: string, from: File | null) => {
    take.forget();
    setConf(text);
    setFile(from);
    if (from) setName((old) => old || from.name.replace(/\.conf$/i, ""));
  };
  const save = async () => {
    const imported = await take.run({ name: name.trim(), conf });
    if (!imported) return;
    setConf("");
    done(t("vpn.import.done", { name: imported.vpn.name }));
    if (imported.hooks.length === 0 && imported.ignored.length === 0) onMade(imported.vpn.id);
  };
  if (take.data) {
    const { id } = take.data.vpn;
    return <LeftOut imported={take.data} onClose={() => onMade(id)} />;
  }
  const ready = name.trim() !== "" && conf.trim() !== "";
  return (
    <Panel
      wide
      title={t("vpn.import.button")}
      sub={t("vpn.import.sub")}
      onClose={onClose}
      foot={
        <>
          <Button disabled={!ready} loading={take.running} onClick={() => void save()}>
            {t("vpn.import.verb")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </>
      }
    >
      <form
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void save();
        }}
      >
        <Drop file={file} onText={change} />
        {file ? null : (
          <Textarea
            label={t("vpn.import.paste")}
            rows={8}
            value={conf}
            onChange={(event) => change(event.currentTarget.value, null)}
            spellCheck={false}
            autoComplete="off"
            classNames={{ input: "mono" }}
          />
        )}
        <TextInput
          label={t("vpn.field.name")}
          description={t("vpn.hint.name")}
          required
          value={name}
          onChange={(event) => {
            take.forget();
            setName(event.currentTarget.value);
          }}
          maxLength={200}
        />
        <p className="dim small">{t("vpn.import.keys")}</p>
        {take.error ? <Trouble error={take.error} /> : null}
        <button type="submit" hidden />
      </form>
    </Panel>
  );
}

function Drop({
  file,
  onText,
}: {
  file: File | null;
  onText: (text: string, file: File | null) => void;
}) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const [over, setOver] = useState(false);
  const [large, setLarge] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // A file that is dropped beside the frame would take the page's place.
  useEffect(() => {
    const stay = (event: Event) => event.preventDefault();
    window.addEventListener("dragover", stay);
    window.addEventListener("drop", stay);
    return () => {
      window.removeEventListener("dragover", stay);
      window.removeEventListener("drop", stay);
    };
  }, []);
  const read = async (found: File | undefined) => {
    if (!found) return;
    setLarge(found.size > MOST);
    if (found.size <= MOST) onText(await found.text(), found);
  };
  return (
    <section
      className="drop"
      aria-label={t("vpn.import.file")}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void read(event.dataTransfer.files[0]);
      }}
    >
      <input
        ref={input}
        type="file"
        accept=".conf,text/plain"
        hidden
        aria-label={t("vpn.import.file")}
        onChange={(event) => {
          void read(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      <IconFileImport size={20} className="dim" aria-hidden="true" />
      <span className="grow wrap" dir="auto">
        {file ? `${file.name} (${bytes(file.size)})` : t("vpn.import.drop")}
        {large ? <span className="bad-text"> {t("vpn.import.large")}</span> : null}
      </span>
      {file ? (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} aria-hidden="true" />}
          onClick={() => onText("", null)}
        >
          {t("vpn.import.other")}
        </Button>
      ) : (
        <Button variant="default" onClick={() => input.current?.click()}>
          {t("common.choose_file")}
        </Button>
      )}
    </section>
  );
}

/** What of the file was not taken over, and why. */
function LeftOut({ imported, onClose }: { imported: VpnImported; onClose: () => void }) {
  const { t } = useTranslation();
  const { hooks, ignored, vpn } = imported;
  return (
    <Panel
      wide
      title={t("vpn.import.done", { name: vpn.name })}
      onClose={onClose}
      foot={<Button onClick={onClose}>{t("vpn.import.understood")}</Button>}
    >
      <div className="stack" data-gap="big">
        {hooks.length > 0 ? (
          <div className="trouble" data-severity="warning" role="alert">
            <IconAlertTriangle className="trouble-icon" size={18} aria-hidden="true" />
            <div className="grow stack">
              <p className="strong">{t("vpn.import.hooks", { count: hooks.length })}</p>
              <p>{t("vpn.import.hooks_text")}</p>
              <Lines label={t("vpn.import.hooks_list")} lines={hooks} />
            </div>
          </div>
        ) : null}
        {ignored.length > 0 ? (
          <p>{t("vpn.import.ignored", { names: ignored.join(", ") })}</p>
        ) : null}
      </div>
    </Panel>
  );
}

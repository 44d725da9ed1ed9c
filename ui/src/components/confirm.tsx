// Danger: says the name of the thing and what will happen. What can't be undone is typed.
import { Button, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "./dialog";
import { Trouble } from "./trouble";

interface Props {
  title: string;
  /** The verb on the button: what will happen. */
  verb: string;
  children: ReactNode;
  /** To be typed before the button works: for what can't be undone. */
  typed?: string;
  /** Nothing is lost by it. */
  calm?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

export function Confirm({ title, verb, children, typed, calm = false, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const ready = typed === undefined || text.trim() === typed.trim();
  const confirm = async () => {
    setWorking(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setError(error);
      setWorking(false);
    }
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form
        className="stack"
        data-gap="big"
        onSubmit={(event) => {
          event.preventDefault();
          // It may have been asked from within a form, which is not sent by this.
          event.stopPropagation();
          if (ready) void confirm();
        }}
      >
        <div className="stack">{children}</div>
        {typed === undefined ? null : (
          <TextInput
            label={t("common.confirm.type", { name: typed })}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {error ? <Trouble error={error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button
            variant="default"
            onClick={onClose}
            data-autofocus={typed === undefined || undefined}
          >
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            {...(calm ? {} : { color: "red.8" })}
            disabled={!ready}
            loading={working}
          >
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

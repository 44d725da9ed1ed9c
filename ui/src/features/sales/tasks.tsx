import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { failed } from "@/components/toast";
import type { SaleTask } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";

/** Credit notes of orders that were cancelled after they were invoiced. */
export function Tasks({ tasks }: { tasks: SaleTask[] }) {
  return tasks.map((task) => <Task key={task.id} task={task} />);
}

function Task({ task }: { task: SaleTask }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const [note, setNote] = useState("");
  const settle = useAction("sales.tasks.done");
  if (task.done_at) {
    return (
      <p className="dim">{t("sales.task.done", { note: task.note, at: moment(task.done_at) })}</p>
    );
  }
  return (
    <form
      className="trouble"
      data-severity="warning"
      onSubmit={(event) => {
        event.preventDefault();
        settle.mutate({ task: task.id, note: note.trim() }, { onError: failed });
      }}
    >
      <div className="grow stack">
        <p className="strong wrap">{t("sales.task.credit_note", { invoice: task.invoice })}</p>
        <div className="row" style={{ alignItems: "flex-end" }}>
          <TextInput
            className="grow"
            label={t("sales.task.number")}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Button type="submit" disabled={note.trim() === ""} loading={settle.isPending}>
            {t("sales.task.settle")}
          </Button>
        </div>
      </div>
    </form>
  );
}

import { Button } from "@mantine/core";
import { IconFileMinus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/link-button";
import { Panel } from "@/components/panel";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { Tasks } from "./tasks";

/** Opens the credit notes that wait for a person; nothing where none does. */
export function CreditNotes() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const waiting = useCommand("sales.tasks", {}, { keep: true }).data ?? [];
  if (waiting.length === 0 && !open) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFileMinus size={15} aria-hidden="true" />}
        onClick={() => setOpen(true)}
      >
        {t("sales.task.button", { count: waiting.length })}
      </Button>
      {open ? <Waiting onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Waiting({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const tasks = useCommand("sales.tasks", {}, { keep: true }).data ?? [];
  return (
    <Panel wide title={t("sales.task.title")} sub={t("sales.task.sub")} onClose={onClose}>
      <div className="stack" data-gap="big">
        {tasks.length === 0 ? <p className="dim">{t("sales.task.none")}</p> : null}
        {tasks.map((task) => (
          <section key={task.id} className="stack">
            <div className="row">
              <h3 className="grow">{t("sales.panel.title", { number: task.sale })}</h3>
              <span className="dim small">{moment(task.made_at)}</span>
              <LinkButton
                variant="subtle"
                size="compact-sm"
                to="/facturacion"
                search={{ view: "sales", open: task.sale_id }}
              >
                {t("sales.task.open")}
              </LinkButton>
            </div>
            <Tasks tasks={[task]} />
          </section>
        ))}
      </div>
    </Panel>
  );
}

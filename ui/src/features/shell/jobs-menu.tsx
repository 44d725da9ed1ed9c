import { Button, Popover } from "@mantine/core";
import { IconLoader2 } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { JobLine } from "@/components/job";
import type { JobSearch } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";

export const UNSETTLED: JobSearch = { states: ["running", "queued", "paused"], limit: 1000 };
const SHOWN = 8;

/** What runs and waits, wherever one is. */
export function JobsMenu() {
  const { t } = useTranslation();
  const { count } = useFormat();
  const [open, setOpen] = useState(false);
  const jobs = useCommand("jobs.list", UNSETTLED, { keep: true }).data ?? [];
  if (jobs.length === 0) return null;
  const first = [...jobs].sort((a, b) => rank(a.state) - rank(b.state) || a.id - b.id);
  return (
    <Popover opened={open} onChange={setOpen} width={380} position="bottom-end" shadow="md">
      <Popover.Target>
        <Button
          variant="light"
          leftSection={<IconLoader2 size={15} className="turn" aria-hidden="true" />}
          onClick={() => setOpen((open) => !open)}
        >
          {t("common.job.count", { count: jobs.length, jobs: count(jobs.length) })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="stack">
          {first.slice(0, SHOWN).map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
          <Link to="/actividad" onClick={() => setOpen(false)}>
            {jobs.length > SHOWN
              ? t("common.job.more", { count: jobs.length - SHOWN })
              : t("common.job.all")}
          </Link>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

const rank = (state: string) => (state === "running" ? 0 : state === "paused" ? 1 : 2);

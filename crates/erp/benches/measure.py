"""Runs a program and says what it cost: time, its own CPU, the server's CPU, memory."""

import os
import subprocess
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")
# The server is still at work for a moment after a client has left: that is part of the cost.
AFTERMATH = 0.3
# Of one core, by everybody else, in the second before a measurement.
QUIET = 0.15


class Failed(Exception):
    """A measured program ended badly."""


@dataclass(frozen=True)
class Measure:
    """Seconds and megabytes. `others` is the CPU that neither client nor server used meanwhile."""

    wall: float
    client: float
    server: float
    others: float
    rss: float
    output: str


def measure(words, server, env=None, patience=0.0, said=None):
    """Runs `words` once the machine is quiet, or after `patience` seconds of waiting for that.

    `rss` can't be told below that of this process (some 20 MB): the kernel counts the moment
    between fork and exec.
    """
    os.sync()
    wait_for_quiet(patience)
    errors = subprocess.DEVNULL if said is None else open(said, "ab")
    server_before, busy_before, start = cpu_of(server), busy(), time.perf_counter()
    child = subprocess.Popen(
        words,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
    )
    output = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    if said is not None:
        errors.close()
    time.sleep(AFTERMATH)
    client = usage.ru_utime + usage.ru_stime
    server_cpu = cpu_of(server) - server_before
    if child.returncode != 0:
        raise Failed(f"{words[0]} ended with {child.returncode}: {output[-2000:]} (see {said})")
    return Measure(
        wall=wall,
        client=client,
        server=server_cpu,
        others=max(0.0, busy() - busy_before - client - server_cpu),
        rss=usage.ru_maxrss / 1024,
        output=output,
    )


def wait_for_quiet(patience):
    """Waits until the rest of the machine has been idle for a second."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before, since = busy(), time.monotonic()
        time.sleep(1)
        if (busy() - before) / (time.monotonic() - since) < QUIET:
            return


def cpu_of(pid):
    """Seconds of CPU that a process and its threads have used."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy():
    """Seconds of CPU that everybody has used on this machine, what a hypervisor took included."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _wait, irq, soft, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + soft + steal) / TICKS

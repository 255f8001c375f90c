#!/usr/bin/env python3
"""Asks Debian's own cron when it runs a crontab's lines round changes of the clock.

    cron_oracle.py check FILE      run the file's cases through cron; exit 1 and name each difference
    cron_oracle.py record FILE     write what cron did into the file instead

The file (tests/golden/cron/debian.txt says how it reads) holds the cases and the answers; the unit tests hold
libs/cron against the same answers. Each case is a cron of its own, under libfaketime, in a mount and process namespace
with its own /etc/localtime and spool, so it needs root and the packages cron and faketime. The clock starts shortly
before the window and runs fast; a job writes down the real time, from which the minute follows. A case that differs is
asked again at a lower speed: on a busy machine cron wakes late.
"""

import argparse
import concurrent.futures
import dataclasses
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import zoneinfo

SPEEDS = (240, 120, 60)
AT_ONCE = 72
STARTING = datetime.timedelta(seconds=5)  # real time, until a cron has its namespace and has begun
LEAD = datetime.timedelta(seconds=90)

# $1: the zone's file; $2: FAKETIME; $3: the case's own folder; $4: libfaketime. cron becomes process 1 of its namespace.
INSIDE = """
set -eu
mount --make-rprivate /
mount --bind "$1" "$(readlink -f /etc/localtime)"
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /etc/cron.d
mount --bind /dev/null /etc/crontab
mount --bind "$3/pam" /etc/pam.d/cron
mount -t tmpfs tmpfs /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
install -m 600 "$3/crontab" /var/spool/cron/crontabs/root
date +%s.%N > "$3/start"
exec env -u TZ LD_PRELOAD="$4" FAKETIME="$2" cron -f
"""
PAM = "".join(f"{kind} required pam_permit.so\n" for kind in ("auth", "account", "session"))


@dataclasses.dataclass
class Case:
    zone: zoneinfo.ZoneInfo
    after: datetime.datetime
    until: datetime.datetime
    expression: str
    fires: list


def read(path):
    """The file's comment and its cases."""
    comment, cases, window = [], [], ()
    for line in path.read_text().splitlines():
        words = line.split()
        if line.startswith("#"):
            comment.append(line)
        elif line.startswith("window "):
            window = (zoneinfo.ZoneInfo(words[1]), *map(datetime.datetime.fromisoformat, words[2:4]))
        elif line.startswith("  "):
            cases[-1].fires.append(datetime.datetime.fromisoformat(words[0]))
        elif line:
            cases.append(Case(*window, line, []))
    return comment, cases


def write(path, comment, cases):
    lines, window = list(comment), None
    for case in cases:
        here = (case.zone.key, case.after, case.until)
        if here != window:
            lines += ["", f"window {case.zone.key} {case.after.isoformat()} {case.until.isoformat()}"]
            window = here
        lines.append(case.expression)
        lines += [f"  {fire.isoformat()}" for fire in case.fires]
    path.write_text("\n".join(lines) + "\n")


def faketime_library():
    return str(next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))


def check_requirements():
    if os.geteuid() != 0:
        raise SystemExit("cron_oracle: it needs root: each cron runs in a mount namespace of its own")
    if not shutil.which("cron", path="/usr/sbin:" + os.defpath) or not list(pathlib.Path("/usr/lib").glob("*/faketime")):
        raise SystemExit("cron_oracle: install the packages cron and faketime")


def in_zone(moment, zone):
    """With the offset itself instead of the zone: two equal local times of one zone would compare equal."""
    local = datetime.datetime.fromtimestamp(moment, zone)
    return local.replace(tzinfo=datetime.timezone(local.utcoffset()))


def ask(case, speed):
    """The minutes, as times in the case's zone, at which cron ran the expression inside the window."""
    begin = case.after.astimezone(case.zone) - LEAD
    if begin.utcoffset() != begin.replace(fold=1 - begin.fold).utcoffset():
        # libfaketime reads the start as local time, and would take either of the two.
        raise SystemExit(f"cron_oracle: {case.zone.key} has {begin:%Y-%m-%d %H:%M} twice: let the window begin before")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "pam").write_text(PAM)
        (folder / "crontab").write_text(f"{case.expression} date +\\%s.\\%N >> {folder}/ran\n")
        (folder / "ran").touch()
        fake = f"@{begin:%Y-%m-%d %H:%M:%S} x{speed}"
        cron = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", INSIDE, "sh",
             f"/usr/share/zoneinfo/{case.zone.key}", fake, name, faketime_library()])
        try:
            cron.wait(timeout=((case.until - begin) / speed + STARTING).total_seconds())
            raise SystemExit(f"cron_oracle: cron ended with {cron.returncode}: {case.zone.key} {case.expression}")
        except subprocess.TimeoutExpired:
            cron.kill()
            cron.wait()
        start = float((folder / "start").read_text())
        ran = [begin.timestamp() + (float(line) - start) * speed for line in (folder / "ran").read_text().split()]
    minutes = sorted({int(moment // 60 * 60) for moment in ran})
    return [in_zone(minute, case.zone) for minute in minutes
            if case.after.timestamp() < minute <= case.until.timestamp()]


def ask_all(cases, speed):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda case: ask(case, speed), cases))


def check(cases):
    """The cases for which cron, asked at every speed, does not do what the file says, with what it did."""
    open_cases = [(case, None) for case in cases]
    for speed in SPEEDS:
        waiting = [case for case, _ in open_cases]
        answers = ask_all(waiting, speed)
        open_cases = [(case, answer) for case, answer in zip(waiting, answers) if answer != case.fires]
        print(f"cron_oracle: x{speed}: {len(waiting)} cases, {len(open_cases)} differ", file=sys.stderr)
        if not open_cases:
            break
    return open_cases


def record(cases):
    """Fills in what cron did twice in the same way; the number of answers that changed."""
    before = [case.fires for case in cases]
    for case, answer in zip(cases, ask_all(cases, SPEEDS[0])):
        case.fires = answer
    for case, answer in check(cases):
        case.fires = answer
    unsure = [f"{case.zone.key}: {case.expression}" for case, _ in check(cases)]
    if unsure:
        raise SystemExit("cron_oracle: no two runs agree: " + "; ".join(unsure))
    return sum(was != case.fires for was, case in zip(before, cases))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("check", "record"))
    parser.add_argument("file", type=pathlib.Path)
    arguments = parser.parse_args()
    check_requirements()
    comment, cases = read(arguments.file)
    began = time.monotonic()
    if arguments.action == "record":
        print(f"{record(cases)} of {len(cases)} answers changed")
        write(arguments.file, comment, cases)
        return 0
    different = check(cases)
    for case, answer in different:
        print(f"{case.zone.key}: {case.expression}\n  file: {[fire.isoformat() for fire in case.fires]}\n"
              f"  cron: {[fire.isoformat() for fire in answer]}")
    print(f"{len(cases)} cases, {len(different)} differ, {time.monotonic() - began:.0f} s")
    return 1 if different or not cases else 0


if __name__ == "__main__":
    sys.exit(main())

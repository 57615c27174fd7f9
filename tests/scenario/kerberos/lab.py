# SPDX-License-Identifier: Apache-2.0
"""Namespaces for the scenarios of this folder: a KDC at 192.0.2.1 and two clients at .10 and .20, without a way out."""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time


class Lab:
    """Three namespaces on one bridge, and what runs in them."""

    def __init__(self, folder):
        self.folder = folder
        self.tag = f"bz{os.getpid() % 100000}"
        self.running, self.made = [], []

    def name(self, place):
        return f"{self.tag}-{place}"

    def ip(self, *words, check=True):
        return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)

    def build(self):
        for place in ("kdc", "a", "b"):
            self.ip("netns", "add", self.name(place))
            self.made.append(place)
            self.ip("-n", self.name(place), "link", "set", "lo", "up")
        kdc = self.name("kdc")
        self.ip("-n", kdc, "link", "add", "br0", "type", "bridge")
        self.ip("-n", kdc, "addr", "add", "192.0.2.1/24", "dev", "br0")
        self.ip("-n", kdc, "link", "set", "br0", "up")
        for place, address in (("a", 10), ("b", 20)):
            self.ip("-n", kdc, "link", "add", "v" + place, "type", "veth", "peer", "name", "eth0", "netns", self.name(place))
            self.ip("-n", kdc, "link", "set", "v" + place, "master", "br0", "up")
            self.ip("-n", self.name(place), "addr", "add", f"192.0.2.{address}/24", "dev", "eth0")
            self.ip("-n", self.name(place), "link", "set", "eth0", "up")

    def address(self, place, last):
        """Gives a client another address, as a DHCP server does."""
        self.ip("-n", self.name(place), "addr", "flush", "dev", "eth0")
        self.ip("-n", self.name(place), "addr", "add", f"192.0.2.{last}/24", "dev", "eth0")

    def environment(self, realm):
        return dict(os.environ, KRB5_CONFIG=str(self.folder / "krb5.conf"), KRB5_KDC_PROFILE=str(self.folder / realm / "kdc.conf"),
                    LC_ALL="C", TZ="UTC")

    def run(self, place, *words, given="", realm="real", check=True):
        done = subprocess.run(["ip", "netns", "exec", self.name(place), *words], input=given, text=True, capture_output=True,
                              env=self.environment(realm), timeout=30)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def start_kdc(self, place, realm):
        process = subprocess.Popen(["ip", "netns", "exec", self.name(place), "krb5kdc", "-n"], env=self.environment(realm),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append(process)
        time.sleep(0.6)
        if process.poll() is not None:
            raise RuntimeError("the KDC does not start")
        return process

    def stop(self, process):
        process.terminate()
        process.wait(10)
        self.running.remove(process)

    def clear(self):
        for process in list(self.running):
            self.stop(process)
        for place in self.made:
            self.ip("netns", "delete", self.name(place), check=False)


def missing(tools):
    """Why the scenario cannot run here; None when it can."""
    lacking = [tool for tool in tools if not shutil.which(tool)]
    if lacking:
        return "not installed: " + ", ".join(lacking)
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"bz{os.getpid() % 100000}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        return "network namespaces are not allowed"
    subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    return None


def findings(binary, *paths):
    done = subprocess.run([binary, "scan", "--no-builtin-rules", "--identity", "--format", "jsonl", *map(str, paths)],
                          check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_scenario(doc, needed, wanted, play):
    """The main program of a scenario. `play` runs it in a lab and gives two sets of logs as lists of paths: of everyday work
    alone, in which nothing may be found, and with the attacks, in which `wanted` is: how often by the end of the rule's id."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(pathlib.Path(__file__).resolve().parents[3] / "build/release/bartizan"))
    parser.add_argument("--keep", type=pathlib.Path)
    given = parser.parse_args()
    reason = missing(needed)
    if reason:
        print(f"skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        lab = Lab(pathlib.Path(name))
        try:
            quiet, whole = play(lab)
        finally:
            lab.clear()
        failures = ["everyday work: " + finding["why"][0]["value"] for finding in findings(given.binary, *quiet)]
        found = findings(given.binary, *whole)
        for finding in found:
            print(" ", finding["rule_title"], "-", finding["why"][0]["value"])
        counted = collections.Counter(finding["rule_id"][-2:] for finding in found)
        if counted != collections.Counter(wanted):
            failures.append(f"found {dict(counted)}, wanted {wanted}")
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            for log in whole:
                shutil.copy(log, given.keep)
    print("; ".join(failures) or "passed")
    return 1 if failures else 0

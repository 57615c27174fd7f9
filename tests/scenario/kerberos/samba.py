#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on a real Samba domain controller, made here and found in its logs, in network namespaces of their own.

    tests/scenario/kerberos/samba.py [--binary build/release/bartizan] [--keep FOLDER]

A domain controller (192.0.2.1) and two clients (.10 and .20, documentation addresses). Everyday life first: logons and
service tickets, a visit to a share over NTLM and one over Kerberos, for which smbclient asks for a ticket to hand on, a changed
password, one mistyped. Then: a credential cache copied to the other client and used there,
guesses at many accounts, the whole directory replicated by who is no domain controller (as a tool for cloning domain
controllers does it), and the right to act for others given to an account. Every attack must be found and nothing else. Each process
is stopped by its number, and the namespaces are deleted. Where namespaces or Samba (samba, samba-ad-dc, samba-ad-provision,
smbclient, krb5-user) are missing the test is skipped; tests/golden/scan/identity-samba has the logs of a run. --keep writes
the logs there.
"""

import pathlib
import shutil
import subprocess
import sys
import time

from lab import run_scenario

REALM, HOST = "AD.LAB.TEST", "dc1.ad.lab.test"
PASSWORD = "Passw0rd-1"
NEEDED = ("ip", "samba", "samba-tool", "smbclient", "kinit", "kvno")
WANTED = {"01": 1, "07": 1, "0f": 1, "10": 1}

KRB5_CONF = """[libdefaults]
 default_realm = AD.LAB.TEST
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 dns_canonicalize_hostname = false
 forwardable = true
[realms]
 AD.LAB.TEST = {
  kdc = 192.0.2.1:88
 }
[domain_realm]
 .ad.lab.test = AD.LAB.TEST
"""
LOGS = {"auth.json": "auth_json_audit:4", "dsdb.json": "dsdb_json_audit:5", "kerberos.log": "kerberos:3", "drs.log": "drs_repl:3"}


def provision(lab):
    folder = lab.folder / "dc"
    subprocess.run(["samba-tool", "domain", "provision", f"--realm={REALM}", "--domain=ADLAB", "--server-role=dc",
                    "--dns-backend=SAMBA_INTERNAL", f"--adminpass={PASSWORD}", "--host-ip=192.0.2.1", "--host-name=dc1",
                    f"--targetdir={folder}", "--option=interfaces=lo br0", "--option=bind interfaces only=yes"],
                   check=True, capture_output=True, timeout=120)
    config = folder / "etc/smb.conf"
    lines = [line for line in config.read_text().splitlines() if "dns forwarder" not in line]
    levels = " ".join(f"{level}@{lab.folder}/{name}" for name, level in LOGS.items())
    at = lines.index("[global]") + 1
    lines[at:at] = [f"\tlog level = 1 {levels}", "\tmax log size = 0", f"\tpid directory = {folder}", f"\tncalrpc dir = {folder}/ncalrpc",
                    "\tserver services = -dns -dnsupdate"]
    config.write_text("\n".join(lines) + "\n")
    return config


def start(lab, config):
    process = subprocess.Popen(["ip", "netns", "exec", lab.name("kdc"), "samba", "--foreground", "--no-process-group",
                                f"--configfile={config}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=lab.environment("real"))
    lab.running.append(process)
    for _ in range(60):
        time.sleep(0.5)
        if lab.run("a", "smbclient", "-L", "192.0.2.1", "-N", check=False).returncode == 0:
            return
        if process.poll() is not None:
            break
    raise RuntimeError("the domain controller does not start")


def tool(lab, config, *words):
    lab.run("kdc", "samba-tool", *words, f"--configfile={config}")


def share(lab, place, account, password=PASSWORD, check=True):
    """A visit over NTLM."""
    lab.run(place, "smbclient", f"//{HOST}/sysvol", "-c", "exit", "-U", f"ADLAB\\{account}%{password}", "--use-kerberos=off",
            check=check)


def kvno(lab, place, cache, service):
    lab.run(place, "kvno", "-c", f"FILE:{lab.folder}/{cache}", f"{service}/{HOST}")


def kinit(lab, place, cache, account, password=PASSWORD, check=True):
    lab.run(place, "kinit", "-c", f"FILE:{lab.folder}/{cache}", account, given=password + "\n", check=check)


def everyday(lab, config):
    kinit(lab, "a", "alice", "alice"), kvno(lab, "a", "alice", "cifs")
    share(lab, "a", "alice")
    lab.run("a", "smbclient", f"//{HOST}/sysvol", "-c", "exit", "-U", f"alice@{REALM}%{PASSWORD}", f"--realm={REALM}",
            "--use-kerberos=required")
    kinit(lab, "b", "bob", "bob"), kvno(lab, "b", "bob", "cifs")
    kinit(lab, "b", "bob", "bob", password="mistyped", check=False)
    tool(lab, config, "user", "setpassword", "carol", "--newpassword=Another-22")
    kinit(lab, "b", "carol", "carol", password="Another-22"), kvno(lab, "b", "carol", "host")


def attacks(lab, config):
    shutil.copy(lab.folder / "alice", lab.folder / "stolen")
    time.sleep(1.1)
    kvno(lab, "b", "stolen", "host")
    for n in range(7):
        share(lab, "b", f"user{n}", password="Winter-2026", check=False)
    lab.run("b", "samba-tool", "drs", "clone-dc-database", REALM.lower(), f"--targetdir={lab.folder}/clone", f"--server={HOST}",
            f"--realm={REALM}", "-U", f"ADLAB\\administrator%{PASSWORD}", "--include-secrets")
    lab.run("b", "samba-tool", "delegation", "add-service", "bob", f"cifs/{HOST}", "-H", f"ldap://{HOST}", "-U",
            f"ADLAB\\administrator%{PASSWORD}")


def names(lab):
    """Each namespace's own hosts file, which `ip netns exec` puts in place."""
    for place in ("kdc", "a", "b"):
        folder = pathlib.Path("/etc/netns", lab.name(place))
        folder.mkdir(parents=True)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n192.0.2.1 {HOST} dc1 ad.lab.test\n")


def forget_names(lab):
    for place in ("kdc", "a", "b"):
        shutil.rmtree(f"/etc/netns/{lab.name(place)}", ignore_errors=True)


def play(lab):
    (lab.folder / "krb5.conf").write_text(KRB5_CONF)
    try:
        lab.build(), names(lab)
        config = provision(lab)
        start(lab, config)
        for account in ["alice", "bob", "carol"] + [f"user{n}" for n in range(7)]:
            tool(lab, config, "user", "create", account, PASSWORD)
        everyday(lab, config)
        logs = [lab.folder / name for name in LOGS]
        quiet = [pathlib.Path(shutil.copy(log, lab.folder / f"quiet-{log.name}")) for log in logs]
        attacks(lab, config)
        return quiet, logs
    finally:
        forget_names(lab)


sys.exit(run_scenario(__doc__, NEEDED, WANTED, play))

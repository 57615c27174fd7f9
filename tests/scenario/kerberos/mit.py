#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on a real KDC, made here and found in its log: an MIT realm in network namespaces of its own.

    tests/scenario/kerberos/mit.py [--binary build/release/bartizan] [--keep FOLDER]

A KDC (192.0.2.1) and two clients (.10 and .20, documentation addresses) in three namespaces without a way out. Everyday life
first: logons, service tickets, a renewal, two logons of one second, a mistyped and a changed password, a client that gets another
address, one with two of them, and an address behind which several machines are. Then attacks, with the
tools of every installation: a credential cache copied to the other client, a ticket of a second KDC that has the realm's
krbtgt key, an account without pre-authentication, an RC4-only request, guesses at many accounts. Every attack must be found
and nothing else. Each process is stopped by its number, and the namespaces are deleted. Where namespaces or the KDC
(krb5-kdc, krb5-user, krb5-admin-server) are missing the test is skipped; tests/golden/scan/identity-mit has the log of a run.
--keep writes the log there.
"""

import shutil
import sys
import time

from lab import run_scenario

REALM = "LAB.TEST"
PASSWORD = "Passw0rd-1"
MACHINES = [f"host/ws{n}.lab.test" for n in range(1, 5)]
NEEDED = ("ip", "krb5kdc", "kdb5_util", "kadmin.local", "kinit", "kvno")
# The end of each finding's rule id, and how many there must be.
WANTED = {"01": 1, "02": 2, "05": 1, "06": 1, "0f": 1}

KRB5_CONF = """[libdefaults]
 default_realm = LAB.TEST
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 dns_canonicalize_hostname = false
 ticket_lifetime = 10h
 renew_lifetime = 7d
 forwardable = true
 allow_weak_crypto = true
[realms]
 LAB.TEST = {
  kdc = 192.0.2.1:88
 }
"""
KDC_CONF = """[kdcdefaults]
 kdc_listen = 192.0.2.1:88
 kdc_tcp_listen = 192.0.2.1:88
[realms]
 LAB.TEST = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  max_life = {life}
  max_renewable_life = 7d
  supported_enctypes = aes256-cts:normal aes128-cts:normal arcfour-hmac:normal
  default_principal_flags = +preauth
 }}
[logging]
 kdc = FILE:{folder}/krb5kdc.log
 default = FILE:{folder}/other.log
"""


def make_realm(lab, realm, life="10h"):
    folder = lab.folder / realm
    folder.mkdir()
    (folder / "kdc.conf").write_text(KDC_CONF.format(folder=folder, life=life))
    (folder / "krb5kdc.log").touch()
    return folder


def admin(lab, *queries, realm="real"):
    for query in queries:
        lab.run("kdc", "kadmin.local", "-q", query, realm=realm)


def kinit(lab, place, cache, account, password=PASSWORD, check=True, words=()):
    return lab.run(place, "kinit", "-c", f"FILE:{lab.folder}/{cache}", *words, account, given=password + "\n", check=check)


def kvno(lab, place, cache, service, words=(), check=True):
    return lab.run(place, "kvno", "-c", f"FILE:{lab.folder}/{cache}", *words, service, check=check)


def everyday(lab):
    kinit(lab, "a", "alice", "alice")
    kvno(lab, "a", "alice", "cifs/fs1.lab.test")
    kinit(lab, "b", "bob", "bob")
    kvno(lab, "b", "bob", "HTTP/web1.lab.test")
    lab.run("a", "kinit", "-R", "-c", f"FILE:{lab.folder}/alice")  # a renewal
    kinit(lab, "a", "alice2", "alice"), kinit(lab, "a", "alice3", "alice")  # two of one second
    kinit(lab, "b", "bob2", "bob", password="mistyped", check=False)
    admin(lab, "cpw -pw Another-2 carol")
    kinit(lab, "b", "carol", "carol", password="Another-2")
    kvno(lab, "b", "carol", "cifs/fs1.lab.test")
    moves(lab)


def machine(lab, place, name):
    lab.run(place, "kinit", "-k", "-t", f"{lab.folder}/keytab", "-c", f"FILE:{lab.folder}/{name}", f"host/{name}.lab.test")


def moves(lab):
    """Tickets that go with their machine, which shows itself at each of its addresses."""
    machine(lab, "a", "ws1")
    kinit(lab, "a", "dave", "dave")
    lab.address("a", 11)  # another lease
    kvno(lab, "a", "dave", "cifs/fs1.lab.test")
    machine(lab, "a", "ws1")
    lab.ip("-n", lab.name("a"), "addr", "add", "192.0.2.12/24", "dev", "eth0")  # a second address
    lab.ip("-n", lab.name("a"), "route", "add", "192.0.2.1/32", "dev", "eth0", "src", "192.0.2.12")
    machine(lab, "a", "ws1")
    kvno(lab, "a", "dave", "HTTP/web1.lab.test")
    lab.address("a", 10)
    machine(lab, "a", "ws1")
    lab.address("b", 30)  # one address for several machines
    for name in ("ws2", "ws3", "ws4"):
        machine(lab, "b", name)
    shutil.copy(lab.folder / "dave", lab.folder / "dave2")
    kvno(lab, "b", "dave2", "host/ws2.lab.test")
    lab.address("b", 20)


def attacks(lab):
    # A stolen cache.
    shutil.copy(lab.folder / "alice", lab.folder / "stolen")
    time.sleep(1.1)
    kvno(lab, "b", "stolen", "HTTP/web1.lab.test")
    # Forged tickets: a KDC of one's own with the realm's key, for one who does not exist and one who does.
    lab.run("kdc", "kdb5_util", "dump", str(lab.folder / "dump"))
    make_realm(lab, "rogue", life="3650d")
    lab.run("kdc", "kdb5_util", "load", str(lab.folder / "dump"), realm="rogue")
    shutil.copy(lab.folder / "real/stash", lab.folder / "rogue/stash")
    admin(lab, f"addprinc -pw {PASSWORD} -maxlife 3650d ghost", f"cpw -pw {PASSWORD} alice", realm="rogue")
    real = lab.running[0]
    lab.stop(real)
    rogue = lab.start_kdc("kdc", "rogue")
    kinit(lab, "b", "golden", "ghost")
    time.sleep(1.1)
    kinit(lab, "b", "silver", "alice")
    lab.stop(rogue)
    lab.start_kdc("kdc", "real")
    kvno(lab, "b", "golden", "cifs/fs1.lab.test")
    kvno(lab, "b", "silver", "cifs/fs1.lab.test")
    # No proof asked for; RC4 only; guesses.
    kinit(lab, "b", "noauth", "noauth")
    kinit(lab, "b", "bob3", "bob")
    kvno(lab, "b", "bob3", "cifs/fs1.lab.test", words=("-e", "arcfour-hmac"), check=False)
    for n in range(7):
        kinit(lab, "b", "guess", f"user{n}", password="Winter-2026", check=False)


def play(lab):
    (lab.folder / "krb5.conf").write_text(KRB5_CONF)
    make_realm(lab, "real")
    lab.build()
    lab.run("kdc", "kdb5_util", "create", "-s", "-r", REALM, "-P", "master-1")
    admin(lab, *(f"addprinc -pw {PASSWORD} {name}" for name in ["alice", "bob", "carol", "dave"] + [f"user{n}" for n in range(7)]),
          *(f"addprinc -randkey {service}" for service in ("cifs/fs1.lab.test", "HTTP/web1.lab.test", *MACHINES)),
          f"ktadd -k {lab.folder}/keytab {' '.join(MACHINES)}",
          f"addprinc -pw {PASSWORD} -requires_preauth noauth")
    lab.start_kdc("kdc", "real")
    everyday(lab)
    log, quiet = lab.folder / "real/krb5kdc.log", lab.folder / "quiet.log"
    shutil.copy(log, quiet)
    attacks(lab)
    return [quiet], [log]


sys.exit(run_scenario(__doc__, NEEDED, WANTED, play))

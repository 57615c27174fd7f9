#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Logs that real daemons write while a real client talks to them, read and scanned.

    tests/scenario/daemons/run.py [--binary build/release/bartizan] [--keep FOLDER] [FILTER]

Each test_* function starts one daemon on the loopback interface, with all of its files in a folder of its own, and ends it by
its process id. What is not installed (packaging/debian-packages.txt, section daemons) is skipped with the reason. Exit
code 0 all passed or skipped, 1 some failed.
"""
import argparse
import contextlib
import getpass
import http.client
import json
import os
import pathlib
import shutil
import signal
import smtplib
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[3]
SECONDS_MAX = 15  # for a daemon to be ready, or for a line to be written


class Skip(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/lib/systemd")
    if not path:
        raise Skip(f"{name} is not installed")
    return path


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what):
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if condition():
                return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


@contextlib.contextmanager
def running(*command, folder, **options):
    with open(folder / "daemon.out", "wb") as out:
        daemon = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, **options)
        try:
            yield daemon
        finally:
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(SECONDS_MAX)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def written(path, text):
    wait_for(lambda: text in path.read_text(errors="replace"), f"{text!r} in {path.name}")


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def ask_dns(port, name):
    labels = b"".join(struct.pack("B", len(label)) + label.encode() for label in name.split("."))
    query = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.sendto(query, ("127.0.0.1", port))
        return len(client.recv(512)) > len(query)


class Bartizan:
    """Checks that a log is taken for a format, that an event has fields, and that a rule fires."""

    def __init__(self, binary, folder):
        self.binary, self.folder = str(binary), folder

    def run(self, *arguments):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, timeout=60)
        expect(done.returncode == 0, f"{arguments}: exit code {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def check(self, log, format_, fields, rule_fields, **logsource):
        explained = self.run("formats", "explain", "--format", "jsonl", log)
        expect(len(explained) == 1 and explained[0]["format"] in format_.split("|"), f"{log.name} was taken for {explained}")
        events = self.run("decode", log)
        fits = lambda event: all(str(event["fields"].get(name, event.get("logsource", {}).get(name))) == value for name, value in fields.items())
        expect(any(fits(event) for event in events), f"no event with {fields} among {json.dumps(events)[:3000]}")
        rule = self.folder / "rule.yml"
        rule.write_text(json.dumps({"title": "Daemon", "id": "5f3c1e1a-0f0d-4d7e-9a55-5e0f8a1c0a01", "level": "high", "logsource": logsource,
                                    "detection": {"selection": rule_fields, "condition": "selection"}}))
        for form in ([], ["--plain"]):
            found = self.run("scan", "--no-builtin-rules", "--rules", rule, "--format", "jsonl", *form, log)
            expect(any(one.get("rule_title") == "Daemon" or "Daemon" in json.dumps(one) for one in found), f"the rule is silent {form}")


# ------------------------------------------------------------------------------------------------------------ daemons

def test_nginx(bartizan, folder):
    nginx, port = program("nginx"), free_port()
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log info; events {{}}\n"
        f"http {{ access_log {folder}/access.log combined; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;\n"
        f"fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/none; }} }}\n")
    with running(nginx, "-c", folder / "nginx.conf", folder=folder):
        wait_for(lambda: answers(port), "nginx")
        for path in ("/index.html", "/a.php?file=../../etc/passwd", "/%7Ejo/"):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            client.request("GET", path, headers={"User-Agent": "scenario \"quoted\" agent", "Referer": "https://www.example.test/"})
            client.getresponse().read()
        written(folder / "access.log", "%7Ejo")
        written(folder / "error.log", "index.html")
    bartizan.check(folder / "access.log", "weblog", {"cs-uri-query": "file=../../etc/passwd", "sc-status": "404", "c-ip": "127.0.0.1"},
                   {"cs-uri-query|contains": "../etc/passwd"}, category="webserver")
    bartizan.check(folder / "error.log", "weberror", {"c-ip": "127.0.0.1", "cs-method": "GET"}, {"level": "error"}, service="nginx")


def test_apache(bartizan, folder):
    apache, port = program("apache2"), free_port()
    modules = pathlib.Path(apache).parent.parent / "lib/apache2/modules"
    folder.chmod(0o755)
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\nDefaultRuntimeDir {folder}\n"
        f"LoadModule mpm_event_module {modules}/mod_mpm_event.so\nLoadModule authz_core_module {modules}/mod_authz_core.so\n"
        f"User nobody\nGroup nogroup\nDocumentRoot {folder}\nErrorLog {folder}/error.log\nLogLevel info\n"
        'LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined\n'
        f"CustomLog {folder}/access.log combined\n")
    with running(apache, "-DFOREGROUND", "-f", folder / "apache.conf", folder=folder):
        wait_for(lambda: answers(port), "apache2")
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", "/a.php?file=../../etc/passwd", headers={"User-Agent": "scenario \"quoted\" agent"})
        client.getresponse().read()
        written(folder / "access.log", "a.php")
    bartizan.check(folder / "access.log", "weblog", {"cs-uri-query": "file=../../etc/passwd", "sc-status": "404", "c-ip": "127.0.0.1"},
                   {"cs-uri-query|contains": "../etc/passwd"}, category="webserver")
    bartizan.check(folder / "error.log", "weberror", {"service": "apache", "level": "notice"}, ["configured -- resuming normal operations"],
                   service="apache")


def test_named(bartizan, folder):
    named, port, log = program("named"), free_port(socket.SOCK_DGRAM), folder / "queries.log"
    (folder / "zone").write_text("$TTL 60\n@ IN SOA ns.example.test. root.example.test. 1 60 60 60 60\n@ IN NS ns\nns IN A 192.0.2.1\nwww IN A 192.0.2.1\n")
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; pid-file "{folder}/pid"; session-keyfile "{folder}/key"; listen-on port {port} {{ 127.0.0.1; }};\n'
        "listen-on-v6 { none; }; recursion no; dnssec-validation no; querylog yes; };\ncontrols { };\n"
        f'logging {{ channel q {{ file "{log}"; print-time yes; print-category yes; print-severity yes; }}; category queries {{ q; }}; }};\n'
        f'zone "example.test" {{ type primary; file "{folder}/zone"; }};\n')
    with running(named, "-f", "-n", "1", "-c", folder / "named.conf", folder=folder):
        wait_for(lambda: ask_dns(port, "www.example.test"), "named")
        written(log, "www.example.test IN A")
    bartizan.check(log, "dns", {"query": "www.example.test", "record_type": "A", "src_ip": "127.0.0.1"}, {"query|endswith": ".example.test"},
                   category="dns")


def test_haproxy_through_rsyslog(bartizan, folder):
    haproxy, port, log = program("haproxy"), free_port(), folder / "bsd.log"
    with rsyslog(folder) as device:
        (folder / "haproxy.cfg").write_text(
            f"global\n  log {device} local0 info\ndefaults\n  mode http\n  log global\n  option httplog\n  timeout connect 1s\n"
            f"  timeout client 5s\n  timeout server 5s\nfrontend in\n  bind 127.0.0.1:{port}\n  http-request return status 404\n")
        with running(haproxy, "-db", "-f", folder / "haproxy.cfg", folder=folder):
            wait_for(lambda: answers(port), "haproxy")
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            client.request("GET", "/a.php?file=../../etc/passwd")
            client.getresponse().read()
            written(log, "a.php")
    bartizan.check(log, "haproxy|syslog", {"cs-uri-query": "file=../../etc/passwd", "sc-status": "404", "c-ip": "127.0.0.1"},
                   {"cs-uri-query|contains": "../etc/passwd"}, category="webserver")


def test_squid(bartizan, folder):
    squid, port, log = program("squid"), free_port(), folder / "access.log"
    usr = pathlib.Path(squid).parent.parent
    share = usr / "share/squid"
    folder.chmod(0o777)  # it gives up root
    (folder / "squid.conf").write_text(
        f"http_port 127.0.0.1:{port}\npid_filename none\ncoredump_dir {folder}\ncache_log {folder}/cache.log\naccess_log stdio:{log}\n"
        f"mime_table {share}/mime.conf\nicon_directory {share}/icons\nerror_directory {share}/errors/templates\n"
        f"unlinkd_program {usr}/lib/squid/unlinkd\npinger_enable off\n"
        "netdb_filename none\ncache deny all\nhttp_access allow all\nshutdown_lifetime 0 seconds\nvisible_hostname proxy.example.test\n")
    with running(squid, "-N", "-f", folder / "squid.conf", folder=folder):
        wait_for(lambda: answers(port), "squid")
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", f"http://127.0.0.1:{free_port()}/a.php?x=1")
        client.getresponse().read()
        written(log, "a.php")
    bartizan.check(log, "squid", {"c-ip": "127.0.0.1", "cs-method": "GET", "sc-status": "503"}, {"c-uri|contains": "/a.php"}, category="proxy")


def test_postfix(bartizan, folder):
    postfix, port, log = program("postfix"), free_port(), folder / "mail.log"
    if os.geteuid() != 0:
        raise Skip("postfix starts its parts as other users, which needs root")
    folder.chmod(0o755)
    (folder / "etc").mkdir()
    (folder / "queue").mkdir()
    (folder / "etc/main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\nmyhostname = mail.example.test\n"
        f"maillog_file = {log}\nmaillog_file_prefixes = {folder}\ninet_interfaces = loopback-only\ninet_protocols = ipv4\nmydestination =\n"
        "command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\nalias_maps =\n"
        "smtpd_relay_restrictions = reject_unauth_destination\nrelay_domains = example.test\nrelay_transport = discard\n")
    (folder / "etc/master.cf").write_text(
        f"127.0.0.1:{port} inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\nqmgr unix n - n 300 1 qmgr\ncleanup unix n - n - 0 cleanup\n"
        "proxymap unix - - n - - proxymap\nrewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n"
        "discard unix - - n - - discard\nanvil unix - - n - 1 anvil\n")
    with running(postfix, "-c", folder / "etc", "start-fg", folder=folder) as master:
        wait_for(lambda: answers(port), "postfix")
        with smtplib.SMTP("127.0.0.1", port, timeout=SECONDS_MAX) as client:
            client.ehlo("client.example.test")
            client.sendmail("eve@example.org", ["jo@example.test"], "Subject: x\r\nMessage-Id: <1@example.org>\r\n\r\nbody\r\n")
            with contextlib.suppress(smtplib.SMTPRecipientsRefused):
                client.sendmail("eve@example.org", ["max@elsewhere.example"], "Subject: y\r\n\r\n")
        written(log, "status=sent")
        written(log, "Relay access denied")
        # start-fg is a script; the master is its child, and ends the others.
        os.kill(int((folder / "queue/pid/master.pid").read_text()), signal.SIGTERM)
        master.wait(SECONDS_MAX)
    bartizan.check(log, "syslog", {"product": "postfix", "recipient": "jo@example.test", "status": "sent", "dsn": "2.0.0"},
                   {"sender": "eve@example.org", "action": "rejected", "src_ip": "127.0.0.1"}, product="postfix", category="email")


@contextlib.contextmanager
def two_hosts():
    """Two network namespaces with a cable between them: the server's end has 192.0.2.1, the client's no address."""
    ip, names = program("ip"), [f"bz{os.getpid()}{end}" for end in "sc"]
    made = []
    try:
        for name in names:
            done = subprocess.run([ip, "netns", "add", name], capture_output=True, text=True)
            if done.returncode != 0:
                raise Skip("no network namespace can be made here: " + done.stderr.strip())
            made.append(name)
        server, client = names
        subprocess.run([ip, "link", "add", "wire0", "netns", server, "type", "veth", "peer", "name", "wire0", "netns", client], check=True)
        within = lambda name: [ip, "netns", "exec", name]
        for command in (["addr", "add", "192.0.2.1/24", "dev", "wire0"], ["link", "set", "wire0", "up"], ["link", "set", "lo", "up"]):
            subprocess.run([*within(server), ip, *command], check=True)
        subprocess.run([*within(client), ip, "link", "set", "wire0", "up"], check=True)
        yield within(server), within(client)
    finally:
        for name in made:
            subprocess.run([ip, "netns", "delete", name], check=False)


def test_dhcpd_through_rsyslog(bartizan, folder):
    dhcpd, dhclient = program("dhcpd"), program("dhclient")
    (folder / "dhcpd.conf").write_text("authoritative; default-lease-time 600; subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.10 192.0.2.20; }\n")
    (folder / "dhclient.conf").write_text('send host-name "workstation7"; timeout 5;\n')
    (folder / "leases").touch()
    with two_hosts() as (server, client), rsyslog(folder) as device:
        with running(*server, dhcpd, "-f", "-d", "-cf", folder / "dhcpd.conf", "-lf", folder / "leases", "-pf", folder / "dhcpd.pid", "wire0", folder=folder):
            written(folder / "daemon.out", "Server starting service")
            ask = [*client, dhclient, "-sf", "/bin/true", "-cf", folder / "dhclient.conf", "-lf", folder / "client", "-pf", folder / "client.pid"]
            subprocess.run([*ask, "-1", "wire0"], capture_output=True, timeout=SECONDS_MAX, check=True)
            subprocess.run([*client, program("ip"), "addr", "add", "192.0.2.10/24", "dev", "wire0"], check=True)
            subprocess.run([*ask, "-r", "wire0"], capture_output=True, timeout=SECONDS_MAX, check=True)
            written(folder / "daemon.out", "DHCPRELEASE")
        for line in (folder / "daemon.out").read_text().splitlines():
            if line.startswith("DHCP"):
                say(device, "dhcpd", line.strip(), "daemon.info")
        for name in SYSLOG_LOGS:
            written(folder / name, "DHCPRELEASE")
    for name in SYSLOG_LOGS:
        bartizan.check(folder / name, "dhcp", {"action": "DHCPRELEASE", "ip": "192.0.2.10", "hostname": "workstation7", "interface": "wire0"},
                       {"action": "DHCPACK", "hostname": "workstation7"}, category="dhcp")


def test_kea(bartizan, folder):
    kea, dhclient, log = program("kea-dhcp4"), program("dhclient"), folder / "kea.log"
    (folder / "kea.json").write_text(json.dumps({"Dhcp4": {
        "interfaces-config": {"interfaces": ["wire0"]}, "lease-database": {"type": "memfile", "persist": False},
        "subnet4": [{"subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.10 - 192.0.2.20"}]}],
        "loggers": [{"name": "kea-dhcp4", "severity": "INFO", "output_options": [{"output": str(log)}]}]}}))
    with two_hosts() as (server, client), running(*server, kea, "-c", folder / "kea.json", folder=folder,
                                                  env={**os.environ, "KEA_PIDFILE_DIR": str(folder), "KEA_LOCKFILE_DIR": str(folder)}):
        written(log, "DHCP4_STARTED")
        # With -d it stays in the foreground; else it would go on behind the test's back.
        with running(*client, dhclient, "-d", "-sf", "/bin/true", "-lf", folder / "client", "-pf", folder / "client.pid", "wire0", folder=folder):
            written(log, "DHCP4_LEASE_ALLOC")
    bartizan.check(log, "dhcp", {"action": "DHCP4_LEASE_ALLOC", "ip": "192.0.2.10", "product": "kea"}, {"action": "DHCP4_LEASE_ALLOC"}, category="dhcp")


def test_openvpn(bartizan, folder):
    openvpn, openssl, log = program("openvpn"), program("openssl"), folder / "server.log"
    if not os.path.exists("/dev/net/tun"):
        raise Skip("there is no /dev/net/tun")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    make = lambda *arguments: subprocess.run([openssl, *map(str, arguments)], cwd=folder, capture_output=True, check=True)
    make("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=ca", "-days", "2")
    for name, use in (("server", "serverAuth"), ("jo", "clientAuth")):
        make("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / "use").write_text(f"basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage={use}\n")
        make("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "2",
             "-extfile", "use")
    own = lambda name: ["--ca", "ca.crt", "--cert", f"{name}.crt", "--key", f"{name}.key", "--dev", "tun", "--proto", "udp", "--verb", "3"]
    with two_hosts() as (host, _):
        with running(*host, openvpn, "--mode", "server", "--tls-server", *own("server"), "--dh", "none", "--topology", "subnet", "--ifconfig", "10.8.0.1",
                     "255.255.255.0", "--ifconfig-pool", "10.8.0.10", "10.8.0.20", "--push", "topology subnet", "--local", "127.0.0.1", "--port", "21194",
                     "--keepalive", "10", "60", "--log", log, folder=folder):
            written(log, "Initialization Sequence Completed")
            with running(*host, openvpn, "--client", *own("jo"), "--remote", "127.0.0.1", "21194", "--remote-cert-tls", "server", "--nobind",
                         "--log", folder / "client.log", folder=folder):
                written(log, "MULTI: Learn: 10.8.0.10")
    bartizan.check(log, "openvpn", {"action": "assigned", "user": "jo", "assigned_ip": "10.8.0.10", "src_ip": "127.0.0.1"},
                   {"action": "connected", "user": "jo"}, product="openvpn", category="vpn")


def test_auditd(bartizan, folder):
    auditd, auditctl, true = program("auditd"), program("auditctl"), os.path.realpath(program("true"))
    if os.geteuid() != 0:
        raise Skip("the kernel's audit needs root")
    state = dict(line.split(None, 1) for line in subprocess.run([auditctl, "-s"], capture_output=True, text=True).stdout.splitlines() if " " in line)
    if state.get("pid") != "0":
        raise Skip("the kernel's audit is not there, or in use: " + str(state))
    (folder / "audit").mkdir()
    (folder / "audit/auditd.conf").write_text(
        f"local_events = yes\nwrite_logs = yes\nlog_file = {folder}/audit.log\nlog_format = ENRICHED\nflush = NONE\nmax_log_file = 8\n"
        "max_log_file_action = IGNORE\nspace_left = 2\nspace_left_action = IGNORE\nadmin_space_left = 1\nadmin_space_left_action = IGNORE\n"
        "disk_full_action = IGNORE\ndisk_error_action = IGNORE\n")
    (folder / "audit/auditd.conf").chmod(0o640)
    rule = ["always,exit", "-F", "arch=b64", "-S", "execve", "-F", f"exe={true}", "-k", "scenario"]
    with running(auditd, "-n", "-c", folder / "audit", folder=folder) as daemon:
        wait_for(lambda: (folder / "audit.log").exists() or daemon.poll() is not None, "auditd")
        if daemon.poll() is not None:
            raise Skip("auditd does not start here: " + (folder / "daemon.out").read_text()[-200:])
        try:
            subprocess.run([auditctl, "-e", "1"], capture_output=True, check=True)
            subprocess.run([auditctl, "-a", *rule], capture_output=True, check=True)
            subprocess.run([true, "two words", "--flag"], check=True)
            written(folder / "audit.log", "type=EXECVE")
        finally:
            subprocess.run([auditctl, "-d", *rule], capture_output=True)
            subprocess.run([auditctl, "-e", state["enabled"]], capture_output=True)
    bartizan.check(folder / "audit.log", "auditd", {"type": "EXECVE", "a1": "two words"}, {"type": "SYSCALL", "key": "scenario", "exe|endswith": "true"}, product="linux", service="auditd")


def test_syslog_ng(bartizan, folder):
    daemon, device = program("syslog-ng"), folder / "dev-log"
    (folder / "syslog-ng.conf").write_text(
        f'@version: 3.38\nsource s {{ unix-dgram("{device}"); }};\n'
        f'destination bsd {{ file("{folder}/bsd.log"); }};\n'
        f'destination iso {{ file("{folder}/iso.log" template("$ISODATE $HOST $MSGHDR$MSG\\n")); }};\n'
        f'destination new {{ file("{folder}/rfc5424.log" flags(syslog-protocol)); }};\n'
        "log { source(s); destination(bsd); destination(iso); destination(new); };\n")
    with running(daemon, "-F", "-f", folder / "syslog-ng.conf", "-R", folder / "persist", "-c", folder / "control", "-p", folder / "pid",
                 "--no-caps", folder=folder):
        wait_for(device.exists, "syslog-ng")
        say(device, "useradd", "new user: name=eve, UID=1002, GID=1002, home=/home/eve, shell=/bin/bash, from=/dev/pts/0")
        for name in SYSLOG_LOGS:
            written(folder / name, "new user: name=eve")
    for name in SYSLOG_LOGS:
        bartizan.check(folder / name, "syslog", {"Action": "account_created", "User": "eve"}, ["new user: name=eve"], product="linux")


def test_dnsmasq(bartizan, folder):
    dnsmasq, port, log = program("dnsmasq"), free_port(socket.SOCK_DGRAM), folder / "dnsmasq.log"
    with running(dnsmasq, "--keep-in-foreground", "--conf-file=/dev/null", f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces",
                 "--no-resolv", "--no-hosts", "--log-queries", f"--log-facility={log}", f"--user={getpass.getuser()}",
                 "--address=/example.test/192.0.2.1", f"--pid-file={folder}/pid", folder=folder):
        wait_for(lambda: ask_dns(port, "www.example.test"), "dnsmasq")
        written(log, "www.example.test is 192.0.2.1")
    bartizan.check(log, "dns|syslog", {"query": "www.example.test", "record_type": "A"}, {"query|endswith": ".example.test"}, category="dns")


def test_unbound(bartizan, folder):
    unbound, port, log = program("unbound"), free_port(socket.SOCK_DGRAM), folder / "unbound.log"
    (folder / "unbound.conf").write_text(
        f"server:\n  interface: 127.0.0.1@{port}\n  chroot: \"\"\n  username: \"\"\n  directory: \"{folder}\"\n  pidfile: \"{folder}/pid\"\n"
        f"  logfile: \"{log}\"\n  use-syslog: no\n  log-queries: yes\n  do-daemonize: no\n  num-threads: 1\n  module-config: \"iterator\"\n"
        "  local-data: \"www.example.test. A 192.0.2.1\"\nremote-control:\n  control-enable: no\n")
    with running(unbound, "-c", folder / "unbound.conf", folder=folder):
        wait_for(lambda: ask_dns(port, "www.example.test"), "unbound")
        written(log, "www.example.test. A IN")
    bartizan.check(log, "dns", {"query": "www.example.test", "src_ip": "127.0.0.1"}, {"query|endswith": ".example.test"}, category="dns")


@contextlib.contextmanager
def rsyslog(folder):
    daemon = program("rsyslogd")
    (folder / "rsyslog.conf").write_text(
        f"global(workDirectory=\"{folder}\")\nmodule(load=\"imuxsock\" SysSock.Name=\"{folder}/dev-log\")\n"
        f"*.* action(type=\"omfile\" file=\"{folder}/bsd.log\" template=\"RSYSLOG_TraditionalFileFormat\")\n"
        f"*.* action(type=\"omfile\" file=\"{folder}/iso.log\" template=\"RSYSLOG_FileFormat\")\n"
        f"*.* action(type=\"omfile\" file=\"{folder}/rfc5424.log\" template=\"RSYSLOG_SyslogProtocol23Format\")\n")
    with running(daemon, "-n", "-i", folder / "pid", "-f", folder / "rsyslog.conf", folder=folder):
        wait_for((folder / "dev-log").exists, "rsyslog")
        yield folder / "dev-log"


def say(socket_, tag, text, facility="auth.info"):
    subprocess.run([program("logger"), "-u", socket_, "-t", tag, "-p", facility, "--id=812", text], check=True)


SYSLOG_LOGS = ("bsd.log", "iso.log", "rfc5424.log")


def test_rsyslog(bartizan, folder):
    with rsyslog(folder) as device:
        say(device, "su", "pam_unix(su:auth): authentication failure; logname=jo uid=1000 euid=0 tty=pts/0 ruser=jo rhost=  user=root")
        say(device, "useradd", "new user: name=eve, UID=1002, GID=1002, home=/home/eve, shell=/bin/bash, from=/dev/pts/0")
        for name in SYSLOG_LOGS:
            written(folder / name, "new user: name=eve")
    for name in SYSLOG_LOGS:
        bartizan.check(folder / name, "syslog", {"Action": "account_created", "User": "eve"}, ["new user: name=eve"], product="linux")


@contextlib.contextmanager
def own_system(folder):
    """rsyslog, and how to run a program that finds its socket at /dev/log and a copy of /etc to write to."""
    unshare = program("unshare")
    if os.geteuid() != 0:
        raise Skip("a view of one's own on /dev and /etc needs root")
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    (folder / "dev").mkdir()
    for name, minor in (("null", 3), ("zero", 5), ("urandom", 9)):
        os.mknod(folder / "dev" / name, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
    with rsyslog(folder):
        os.link(folder / "dev-log", folder / "dev/log")
        yield [unshare, "--mount", "sh", "-ec", f'mount --bind {folder}/etc /etc; mount --bind {folder}/dev /dev; exec "$@"', "sh"]


def test_accounts_through_rsyslog(bartizan, folder):
    tools = [program(name) for name in ("useradd", "usermod", "userdel", "sudo")]
    useradd, usermod, userdel, sudo = tools
    with own_system(folder) as within:
        (folder / "etc/sudoers").write_text("Defaults syslog=authpriv\nroot ALL=(ALL) NOPASSWD: ALL\n")
        for command in ([useradd, "-M", "-s", "/bin/sh", "eve"], [usermod, "-a", "-G", "adm", "eve"], [sudo, "-n", "-u", "eve", "/bin/true", "x"],
                        [userdel, "eve"]):
            done = subprocess.run([*within, *command], capture_output=True, text=True, timeout=SECONDS_MAX)
            expect(done.returncode == 0, f"{command}: {done.stderr}")
        for name in SYSLOG_LOGS:
            written(folder / name, "delete user 'eve'")
    for name in SYSLOG_LOGS:
        log = folder / name
        bartizan.check(log, "syslog", {"Action": "account_created", "User": "eve"}, ["new user: name=eve"], product="linux")
        bartizan.check(log, "syslog", {"service": "sudo", "ByUser": "root", "User": "eve", "CommandLine": "/bin/true x"}, ["COMMAND=/bin/true x"],
                       product="linux", service="sudo")
        bartizan.check(log, "syslog", {"Action": "account_deleted", "User": "eve"}, ["delete user"], product="linux")


def test_sshd_through_rsyslog(bartizan, folder):
    sshd, ssh, keygen, port = program("sshd"), program("ssh"), program("ssh-keygen"), free_port()
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / "host_key"], check=True)
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    (folder / "sshd_config").write_text(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile {folder}/sshd.pid\nUsePAM no\n"
                                        "PasswordAuthentication no\nLogLevel VERBOSE\n")
    with rsyslog(folder) as device, running(sshd, "-D", "-e", "-f", folder / "sshd_config", folder=folder):
        wait_for(lambda: answers(port), "sshd")
        subprocess.run([ssh, "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                        "-p", str(port), "eve@127.0.0.1", "true"], capture_output=True, timeout=SECONDS_MAX)
        written(folder / "daemon.out", "user eve")
        for line in (folder / "daemon.out").read_text().splitlines():
            say(device, "sshd", line.strip())
        for name in SYSLOG_LOGS:
            written(folder / name, "user eve")
    for name in SYSLOG_LOGS:
        bartizan.check(folder / name, "syslog", {"service": "sshd", "User": "eve", "SourceIp": "127.0.0.1"}, ["Invalid user eve"],
                       product="linux", service="sshd")


def test_journald(bartizan, folder):
    journald, journalctl, name = program("systemd-journald"), program("journalctl"), f"bartizan-{os.getpid()}"
    if os.geteuid() != 0:
        raise Skip("a journal of one's own needs root")
    device, runtime = pathlib.Path(f"/run/systemd/journal.{name}/dev-log"), pathlib.Path(f"/run/systemd/journal.{name}")
    try:
        with running(journald, name, folder=folder) as daemon:
            with contextlib.suppress(AssertionError):
                wait_for(lambda: device.exists() or daemon.poll() is not None, "journald")
            if not device.exists():
                raise Skip("systemd-journald does not start here: " + (folder / "daemon.out").read_text(errors="replace")[-200:])
            say(device, "sshd", "Failed password for invalid user eve from 192.0.2.7 port 4242 ssh2")
            journal = lambda form: subprocess.run([journalctl, f"--namespace={name}", "-o", form, "--no-pager"], capture_output=True).stdout
            wait_for(lambda: b"eve" in journal("json"), "an entry")
            (folder / "export.journal").write_bytes(journal("export"))
            (folder / "journal.json").write_bytes(journal("json"))
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
        for kept in (*pathlib.Path("/run/log/journal").glob(f"*.{name}"), *pathlib.Path("/var/log/journal").glob(f"*.{name}")):
            shutil.rmtree(kept, ignore_errors=True)
    for log, format_ in (("export.journal", "journald"), ("journal.json", "json")):
        bartizan.check(folder / log, format_, {"service": "sshd", "Action": "logon", "User": "eve", "SourceIp": "192.0.2.7"},
                       {"Result": "failure"}, product="linux", service="sshd")


# ---------------------------------------------------------------------------------------------------------------- run

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/bartizan")
    parser.add_argument("--keep", type=pathlib.Path, help="where the logs stay")
    parser.add_argument("filter", nargs="?", default="")
    arguments = parser.parse_args()
    failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_") or arguments.filter not in name:
            continue
        with tempfile.TemporaryDirectory(prefix="bartizan-") as made:
            folder = pathlib.Path(made)
            if arguments.keep:
                folder = (arguments.keep / name).resolve()
                folder.mkdir(parents=True, exist_ok=True)
            try:
                test(Bartizan(arguments.binary.resolve(), folder), folder)
                print(f"passed  {name}")
            except Skip as reason:
                print(f"skipped {name}: {reason}")
            except Exception:
                failed += 1
                print(f"FAILED  {name}\n{traceback.format_exc()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

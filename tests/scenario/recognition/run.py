#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What files are taken for: one of every format and its common variants, and files that are no logs.

    tests/scenario/recognition/run.py [--binary build/release/bartizan]

All lie in one folder with names that say nothing, as a responder may copy them together. Every log must be taken for what it
is, nothing else may be taken for a log. Exit code 0 passed, 1 failed.
"""
import argparse
import io
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bench"))
import line_logs  # noqa: E402

# What bench/line_logs.py makes, by the format that reads it.
MADE = {"syslog_bsd": "syslog", "syslog_iso": "syslog", "syslog_5424": "syslog", "journald_json": "json"}


def lines(*texts):
    return "\n".join(texts) + "\n"


# Variants as they are met in the field, by format: (name, text).
VARIANTS = [
    ("last", "without a year", "jo       pts/0        192.0.2.7        Tue Nov 24 08:00   still logged in\n" * 3),
    ("last", "lastlog, nobody yet", lines("Username         Port     From             Latest", "daemon                                     **Never logged in**")),
    ("utmpdump", "time as ctime writes it", "[7] [01234] [ts/0] [jo      ] [pts/0       ] [192.0.2.7           ] [192.0.2.7      ] [Tue Nov 24 08:00:02 2026 UTC]\n"),
    ("dmesg", "seconds since the start", "[    1.234567] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n" * 3),
    ("dmesg", "facility and level", "kern  :info  : [Tue Nov 24 08:00:01 2026] usb 1-1: new device\n" * 3),
    ("openvpn_status", "tabs", "TITLE\tOpenVPN 2.6.3\nTIME\t2026-11-24 08:00:00\t1795507200\nEND\n"),
    ("weblog", "IPv6 client", '2001:db8::7 - - [24/Nov/2026:08:00:00 +0100] "GET / HTTP/2.0" 200 512\n' * 3),
    ("weblog", "no bytes, no version", '192.0.2.7 - - [24/Nov/2026:08:00:00 +0000] "GET /" 304 -\n' * 3),
    ("weblog", "TLS to a plain port", '192.0.2.7 - - [24/Nov/2026:08:00:00 +0000] "\\x16\\x03\\x01" 400 226 "-" "-"\n' * 3),
    ("weblog", "virtual host first", 'www.example.test:443 192.0.2.7 - jo [24/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n' * 3),
    ("weblog", "empty request", '192.0.2.7 - - [24/Nov/2026:08:00:00 +0000] "-" 408 0 "-" "-"\n' * 3),
    ("weblog", "trailing time", '192.0.2.7 - - [24/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8" 0.004 "-"\n' * 3),
    ("weberror", "Apache 2.2", "[Tue Nov 24 08:00:00 2026] [error] [client 192.0.2.7] File does not exist: /var/www/x\n" * 3),
    ("weberror", "nginx", '2026/11/24 08:00:00 [error] 31#31: *1 open() "/x" failed (2: No such file or directory), client: 2001:db8::7, server: _, request: "GET /x HTTP/1.1", host: "a"\n' * 3),
    ("syslog", "no host", "Nov 24 08:00:00 sshd[812]: Invalid user eve from 192.0.2.7 port 4242\n" * 3),
    ("syslog", "priority kept", "<38>Nov 24 08:00:00 web1 sshd[812]: Invalid user eve from 192.0.2.7 port 4242\n" * 3),
    ("syslog", "year behind the day", "Nov 24 2026 08:00:00 web1 sshd[812]: Invalid user eve from 192.0.2.7\n" * 3),
    ("syslog", "one-digit day", "Nov  4 08:00:00 web1 CRON[9]: (root) CMD (x)\n" * 3),
    ("syslog", "fraction and offset", "2026-11-24T08:00:00.123456+01:00 web1 sudo:   jo : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls\n" * 3),
    ("syslog", "Cisco", "Nov 24 08:00:00 192.0.2.1 45: Nov 24 08:00:00.123: %SYS-5-CONFIG_I: Configured from console by vty0 (192.0.2.7)\n" * 3),
    ("syslog", "RFC 5424 without values", "<13>1 2026-11-24T08:00:00Z - - - - - hello\n" * 3),
    ("auditd", "enriched", 'type=USER_LOGIN msg=audit(1795507200.123:7): pid=9 uid=0 auid=1000 ses=3 msg=\'op=login id=1000 exe="/usr/sbin/sshd" res=success\'\x1dUID="root" AUID="jo"\n' * 2),
    ("auditd", "ausearch", "----\ntime->Tue Nov 24 08:00:00 2026\ntype=CWD msg=audit(1795507200.123:7): cwd=\"/\"\n"),
    ("auditd", "with node", 'node=web1 type=CWD msg=audit(1795507200.123:7): cwd="/"\n' * 2),
    ("w3c", "IIS, fields first", "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-11-24 08:00:00 192.0.2.7 GET / 200\n"),
    ("w3c", "Windows firewall", "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags\n\n2026-11-24 08:00:00 DROP TCP 192.0.2.7 10.0.0.5 50000 22 52 S\n"),
    ("zeek", "no open time", "#separator \\x09\n#path\tconn\n#fields\tts\tuid\n#types\ttime\tstring\n1795507200.000000\tC1\n"),
    ("cef", "no syslog head", "CEF:0|Example|Gate|1|7|name|5|src=192.0.2.7 act=deny\n" * 2),
    ("cef", "RFC 5424 head", "<134>1 2026-11-24T08:00:00Z fw1 gate - - - CEF:0|Example|Gate|1|7|name|5|src=192.0.2.7\n" * 2),
    ("checkpoint", "blank in the time", '<134>1 2026-11-24 08:00:00 gw1 CheckPoint 13752 - [action:"Drop"; flags:"1"; src:"192.0.2.7"; dst:"10.0.0.5"]\n' * 2),
    ("leef", "version 2", "LEEF:2.0|Example|Gate|1|7|^|src=192.0.2.7^dst=198.51.100.9\n" * 2),
    ("kv", "FortiGate with priority", '<189>date=2026-11-24 time=08:00:00 devname="fg1" devid="FGT60" logid="0001000014" type="traffic" subtype="local" srcip=2001:db8::7 dstip=2001:db8::9 action="deny"\n' * 2),
    ("kv", "logfmt", "time=2026-11-24T08:00:00Z level=info msg=\"user logged on\" user=jo\n" * 3),
    ("csv", "semicolons", "Date;User;Action\n2026-11-24 08:00:00;jo;logon\n2026-11-24 08:00:01;eve;logon\n"),
    ("csv", "quoted, line feed inside", 'time,user,note\n2026-11-24T08:00:00Z,jo,"two\nlines"\n2026-11-24T08:00:01Z,eve,x\n'),
    ("squid", "IPv6", "1795507200.123     45 2001:db8::7 TCP_TUNNEL/200 512 CONNECT www.example.test:443 jo HIER_DIRECT/2001:db8::9 -\n" * 3),
    ("dns", "dnsmasq", "Nov 24 08:00:00 dnsmasq[8]: query[A] www.example.test from 192.0.2.7\nNov 24 08:00:00 dnsmasq[8]: forwarded www.example.test to 192.0.2.53\n"),
    ("dns", "unbound with its start", "[1795507200] unbound[9:0] notice: init module 0: iterator\n[1795507200] unbound[9:0] info: start of service (unbound 1.17.1).\n[1795507201] unbound[9:0] info: 127.0.0.1 www.example.test. A IN\n"),
    ("haproxy", "TCP", "Nov 24 08:00:00 lb1 haproxy[9]: 192.0.2.7:4242 [24/Nov/2026:08:00:00.123] ssh ssh/s1 1/0/5006 212 -- 0/0/0/0/3 0/0\n" * 3),
    ("json", "pretty printed", json.dumps({"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "eventTime": "2026-11-24T08:00:00Z"}, indent=2)),
    ("json", "a list", json.dumps([{"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets"}] * 2)),
    ("lines", "level behind the time", "2026-11-24 08:00:00,123 ERROR [main] c.e.App - boom\njava.lang.IllegalStateException: x\n\tat c.e.App.run(App.java:7)\n2026-11-24 08:00:01,123 INFO [main] c.e.App - on\n"),
    ("lines", "slashes", "2026/11/24 08:00:00 server started\n2026/11/24 08:00:01 ready\n"),
    ("packages", "dpkg", "2026-11-24 08:00:00 install curl:amd64 <none> 7.88.1-10\n2026-11-24 08:00:00 status unpacked curl:amd64 7.88.1-10\n"),
    ("exim", "rejected", "2026-11-24 08:00:00 H=(x) [192.0.2.7] F=<eve@example.test> rejected RCPT <jo@example.test>: relay not permitted\n2026-11-24 08:00:01 1r0aaa-00000A-00 <= jo@example.test H=a [192.0.2.7] P=esmtp S=5\n"),
    ("registry_export", "version 5", 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\r\n"a"="b"\r\n'),
    ("policy_result", "gpresult /x", '<?xml version="1.0" encoding="utf-8"?>\r\n<Rsop xmlns="http://www.microsoft.com/GroupPolicy/Rsop"><ReadTime>2026-11-24T08:00:00Z</ReadTime></Rsop>\r\n'),
    ("security_template", "secedit /export", '[Unicode]\r\nUnicode=yes\r\n[System Access]\r\nMinimumPasswordAge = 0\r\n[Version]\r\nsignature="$CHICAGO$"\r\nRevision=1\r\n'),
    ("shell_history", "bash", "#1795507200\nls -l\n#1795507201\nid\n"),
    ("container", "parts", "2026-11-24T08:00:00.123456789+01:00 stderr P one \n2026-11-24T08:00:00.123456790+01:00 stderr F two\n"),
    ("vpcflow", "no data", "2 123456789010 eni-1235b8ca - - - - - - - 1431280876 1431280934 - NODATA\n" * 2),
    ("vpcflow", "behind a time", "2026-11-24T08:00:00.000Z 2 123456789010 eni-1235b8ca 192.0.2.7 10.0.0.5 5000 22 6 20 4249 1795507200 1795507260 ACCEPT OK\n" * 2),
    ("aws_access", "classic load balancer", '2026-11-24T08:00:00.1Z lb 192.0.2.7:2817 10.0.0.1:80 0.01 0.02 0.03 200 200 0 29 "GET http://www.example.test:80/ HTTP/1.1" "curl/8" - -\n' * 2),
    ("alert_fast", "Snort", "11/24-08:00:00.123456 [**] [1:1000001:1] probe [**] [Priority: 0] {ICMP} 192.0.2.7 -> 10.0.0.5\n" * 2),
    ("windows_text", "wevtutil", "Event[0]:\n  Log Name: System\n  Source: Eventlog\n  Event ID: 104\n  Description: \nThe log was cleared.\n\n"),
    ("windows_text", "Format-List", "\n\nTimeCreated  : 11/24/2026 8:00:00 AM\nProviderName : Microsoft-Windows-Eventlog\nId           : 104\nMessage      : cleared\n\n"),
    ("clixml", "ConvertTo-Xml", '<?xml version="1.0" encoding="utf-8"?>\n<Objects><Object Type="a"><Property Name="Id" Type="System.Int32">1</Property></Object></Objects>\n'),
    ("csv", "event viewer, German", "Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\nInformationen,24.11.2026 08:00:00,Microsoft-Windows-Eventlog,104,Keine,gelöscht\n"),
    ("csv", "event viewer, Spanish", "Nivel,Fecha y hora,Origen,Id. del evento,Categoría de la tarea\nInformación,24/11/2026 8:00:00,Microsoft-Windows-Eventlog,104,Ninguno,x\n"),
    ("csv", "Workspace admin", "Event,Description,Actor,Date,IP address\nAdd user,x,jo@example.test,2026-11-24T08:00:00+01:00,192.0.2.7\n"),
    ("json", "dmesg --json", json.dumps({"dmesg": [{"pri": 6, "time": 0.5, "msg": "x"}]}, indent=3)),
    ("csv", "PECmd", "SourceFilename,ExecutableName,LastRun\nC:\\x.pf,X.EXE,2026-11-24 08:00:00\n"),
    ("csv", "Kibana", '"@timestamp","winlog.channel","winlog.event_id"\n"Nov 24, 2026 @ 08:00:00.123",System,104\n'),
    ("dns", "unbound, time as text", "Nov 24 08:00:00 unbound[9:0] info: 127.0.0.1 www.example.test. A IN\n" * 2),
    ("packages", "pacman", "[2026-11-24T08:00:00+0100] [PACMAN] Running 'pacman -S nmap'\n[2026-11-24T08:00:01+0100] [ALPM] installed nmap (7.93-1)\n"),
    ("shell_history", "zsh", ": 1795507200:0;ls -l\n: 1795507201:0;id\n"),
]

# The forms a text file comes in. `cut`: begins within a line, as rotated logs may.
FORMS = {
    "as it is": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "byte-order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16 with mark": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 big-endian": lambda text: text.encode("utf-16-be"),
}


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(random.Random(y).randbytes(96)) for y in range(32))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def office():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        archive.writestr("word/document.xml", '<?xml version="1.0"?><w:document><w:body><w:p><w:r><w:t>Report of 2026-11-24</w:t></w:r></w:p></w:body></w:document>')
    return out.getvalue()


def no_logs():
    rng = random.Random(7)
    for number in range(24):
        yield f"random bytes {number}", rng.randbytes(rng.randrange(1, 9000))
    for path in sorted([*ROOT.glob("src/**/*.cpp"), *ROOT.glob("src/**/*.h"), *ROOT.glob("tools/*.py"), *ROOT.glob("content/rules/**/*.yml"),
                        ROOT / "dev", ROOT / "CMakeLists.txt", *ROOT.glob("docs/*.md"), *ROOT.glob("src/sink/page/*")]):
        yield f"source {path.relative_to(ROOT)}", path.read_bytes()
    yield "picture", png()
    yield "JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + rng.randbytes(4000) + b"\xff\xd9"
    yield "office", office()
    yield "PDF", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    yield "HTML", b"<!doctype html>\n<html><head><title>x</title></head>\n<body><p>On 2026-11-24 nothing happened.</p></body></html>\n"
    yield "prose", ("It was the best of times, it was the worst of times. " * 40).encode()
    yield "prose in lines", b"Dear reader,\n\nmay I tell you of my day?\nMay 4 was warm.\n\nYours\n"
    yield "diff", b"--- a/x\t2026-11-24 08:00:00\n+++ b/x\t2026-11-24 08:00:01\n@@ -1 +1 @@\n-a\n+b\n"
    yield "ini", b"[section]\nkey=value\nother = 1\n; note\n"
    yield "mail", b"From: jo@example.test\nTo: eve@example.test\nDate: Tue, 24 Nov 2026 08:00:00 +0000\nSubject: hi\n\nHello\n"
    yield "certificate", b"-----BEGIN CERTIFICATE-----\n" + b"MIIBszCCAVmgAwIBAgIU\n" * 9 + b"-----END CERTIFICATE-----\n"
    yield "SQL", b"CREATE TABLE t (id INT, at TIMESTAMP);\nINSERT INTO t VALUES (1, '2026-11-24 08:00:00');\n"
    yield "passwd", b"root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
    yield "hosts", b"127.0.0.1\tlocalhost\n::1\tip6-localhost\n192.0.2.7 web1 web1.example.test\n"
    yield "table of people", b"name,created,city\nJo,1998,Bonn\nEve,2001,Kiel\n"
    yield "crontab", b"# m h dom mon dow command\n* * * * * root /usr/bin/true\n17 * * * * root run-parts /etc/cron.hourly\n"
    yield "processes", b"USER  PID %CPU COMMAND\nroot    1  0.0 /sbin/init\njo      9  0.1 -bash\n"
    yield "XML", b'<?xml version="1.0"?>\n<Objects><thing name="x"/></Objects>\n'
    yield "zeros", bytes(5000)
    yield "ELF", b"\x7fELF\x02\x01\x01" + bytes(9) + rng.randbytes(3000)
    yield "UTF-16 prose", b"\xff\xfe" + "Dear reader,\r\nnothing here is a log.\r\n".encode("utf-16-le")


def logs(binary):
    listed = subprocess.run([binary, "formats", "--format", "jsonl"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        entry = json.loads(line)
        if "example" in entry and entry.get("kind", "format") == "format" and entry["example"]:
            yield entry["format"] if "format" in entry else entry["name"], "example", entry["example"].encode()
    for make in line_logs.FORMATS:
        text = line_logs.made(make, 12_000)[0]
        yield MADE.get(make.__name__, make.__name__), "made", text.encode()
        for name, form in FORMS.items():
            yield MADE.get(make.__name__, make.__name__), f"made, {name}", form(text)
        if make.__name__ not in line_logs.HEADERS and make.__name__ not in ("journald", "event_xml", "journald_json"):
            yield MADE.get(make.__name__, make.__name__), "made, cut at its start", text.encode()[9:]
    for format_, name, text in VARIANTS:
        for form, change in FORMS.items():
            yield format_, f"{name}, {form}", change(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bartizan-") as made:
        folder, wanted = pathlib.Path(made), {}
        for number, (format_, name, content) in enumerate([*logs(arguments.binary), *((None, *one) for one in no_logs())]):
            path = folder / f"{number:05}"
            path.write_bytes(content)
            wanted[str(path)] = (format_, name)
        explained = subprocess.run([arguments.binary, "formats", "explain", "--format", "jsonl", made], capture_output=True, text=True)
        taken = {}
        for line in explained.stdout.splitlines():
            one = json.loads(line)
            taken.setdefault(one["file"].partition("!")[0], []).append(one.get("format"))
        wrong = 0
        for path, (format_, name) in wanted.items():
            found = [one for one in taken.get(path, []) if one]
            if found == ([format_] if format_ else []):
                continue
            wrong += 1
            print(f"{name}: wanted {format_ or 'nothing'}, taken for {found or 'nothing'}")
        print(f"{len(wanted)} files, {wrong} wrong")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Logs of the text formats that nobody wrote: the same ones every time, one function a format.

Each function gives one record as text; `made` repeats it to size. Lengths and the share of repeated values follow what such
logs look like in use; users, hosts and addresses are invented. One record in some five hundred is such as public rules know.
"""
import datetime
import itertools
import json
import random

from synthetic import WORDS

START = datetime.datetime(2026, 11, 24, 8, 0, 0)
AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
          "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "curl/7.88.1", "Go-http-client/1.1")
PROGRAMS = ("sshd", "CRON", "systemd", "kernel", "dhclient", "postfix/smtpd", "app")


class Source:
    def __init__(self, seed=1):
        self.rng = random.Random(seed)
        self.number = 0

    def tick(self):
        self.number += 1
        self.time = START + datetime.timedelta(milliseconds=37 * self.number)

    def word(self):
        return self.rng.choice(WORDS)

    def address(self):
        return f"192.0.2.{self.rng.randrange(1, 255)}"

    def far(self):
        return f"198.51.100.{self.rng.randrange(1, 255)}"

    def port(self):
        return self.rng.randrange(1024, 65535)

    def url(self):
        query = f"?{self.word()}={self.rng.randrange(10**6)}&{self.word()}={self.word()}" if self.rng.random() < 0.4 else ""
        return f"/{self.word()}/{self.word()}/{self.word()}.{self.rng.choice(('html', 'php', 'png', 'js'))}{query}"

    def host(self):
        return f"{self.word()}.{self.word()}.example.test"

    def bsd(self):
        return self.time.strftime("%b %e %H:%M:%S")

    def iso(self):
        return self.time.isoformat(timespec="microseconds") + "+00:00"

    def message(self):
        program = self.rng.choice(PROGRAMS)
        pid = self.rng.randrange(300, 40000)
        text = {
            "sshd": lambda: self.rng.choice((
                f"Failed password for {self.word()} from {self.address()} port {self.port()} ssh2",
                f"Accepted publickey for {self.word()} from {self.address()} port {self.port()} ssh2: RSA SHA256:{self.rng.getrandbits(256):064x}",
                f"pam_unix(sshd:session): session opened for user {self.word()}(uid=1000) by (uid=0)",
                f"Received disconnect from {self.address()} port {self.port()}:11: disconnected by user")),
            "CRON": lambda: f"(root) CMD ({self.rng.choice(('run-parts /etc/cron.hourly', '/usr/lib/' + self.word() + '/' + self.word() + ' 1 1'))})",
            "systemd": lambda: f"Started {self.word()}-{self.word()}.service - {self.word().title()} {self.word()} of {self.word()}.",
            "kernel": lambda: f"[{self.number * 0.037:12.6f}] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:12:34:56 SRC={self.address()} DST=10.0.0.5 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID={self.port()} DF PROTO=TCP SPT={self.port()} DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0",
            "dhclient": lambda: f"DHCPACK of 10.0.0.{self.rng.randrange(250)} from 10.0.0.1",
            "postfix/smtpd": lambda: f"{self.rng.getrandbits(40):X}: client={self.host()}[{self.address()}]",
            "app": lambda: f"level={self.word()} {self.word()} {self.word()} took {self.rng.randrange(1000)} ms for {self.word()}/{self.word()}",
        }[program]()
        if self.number % 500 == 7:
            program, text = "sudo", "    jo : TTY=pts/0 ; PWD=/home/jo ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow"
        return program, pid, text


def syslog_bsd(s):
    program, pid, text = s.message()
    tag = program if program == "kernel" else f"{program}[{pid}]"
    return f"{s.bsd()} web1 {tag}: {text}\n"


def syslog_iso(s):
    program, pid, text = s.message()
    tag = program if program == "kernel" else f"{program}[{pid}]"
    return f"{s.iso()} web1 {tag}: {text}\n"


def syslog_5424(s):
    program, pid, text = s.message()
    return f"<38>1 {s.iso()} web1.example.test {program} {pid} - [meta sequenceId=\"{s.number}\"] {text}\n"


def micros(s):
    return int((s.time - datetime.datetime(1970, 1, 1)).total_seconds() * 1_000_000)


def journal_fields(s):
    program, pid, text = s.message()
    return {"__CURSOR": f"s=5f1c{s.number:028x};i={s.number:x};b=0123456789abcdef0123456789abcdef;m={s.number * 37:x};t={micros(s):x};x={s.rng.getrandbits(64):x}",
            "__REALTIME_TIMESTAMP": str(micros(s)), "__MONOTONIC_TIMESTAMP": str(s.number * 37000), "_BOOT_ID": "0123456789abcdef0123456789abcdef",
            "_TRANSPORT": "syslog", "PRIORITY": "6", "SYSLOG_FACILITY": "10", "SYSLOG_IDENTIFIER": program, "SYSLOG_PID": str(pid),
            "_PID": str(pid), "_UID": "0", "_GID": "0", "_COMM": program, "_EXE": f"/usr/sbin/{program}", "_CMDLINE": f"{program}: {s.word()} [priv]",
            "_CAP_EFFECTIVE": "1ffffffffff", "_SYSTEMD_CGROUP": f"/system.slice/{program}.service", "_SYSTEMD_UNIT": f"{program}.service",
            "_SYSTEMD_SLICE": "system.slice", "_MACHINE_ID": "fedcba9876543210fedcba9876543210", "_HOSTNAME": "web1", "MESSAGE": text}


def journald(s):
    return "".join(f"{name}={value}\n" for name, value in journal_fields(s).items()) + "\n"


def journald_json(s):
    return json.dumps(journal_fields(s)) + "\n"


def w3c(s):
    return (f"{s.time:%Y-%m-%d %H:%M:%S} 10.0.0.5 GET {s.url().partition('?')[0]} {s.word()}={s.rng.randrange(10**6)} 443 - {s.address()} "
            f"{s.rng.choice(AGENTS).replace(' ', '+')} https://{s.host()}/ {s.rng.choice((200, 200, 304, 404, 500))} 0 0 {s.rng.randrange(1000)}\n")


def weblog(s):
    return (f"{s.address()} - - [{s.time:%d/%b/%Y:%H:%M:%S} +0000] \"GET {s.url()} HTTP/1.1\" {s.rng.choice((200, 200, 304, 404, 500))} "
            f"{s.rng.randrange(100000)} \"https://{s.host()}/{s.word()}\" \"{s.rng.choice(AGENTS)}\"\n")


def auditd(s):
    stamp = f"audit({micros(s) // 1000 / 1000:.3f}:{s.number})"
    if s.rng.random() < 0.4:
        pid, name = s.port(), s.word()
        return (f"type=SYSCALL msg={stamp}: arch=c000003e syscall=59 success=yes exit=0 a0=55d0c5a6 a1=55d0c5b8 a2=55d0c4a0 a3=8 items=2 ppid=801 pid={pid} "
                f"auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"{name}\" exe=\"/usr/bin/{name}\" subj=unconfined key=\"exec\"\n"
                f"type=EXECVE msg={stamp}: argc=3 a0=\"{name}\" a1=\"--{s.word()}\" a2=\"/srv/{s.word()}/{s.word()}\"\n"
                f"type=CWD msg={stamp}: cwd=\"/home/{s.word()}\"\n"
                f"type=PATH msg={stamp}: item=0 name=\"/usr/bin/{name}\" inode={s.port()} dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0\n"
                f"type=PROCTITLE msg={stamp}: proctitle=2F62696E2F7368002D63006964\n")
    return (f"type=USER_AUTH msg={stamp}: pid={s.port()} uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication grantors=? "
            f"acct=\"{s.word()}\" exe=\"/usr/sbin/sshd\" hostname={s.address()} addr={s.address()} terminal=ssh res=failed'\n")


def event_xml(s):
    data = {"RuleName": "-", "UtcTime": f"{s.time:%Y-%m-%d %H:%M:%S}.000", "ProcessGuid": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", "ProcessId": s.port(),
            "Image": f"C:\\Program Files\\{s.word()}\\{s.word()}.exe", "CommandLine": f"&quot;{s.word()}.exe&quot; --{s.word()}={s.word()} /{s.word()}",
            "CurrentDirectory": "C:\\Windows\\system32\\", "User": f"EXAMPLE\\{s.word()}", "IntegrityLevel": "Medium",
            "Hashes": f"SHA256={s.rng.getrandbits(256):064X}", "ParentImage": f"C:\\Windows\\{s.word()}.exe", "ParentCommandLine": f"{s.word()} -k {s.word()}"}
    return ("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' "
            "Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>"
            f"<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='{s.time.isoformat(timespec='microseconds')}Z'/><EventRecordID>{s.number}</EventRecordID>"
            "<Correlation/><Execution ProcessID='2112' ThreadID='3144'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>ws-07.example.test</Computer>"
            "<Security UserID='S-1-5-18'/></System><EventData>" + "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in data.items()) + "</EventData></Event>\n")


def zeek(s):
    return (f"{micros(s) / 1e6:.6f}\tC{s.rng.getrandbits(80):018x}\t{s.address()}\t{s.port()}\t{s.far()}\t53\tudp\t{s.port()}\t0.0213\t{s.host()}\t1\tC_INTERNET\t1\tA\t0\tNOERROR"
            f"\tF\tF\tT\tT\t0\t{s.far()}\t300.000000\tF\n")


def cef(s):
    return (f"{s.bsd()} fw1 CEF:0|Example|Gate|1.0|{s.rng.randrange(1000)}|{s.word()} {s.word()}|5|rt={micros(s) // 1000} src={s.address()} spt={s.port()} dst={s.far()} dpt=443 "
            f"proto=TCP act={s.rng.choice(('allow', 'deny'))} request=https://{s.host()}{s.url().replace('=', chr(92) + '=')} cs1Label=Policy cs1={s.word()} suser={s.word()} in={s.port()} out={s.port()}\n")


def leef(s):
    return (f"{s.bsd()} fw1 LEEF:1.0|Example|Gate|1.0|{s.rng.randrange(1000)}|cat={s.word()}\tdevTime={s.time:%b %d %Y %H:%M:%S}\tsrc={s.address()}\tdst={s.far()}\tsrcPort={s.port()}\tdstPort=443"
            f"\tproto=TCP\tusrName={s.word()}\turl=https://{s.host()}/{s.word()}\tpolicy={s.word()}\n")


def kv(s):
    return (f"date={s.time:%Y-%m-%d} time={s.time:%H:%M:%S} devname=\"fg1\" devid=\"FGT60FTK12345678\" eventtime={micros(s) * 1000} tz=\"+0000\" logid=\"0000000013\" type=\"traffic\" "
            f"subtype=\"forward\" level=\"notice\" vd=\"root\" srcip={s.address()} srcport={s.port()} srcintf=\"port1\" srcintfrole=\"lan\" dstip={s.far()} dstport=443 dstintf=\"wan1\" "
            f"policyid={s.rng.randrange(99)} sessionid={s.rng.randrange(10**8)} proto=6 action=\"{s.rng.choice(('close', 'accept', 'deny'))}\" service=\"HTTPS\" sentbyte={s.port()} rcvdbyte={s.port()} duration=12 appcat=\"unscanned\"\n")


def csv(s):
    return (f"{s.time.isoformat()}Z,{s.number},{s.word()},{s.word()} {s.word()},\"{s.word()}, {s.word()}\",{s.address()},{s.port()},https://{s.host()}{s.url()},{s.rng.choice(('success', 'failure'))}\n")


def squid(s):
    return (f"{micros(s) / 1e6:.3f} {s.rng.randrange(9999):6} {s.address()} TCP_MISS/200 {s.port()} GET http://{s.host()}{s.url()} {s.word()} HIER_DIRECT/{s.far()} text/html\n")


def dns(s):
    return (f"{s.time:%d-%b-%Y %H:%M:%S}.{s.time.microsecond // 1000:03} queries: info: client @0x7f1c{s.rng.getrandbits(32):08x} {s.address()}#{s.port()} ({s.host()}): query: {s.host()} IN A +E(0)K (10.0.0.53)\n")


def dhcp(s):
    return (f"{s.bsd()} gw dhcpd[812]: DHCPACK on 10.0.0.{s.rng.randrange(250)} to 52:54:00:{s.rng.randrange(256):02x}:{s.rng.randrange(256):02x}:{s.rng.randrange(256):02x} ({s.word()}-{s.word()}) via eth0\n")


def haproxy(s):
    return (f"{s.bsd()} lb1 haproxy[812]: {s.address()}:{s.port()} [{s.time:%d/%b/%Y:%H:%M:%S}.{s.time.microsecond // 1000:03}] www~ app/srv{s.rng.randrange(9)} 0/0/1/{s.rng.randrange(99)}/{s.rng.randrange(199)} "
            f"200 {s.port()} - - ---- 12/12/3/1/0 0/0 \"GET {s.url()} HTTP/1.1\"\n")


def exim(s):
    key = f"1r{s.rng.getrandbits(16):04x}-{s.rng.getrandbits(24):06x}-0A"
    return (f"{s.time:%Y-%m-%d %H:%M:%S} {key} <= {s.word()}@example.test H={s.host()} [{s.address()}]:{s.port()} P=esmtps X=TLS1.3:ECDHE_RSA_AES_256_GCM_SHA384:256 S={s.port()} id={key}@example.test\n")


def paloalto(s):
    t = f"{s.time:%Y/%m/%d %H:%M:%S}"
    return (f"1,{t},001801010877,TRAFFIC,end,2561,{t},{s.address()},{s.far()},0.0.0.0,0.0.0.0,out,{s.word()},,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,fwd,{t},"
            f"{s.port()},1,{s.port()},443,0,0,0x1c,tcp,allow,{s.port()},{s.port()},{s.port()},22,{t},15,any,0,{s.number},0x0,10.0.0.0-10.255.255.255,United States,0,11,11,tcp-fin\n")


def openvpn(s):
    return f"{s.time:%Y-%m-%d %H:%M:%S} {s.word()}/{s.address()}:{s.port()} {s.rng.choice(('MULTI: Learn: 10.8.0.6 -> ' + s.word() + '/' + s.address() + ':1194', 'VERIFY OK: depth=0, CN=' + s.word(), 'TLS: soft reset sec=3600/3600 bytes=' + str(s.port())))}\n"


def weberror(s):
    return f"[{s.time:%a %b %d %H:%M:%S.%f %Y}] [{s.word()}:error] [pid {s.port()}:tid 140123] [client {s.address()}:{s.port()}] AH01276: {s.word()} {s.word()} of /var/www/{s.word()}/{s.word()}: {s.word()}\n"


def krb5kdc(s):
    return f"{s.time:%b %d %H:%M:%S} kdc1 krb5kdc[812](info): AS_REQ (8 etypes {{18 17 20 19 16 23 25 26}}) {s.address()}: ISSUE: authtime {micros(s) // 10**6}, etypes {{rep=18 tkt=18 ses=18}}, {s.word()}@EXAMPLE.TEST for krbtgt/EXAMPLE.TEST@EXAMPLE.TEST\n"


def lines(s):
    return f"{s.time:%Y-%m-%d %H:%M:%S},{s.time.microsecond // 1000:03} INFO [{s.word()}-{s.rng.randrange(9)}] com.example.{s.word()}.{s.word().title()} - {s.word()} {s.word()} {s.word()} took {s.rng.randrange(999)} ms\n"


HEADERS = {
    "w3c": "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-11-24 08:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port "
           "cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n",
    "zeek": "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass"
            "\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring"
            "\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool\n",
    "csv": "timestamp,number,user,action,detail,source_ip,source_port,url,outcome\n",
}
FORMATS = (syslog_bsd, syslog_iso, syslog_5424, journald, journald_json, w3c, weblog, auditd, event_xml, zeek, cef, leef, kv, csv, squid, dns, dhcp,
           haproxy, exim, paloalto, openvpn, weberror, krb5kdc, lines)


def made(format_, size):
    """(text, records): a log of about `size` bytes. Beyond a share the same records come again, as they do in use."""
    source, out, records = Source(), [HEADERS.get(format_.__name__, "")], 0
    total = 0
    for _ in itertools.count():
        source.tick()
        text = format_(source)
        out.append(text)
        total += len(text)
        records += 1
        if total >= size:
            return "".join(out), records

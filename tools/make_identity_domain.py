#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Security logs of a simulated Windows domain, with attacks on tickets and the truth about them.

    tools/make_identity_domain.py OUT [--users 500] [--machines 600] [--days 5] [--seed 1] [--gap]

OUT gets dc1.evtx and dc2.evtx (4768, 4769, 4770 with ticket hashes), servers.evtx (4624 of the file servers) and truth.json:
each attack with its account, address and time, and the rule that has to find it. Everyday life is in it: machines that change
their address, addresses that go to other machines, a VPN address shared by many, renewals, service accounts, tickets handed
on to a server. --gap takes two hours out of dc1's log before the attacks: then nothing may be called forged. The same
arguments give the same bytes. All names and addresses are invented. Needs Python 3.9 and nothing else.
"""

import argparse
import base64
import dataclasses
import hashlib
import json
import pathlib
import random

import evtx_writer

HOUR = 3600
START = 1_772_409_600  # 2026-03-02, a Monday, in Unix seconds
PROVIDER = ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}")
SID = "S-1-5-21-1000000001-1000000002-1000000003-"
STOLEN, FORGED, UNISSUED, PATH = (f"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a{n}" for n in ("01", "02", "03", "14"))
TYPES = {"Status": evtx_writer.HEX32, "TicketOptions": evtx_writer.HEX32, "TicketEncryptionType": evtx_writer.HEX32,
         "LogonType": evtx_writer.U32, "TargetUserSid": evtx_writer.SID}
NATIVE, FORWARDED = "0x40810010", "0x60810010"


@dataclasses.dataclass
class Machine:
    name: str
    address: str
    is_server: bool = False
    shared: bool = False  # behind the VPN's address


@dataclasses.dataclass
class Ticket:
    account: str
    hash: str
    issued: float
    machine: Machine


class Domain:
    def __init__(self, users, machines, days, seed):
        self.random = random.Random(seed)
        self.days, self.events, self.truth, self.hashes = days, [], [], 0
        self.servers = [Machine(f"srv{n}", f"192.0.2.{n + 10}", is_server=True) for n in range(max(3, machines // 30))]
        self.clients = [Machine(f"ws{n}", f"10.1.{n // 200}.{n % 200 + 10}", shared=n % 20 == 7) for n in range(machines)]
        self.people = [(f"user{n}", self.clients[n % machines]) for n in range(users)]
        self.services = [(f"svc{n}", self.servers[n % len(self.servers)]) for n in range(max(2, users // 50))]
        self.sids = {}

    # ------------------------------------------------------------------------------------------------ records

    def new_hash(self):
        self.hashes += 1
        return base64.b64encode(hashlib.sha256(f"ticket {self.hashes}".encode()).digest()).decode()

    def sid(self, account):
        return SID + str(1000 + self.sids.setdefault(account, len(self.sids)))

    def address(self, machine):
        return "198.51.100.7" if machine.shared else machine.address

    def put(self, at, host, event_id, data):
        self.events.append((at, len(self.events), host, event_id, data))

    def controller(self):
        return self.random.choice(["dc1", "dc2"])

    def grant(self, at, account, machine):
        ticket = Ticket(account, self.new_hash(), at, machine)
        self.put(at, self.controller(), 4768, {
            "TargetUserName": account, "TargetDomainName": "EXAMPLE", "TargetUserSid": self.sid(account),
            "ServiceName": "krbtgt", "TicketOptions": NATIVE, "Status": "0x0", "TicketEncryptionType": "0x12",
            "PreAuthType": "2", "IpAddress": "::ffff:" + self.address(machine), "ResponseTicket": ticket.hash})
        return ticket

    def use(self, at, ticket, service, address=None, options="0x40810000"):
        made = self.new_hash()
        self.put(at, self.controller(), 4769, {
            "TargetUserName": f"{ticket.account}@EXAMPLE.TEST", "TargetDomainName": "EXAMPLE.TEST", "ServiceName": service,
            "TicketOptions": options, "TicketEncryptionType": "0x12", "Status": "0x0",
            "IpAddress": "::ffff:" + (address or self.address(ticket.machine)), "TransmittedServices": "-",
            "RequestTicketHash": ticket.hash, "ResponseTicketHash": made})
        return made

    def renew(self, at, ticket):
        made = self.new_hash()
        self.put(at, self.controller(), 4770, {
            "TargetUserName": f"{ticket.account}@EXAMPLE.TEST", "TargetDomainName": "EXAMPLE.TEST", "ServiceName": "krbtgt",
            "TicketOptions": "0x2", "TicketEncryptionType": "0x12", "IpAddress": "::ffff:" + self.address(ticket.machine),
            "RequestTicketHash": ticket.hash, "ResponseTicketHash": made})
        ticket.hash, ticket.issued = made, at

    def logon(self, at, account, server, address):
        self.put(at, server.name, 4624, {
            "TargetUserSid": self.sid(account), "TargetUserName": account, "TargetDomainName": "EXAMPLE", "LogonType": "3",
            "AuthenticationPackageName": "Kerberos", "LogonProcessName": "Kerberos", "WorkstationName": "-",
            "IpAddress": address})

    def visit(self, at, ticket, server):
        self.use(at, ticket, server.name.upper() + "$")
        self.logon(at + 1, ticket.account, server, self.address(ticket.machine))

    # ------------------------------------------------------------------------------------------------ everyday life

    def machine_day(self, day, machine):
        at = day * 24 * HOUR + self.random.uniform(0, HOUR)
        while at < (day + 1) * 24 * HOUR - 60:
            ticket = self.grant(at, machine.name.upper() + "$", machine)
            for step in range(1, 5):
                self.use(at + step * 1.7 * HOUR, ticket, f"DC{self.random.randint(1, 2)}$")
            at += self.random.uniform(7.5, 9) * HOUR

    def person_day(self, day, account, machine):
        at = day * 24 * HOUR + self.random.gauss(8.5, 0.7) * HOUR
        ticket = self.grant(at, account, machine)
        for _ in range(self.random.randint(4, 9)):
            at += self.random.uniform(60, 1.2 * HOUR)
            if at - ticket.issued > 7 * HOUR:
                self.renew(at - 5, ticket)
            self.visit(at, ticket, self.random.choice(self.servers))
        if self.random.random() < 0.1:
            self.hand_on(at + 60, ticket)

    def hand_on(self, at, ticket):
        """A ticket to hand on, which the server then uses for the person."""
        server = self.random.choice(self.servers)
        self.use(at, ticket, server.name.upper() + "$")
        handed = Ticket(ticket.account, self.use(at + 1, ticket, "krbtgt", options=FORWARDED), at + 1, server)
        self.use(at + 3, handed, "SRV0$")

    def service_day(self, day, account, server):
        for begin in (0.5, 9, 17.5):
            ticket = self.grant((day * 24 + begin) * HOUR, account, server)
            for step in range(1, 6):
                self.use((day * 24 + begin + step) * HOUR, ticket, self.random.choice(self.servers).name.upper() + "$")

    def move(self, day):
        """Between the days some machines swap addresses, as leases run out."""
        moving = [machine for machine in self.clients if not machine.shared and self.random.random() < 0.15]
        addresses = [machine.address for machine in moving]
        for machine, address in zip(moving, addresses[1:] + addresses[:1]):
            machine.address = address

    def live(self):
        for day in range(self.days):
            if day:
                self.move(day)
            for machine in self.clients + self.servers:
                self.machine_day(day, machine)
            for account, server in self.services:
                self.service_day(day, account, server)
            if day % 7 < 5:
                for account, machine in self.people:
                    self.person_day(day, account, machine)
            if day:
                self.attack(day)

    # ------------------------------------------------------------------------------------------------ attacks

    def injected(self, kind, rule, at, account, address):
        self.truth.append({"attack": kind, "rule": rule, "at": at, "account": account, "address": address})

    def attack(self, day):
        at = (day * 24 + 13) * HOUR
        here = [client for client in self.clients if not client.shared]
        attacker, victim = self.random.sample(here, 2)
        person = self.random.choice(self.people)[0]
        golden = Ticket("ghost%d" % day, self.new_hash(), at, attacker)
        self.use(at, golden, "SRV1$")
        self.injected("golden", FORGED, at, golden.account, attacker.address)
        diamond = Ticket(person, self.new_hash(), at, attacker)
        self.use(at + 600, diamond, "SRV2$")
        self.injected("diamond", FORGED, at + 600, person, attacker.address)
        self.logon(at + 1200, "silver%d" % day, self.servers[0], attacker.address)
        self.injected("silver", UNISSUED, at + 1200, "silver%d" % day, attacker.address)
        stolen = self.grant(at + 1500, "victim%d" % day, victim)
        self.visit(at + 1560, stolen, self.servers[1])
        self.use(at + 1800, stolen, "SRV2$", address=attacker.address)
        self.injected("stolen", STOLEN, at + 1800, stolen.account, attacker.address)
        if day >= 2:  # by then it is known who logs on where
            self.lateral(day, at + 2400, victim)

    def lateral(self, day, at, machine):
        """Somebody takes an administrator's credentials on a server and goes on from there."""
        first, second = self.random.sample(self.servers[1:], 2)
        person, admin = f"mover{day}", f"admin{day}"
        self.visit(at, self.grant(at - 5, person, machine), first)
        self.put(at + 60, first.name, 4648, {"SubjectUserName": person, "TargetUserName": admin, "TargetDomainName": "EXAMPLE",
                                             "TargetServerName": second.name})
        self.visit(at + 70, self.grant(at + 65, admin, first), second)
        self.injected("path", PATH, at + 70, admin, first.address)

    # ------------------------------------------------------------------------------------------------ files

    def records(self, hosts, gap):
        numbers, out = {}, []
        for at, _, host, event_id, data in sorted(self.events):
            number = numbers[host] = numbers.get(host, 0) + 1
            if gap and host == "dc1" and gap[0] <= at < gap[1] or host not in hosts:
                continue
            out.append(evtx_writer.Record(number, int((START + at) * 1e9), *PROVIDER, event_id, "Security",
                                          f"{host}.example.test",
                                          [(name, TYPES.get(name, evtx_writer.STRING), text) for name, text in data.items()]))
        return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--machines", type=int, default=600)
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap", action="store_true")
    given = parser.parse_args()
    domain = Domain(given.users, given.machines, given.days, given.seed)
    domain.live()
    gap = (32 * HOUR, 34 * HOUR) if given.gap else None
    given.out.mkdir(parents=True, exist_ok=True)
    for name in ("dc1", "dc2"):
        evtx_writer.write_evtx(given.out / f"{name}.evtx", domain.records({name}, gap))
    evtx_writer.write_evtx(given.out / "servers.evtx", domain.records({server.name for server in domain.servers}, gap))
    (given.out / "truth.json").write_text(json.dumps({"days": given.days, "attacks": domain.truth}, indent=1) + "\n")
    print(f"{len(domain.events)} events, {len(domain.truth)} attacks")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes content/mapping/attack.yml and content/actors/*.yml from an ATT&CK STIX bundle.

    tools/make_attack_tables.py BUNDLE.json [--attack-version 18.1] [--content content]

BUNDLE.json is the enterprise bundle of mitre/cti or a part of it that holds all techniques and tactics, the groups of
GROUPS and what they use. Only facts are taken: ids, names, relations, counts, addresses. The texts below are ours.
The same bundle gives the same bytes. Needs Python 3.9 and nothing else.
"""

import argparse
import collections
import json
import pathlib
import sys

# The order of the enterprise matrix. A bundle may lack the matrix object that states it.
TACTIC_ORDER = ["reconnaissance", "resource-development", "initial-access", "execution", "persistence",
                "privilege-escalation", "defense-evasion", "stealth", "defense-impairment", "credential-access",
                "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact"]

# ATT&CK 19 (April 2026) renamed Defense Evasion (TA0005) to Stealth, split Defense Impairment off and moved the techniques
# below. The public Sigma rules already use these ids while the newest bundle at hand is older, so they are listed
# here: id -> (name, tactic, ids it replaces). An entry that the bundle itself knows is left to the bundle.
LATER_VERSION = "19"
LATER_TACTICS = {"stealth": ("TA0005", "Stealth"), "defense-impairment": ("TA0112", "Defense Impairment")}
LATER_TECHNIQUES = {
    "T1684": ("Social Engineering", "stealth", []),
    "T1684.001": ("Impersonation", "stealth", ["T1656"]),
    "T1684.002": ("Email Spoofing", "stealth", ["T1672"]),
    "T1685": ("Disable or Modify Tools", "defense-impairment", ["T1562", "T1562.001", "T1562.006"]),
    "T1685.001": ("Disable or Modify Windows Event Log", "defense-impairment", ["T1562.002"]),
    "T1685.002": ("Disable or Modify Cloud Log", "defense-impairment", ["T1562.008"]),
    "T1685.003": ("Modify or Spoof Tool UI", "defense-impairment", ["T1562.011"]),
    "T1685.004": ("Disable or Modify Linux Audit System Log", "defense-impairment", ["T1562.012"]),
    "T1685.005": ("Clear Windows Event Logs", "defense-impairment", ["T1070.001"]),
    "T1685.006": ("Clear Linux or Mac System Logs", "defense-impairment", ["T1070.002"]),
    "T1686": ("Disable or Modify System Firewall", "defense-impairment", ["T1562.004"]),
    "T1686.001": ("Cloud Firewall", "defense-impairment", ["T1562.007"]),
    "T1686.002": ("Network Device Firewall", "defense-impairment", ["T1562.013"]),
    "T1686.003": ("Windows Host Firewall", "defense-impairment", []),
    "T1687": ("Exploitation for Defense Impairment", "defense-impairment", []),
    "T1688": ("Safe Mode Boot", "defense-impairment", ["T1562.009"]),
    "T1689": ("Downgrade Attack", "defense-impairment", ["T1562.010"]),
    "T1690": ("Prevent Command History Logging", "defense-impairment", ["T1562.003"]),
}

# The groups of the advisory: ATT&CK id -> (file, name the advisory uses, summary).
GROUPS = {
    "G0027": ("apt27", "APT27",
              "Espionage since about 2010; breaks in through compromised websites and exposed servers, "
              "then lives on web shells and stolen credentials."),
    "G0013": ("apt30", "APT30",
              "Long-running espionage in South-East Asia, known for malware that carries data across removable drives."),
    "G0128": ("apt31", "APT31",
              "Espionage against political and foreign-policy targets by mail with links, with payloads and control "
              "kept on ordinary cloud services."),
    "G0004": ("ke3chang", "Ke3chang",
              "Espionage since 2010 against ministries, embassies and industry; own back doors, stolen credentials, "
              "regular collection of mail and files."),
    "G0093": ("gallium", "GALLIUM",
              "Espionage best known from telecommunication providers; exploited servers, web shells and widely "
              "available credential and tunnelling tools."),
    "G0129": ("mustang_panda", "Mustang Panda",
              "Espionage since at least 2012 with topical lures, archives and shortcuts, malware loaded by signed "
              "programs, and spreading on USB drives."),
}

COPYRIGHT = "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation."
LICENCE = """\
# ATT&CK terms of use, reproduced as they require:
#   The MITRE Corporation (MITRE) hereby grants you a non-exclusive, royalty-free license to use ATT&CK® for research,
#   development, and commercial purposes. Any copy you make for such purposes is authorized provided that you
#   reproduce MITRE's copyright designation and this license in any such copy.
#   {copyright}
""".format(copyright=COPYRIGHT)


def quoted(text):
    """A YAML double-quoted scalar: every JSON string is one."""
    return json.dumps(text, ensure_ascii=False)


def flow(names):
    return "[" + ", ".join(names) + "]"


class Bundle:
    """The objects of a bundle that are in force, by STIX id, with their ATT&CK ids."""

    def __init__(self, path):
        text = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        live = [o for o in text["objects"] if not o.get("revoked") and not o.get("x_mitre_deprecated")]
        self.objects = {o["id"]: o for o in live if o["type"] != "relationship"}
        self.relations = [o for o in live if o["type"] == "relationship"
                          and o["source_ref"] in self.objects and o["target_ref"] in self.objects]
        self.newest = max(o.get("modified", "") for o in live)[:10]
        self.ids = {o["id"]: r["external_id"] for o in self.objects.values()
                    for r in o.get("external_references", []) if r.get("source_name") == "mitre-attack"}

    def of_type(self, *types):
        return [o for o in self.objects.values() if o["type"] in types and o["id"] in self.ids]

    def version(self):
        found = [o["x_mitre_version"] for o in self.objects.values() if o["type"] == "x-mitre-collection"]
        return found[0] if found else None

    def linked(self, kind, source=None, target=None):
        """Relations of one kind, optionally from or to one object."""
        return [r for r in self.relations if r["relationship_type"] == kind
                and source in (None, r["source_ref"]) and target in (None, r["target_ref"])]


def tactic_lines(bundle):
    known = {o["x_mitre_shortname"]: (bundle.ids[o["id"]], o["name"], None) for o in bundle.of_type("x-mitre-tactic")}
    for short, (tactic_id, name) in LATER_TACTICS.items():
        known.setdefault(short, (tactic_id, name, LATER_VERSION))
    unknown = sorted(set(known) - set(TACTIC_ORDER))
    if unknown:
        sys.exit("make_attack_tables: tactics without a place in TACTIC_ORDER: " + ", ".join(unknown))
    for short in TACTIC_ORDER:
        if short in known:
            tactic_id, name, since = known[short]
            yield "  - {id: %s, short: %s, name: %s%s}" % (tactic_id, short, quoted(name), since_text(since))


def since_text(since):
    return ", since: '%s'" % since if since else ""


def technique_table(bundle):
    """id -> (name, tactics in matrix order, since)"""
    table = {}
    for o in bundle.of_type("attack-pattern"):
        phases = {p["phase_name"] for p in o.get("kill_chain_phases", []) if p["kill_chain_name"] == "mitre-attack"}
        table[bundle.ids[o["id"]]] = (o["name"], [t for t in TACTIC_ORDER if t in phases], None)
    for technique, (name, tactic, _) in LATER_TECHNIQUES.items():
        table.setdefault(technique, (name, [tactic], LATER_VERSION))
    return table


def write_attack(bundle, version, path):
    table = technique_table(bundle)
    replaced = {old: new for new, (_, _, olds) in LATER_TECHNIQUES.items() for old in olds if old in table}
    lines = [
        "# SPDX-License-Identifier: LicenseRef-ATTACK-terms-of-use",
        "# Generated by tools/make_attack_tables.py; do not edit.",
        "#",
        "# Names and tactics of the ATT&CK techniques. Source: enterprise bundle of mitre/cti, ATT&CK %s, newest change %s."
        % (version, bundle.newest),
        "# `since` marks what a later version added and the public Sigma rules already use, `replaced_by` the ids it gave up;",
        "# both are listed in the tool, not in the bundle. Stealth is the new name of Defense Evasion: same id, TA0005.",
        "#",
        LICENCE.rstrip("\n"),
        "version: '%s'" % version,
        "newest_change: '%s'" % bundle.newest,
        "tactics:                       # in the order of the matrix",
        *tactic_lines(bundle),
        "techniques:",
    ]
    for technique in sorted(table):
        name, tactics, since = table[technique]
        gone = ", replaced_by: " + replaced[technique] if technique in replaced else ""
        lines.append("  %s: {name: %s, tactics: %s%s%s}" % (technique, quoted(name), flow(tactics), since_text(since), gone))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(table)


def uses(bundle, group):
    """What a group uses, itself or through a campaign attributed to it: object -> campaign ids, empty if itself."""
    direct = {r["target_ref"] for r in bundle.linked("uses", source=group)}
    found = {target: set() for target in direct}
    for attributed in bundle.linked("attributed-to", target=group):
        campaign = attributed["source_ref"]
        for r in bundle.linked("uses", source=campaign):
            if r["target_ref"] not in direct:
                found.setdefault(r["target_ref"], set()).add(bundle.ids[campaign])
    return found


def addresses(bundle, group):
    """Reports cited for the group and for what it uses. The group's ATT&CK page is the first."""
    own = bundle.objects[group]["external_references"]
    page = next(r["url"] for r in own if r.get("source_name") == "mitre-attack")
    campaigns = [r["source_ref"] for r in bundle.linked("attributed-to", target=group)]
    cited = list(own)
    for campaign in campaigns:
        cited += bundle.objects[campaign].get("external_references", [])
    for source in [group, *campaigns]:
        for r in bundle.linked("uses", source=source):
            cited += r.get("external_references", [])
    return [page] + sorted({r["url"] for r in cited if r.get("url")} - {page})


def counts_text(target, counts):
    """Given for the six, and for all groups only where the bundle has more."""
    of_six, of_all = counts
    return "used_by: %d" % of_six[target] + (", used_by_all: %d" % of_all[target] if of_all else "")


def actor_lines(bundle, group, used, counts, totals):
    attack_id = bundle.ids[group]
    _, name, summary = GROUPS[attack_id]
    o = bundle.objects[group]
    aliases = sorted({a for a in o.get("aliases", []) if a != name}, key=str.casefold)
    yield "name: " + quoted(name)
    yield "attack_id: " + attack_id
    yield "attack_name: " + quoted(o["name"])
    yield "aliases: " + flow(quoted(a) for a in aliases)
    yield "summary: " + quoted(summary)
    yield totals
    campaigns = sorted((bundle.ids[r["source_ref"]], bundle.objects[r["source_ref"]]["name"])
                       for r in bundle.linked("attributed-to", target=group))
    yield "campaigns:" + ("" if campaigns else " []")
    for campaign, title in campaigns:
        yield "  - {id: %s, name: %s}" % (campaign, quoted(title))
    for heading, types in (("techniques", ("attack-pattern",)), ("software", ("malware", "tool"))):
        rows = sorted((bundle.ids[t], t) for t in used if bundle.objects[t]["type"] in types)
        yield heading + ":" + ("" if rows else " []")
        for target_id, target in rows:
            kind = bundle.objects[target]["type"]
            label = ", name: %s, kind: %s" % (quoted(bundle.objects[target]["name"]), kind) if heading == "software" else ""
            through = ", through: " + flow(sorted(used[target])) if used[target] else ""
            yield "  - {id: %s%s, %s%s}" % (target_id, label, counts_text(target, counts), through)
    yield "references:"
    for url in addresses(bundle, group):
        yield "  - " + quoted(url)


def write_actors(bundle, version, folder):
    used = {o["id"]: uses(bundle, o["id"]) for o in bundle.of_type("intrusion-set")}
    ours = {bundle.ids[g]: g for g in used if bundle.ids[g] in GROUPS}
    missing = sorted(set(GROUPS) - set(ours))
    if missing:
        sys.exit("make_attack_tables: groups missing in the bundle: " + ", ".join(missing))
    of_six = collections.Counter(t for g in ours.values() for t in used[g])
    of_all = collections.Counter(t for g in used for t in used[g]) if len(used) > len(ours) else None
    totals = "groups: %d" % len(ours) + ("\ngroups_all: %d" % len(used) if of_all else "")
    for attack_id, group in sorted(ours.items()):
        header = ["# SPDX-License-Identifier: LicenseRef-ATTACK-terms-of-use",
                  "# Generated by tools/make_attack_tables.py; do not edit. Format: README.md in this folder.",
                  "# Source: enterprise bundle of mitre/cti, ATT&CK %s, newest change %s; name and summary are ours."
                  % (version, bundle.newest),
                  "#",
                  LICENCE.rstrip("\n")]
        path = folder / (GROUPS[attack_id][0] + ".yml")
        lines = header + list(actor_lines(bundle, group, used[group], (of_six, of_all), totals))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(ours)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("bundle")
    arguments.add_argument("--attack-version", help="when the bundle does not say (it holds no collection object)")
    arguments.add_argument("--content", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "content")
    given = arguments.parse_args()
    bundle = Bundle(given.bundle)
    version = bundle.version() or given.attack_version
    if not version:
        sys.exit("make_attack_tables: the bundle does not say its ATT&CK version; give --attack-version")
    techniques = write_attack(bundle, version, given.content / "mapping" / "attack.yml")
    actors = write_actors(bundle, version, given.content / "actors")
    print("ATT&CK %s: %d techniques, %d actors" % (version, techniques, actors))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Questions to stored events, beside what else one would ask on one machine; and indicators matched with the past.

    bench/store.py [--binary build/release/bartizan] [--events 1000000] [--days 10] [--folder DIR] [--runs 3] [--past 100000]

Makes NDJSON of invented processes, connections and names asked, an equal share a day; keeps it in a store, and in SQLite (a row an
event, indexes, FTS5 over command lines). Then asks each the same three questions, warm, and compares the answers: one address over
all days; the twenty commonest programs of a day; a word in command lines. ripgrep with jq reads the NDJSON. With --past, so many
indicators are matched with the store, of which few are in it. --folder keeps what was made for the next time. Needs DuckDB.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time

DAY = 86_400
START = 1_767_225_600  # 2026-01-01
RARE_ADDRESS, RARE_WORD = "169.19.199.250", "xq7rareword"  # documentation's addresses count as harmless
SYSMON = "Microsoft-Windows-Sysmon/Operational"


def event(rng, number, seconds, is_rare):
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{number % 1000:03d}Z"
    head = f'{{"Channel":"{SYSMON}","Hostname":"ws{int(rng() * 200)}.example.test","TimeCreated":"{moment}","EventRecordID":{number},'
    program = rf"C:\\Program Files\\App{int(rng() * rng() * 400)}\\app.exe"
    user = f'"User":"EX\\\\user{int(rng() * 300)}"'
    kind = rng()
    if is_rare or kind < 0.35:
        word = RARE_WORD if is_rare else f"w{int(rng() * 5000)}"
        return (head + f'"EventID":1,"Image":"{program}","CommandLine":"\\"{program}\\" --job {word} --id {number:x}",'
                f'"ParentImage":"C:\\\\Windows\\\\explorer.exe","ProcessId":{number % 65536},'
                f'"Hashes":"SHA256={int(rng() * 1e15) * 7919:064x}",{user}}}\n')
    if kind < 0.75:
        address = f"{20 + int(rng() * 150)}.{int(rng() * 20)}.{int(rng() * 200)}.{int(rng() * 200)}"
        return (head + f'"EventID":3,"Image":"{program}","SourceIp":"10.0.{int(rng() * 8)}.{int(rng() * 250)}","SourcePort":{49152 + number % 16000},'
                f'"DestinationIp":"{address}","DestinationPort":443,"Protocol":"tcp",{user}}}\n')
    return head + f'"EventID":22,"Image":"{program}","QueryName":"h{int(rng() * 900)}.site{int(rng() * 90)}.example","QueryStatus":"0",{user}}}\n'


def make_days(folder, events, days):
    files = []
    a_day = events // days
    for day in range(days):
        path = folder / f"day{day:03d}.ndjson"
        files.append(path)
        if path.exists():
            continue
        rng = random.Random(day).random
        with open(path.with_suffix(".partial"), "w", encoding="ascii") as out:
            for i in range(a_day):
                seconds = START + day * DAY + i * (DAY - 1) // a_day
                line = event(rng, day * a_day + i + 1, seconds, is_rare=i == a_day // 2 and day % 3 == 0)
                if i == a_day // 3 and day % 5 == 0 and '"DestinationIp"' not in line:
                    line = line.replace('"EventID":', f'"DestinationIp":"{RARE_ADDRESS}","EventID":', 1)
                out.write(line)
        os.rename(path.with_suffix(".partial"), path)
    return files


def timed(action):
    start = time.perf_counter()
    answer = action()
    return time.perf_counter() - start, answer


def check(command, codes=(0,), **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False, **options)
    if done.returncode not in codes:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{done.stderr.decode('utf-8', 'replace')}")
    return done


def make_sqlite(path, files):
    if path.exists():
        return
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                           "CREATE TABLE events(id INTEGER PRIMARY KEY, time TEXT, host TEXT, event_id INTEGER, image TEXT, command_line TEXT,"
                           " destination_ip TEXT, query TEXT, record TEXT);")
    for file in files:
        with open(file, encoding="ascii") as lines:
            records = ((line, json.loads(line)) for line in lines)
            database.executemany(
                "INSERT INTO events(time, host, event_id, image, command_line, destination_ip, query, record) VALUES(?,?,?,?,?,?,?,?)",
                ((r["TimeCreated"], r["Hostname"], r["EventID"], r.get("Image"), r.get("CommandLine"), r.get("DestinationIp"),
                  r.get("QueryName"), line) for line, r in records))
    database.executescript("CREATE INDEX by_time ON events(time); CREATE INDEX by_destination ON events(destination_ip);"
                           "CREATE VIRTUAL TABLE words USING fts5(command_line, content='events', content_rowid='id');"
                           "INSERT INTO words(words) VALUES('rebuild');")
    database.commit()
    database.close()


def questions(binary, store, database, files, day):
    """name -> {who -> function that answers the number that has to be the same}"""
    connection = sqlite3.connect(database)
    begin = time.strftime("%Y-%m-%d", time.gmtime(START + day * DAY))
    end = time.strftime("%Y-%m-%d", time.gmtime(START + (day + 1) * DAY))

    def hunt(sql, *more):
        done = check([binary, "hunt", "sql", "--store", store, "--format", "jsonl", sql, *more])
        return sum(json.loads(line)["n"] for line in done.stdout.splitlines())

    def sqlite(sql, *values):
        return sum(row[0] for row in connection.execute(sql, values))

    def shell(text):
        return int(check(["bash", "-c", text]).stdout or 0)

    every = " ".join(f"'{file}'" for file in files)
    return {
        "one address, all days": {
            "bartizan": lambda: hunt(f"SELECT count(*) AS n FROM events WHERE destination_ip = '{RARE_ADDRESS}'"),
            "SQLite": lambda: sqlite("SELECT count(*) FROM events WHERE destination_ip = ?", RARE_ADDRESS),
            "ripgrep": lambda: shell(f"rg -c --no-filename -F '\"{RARE_ADDRESS}\"' {every} | paste -sd+ | bc"),
        },
        "top 20 programs of a day": {
            "bartizan": lambda: hunt(f"SELECT image, count(*) AS n FROM events WHERE time >= '{begin}' AND time < '{end}' AND event_id = 1 "
                                     "GROUP BY image ORDER BY n DESC LIMIT 20", "--since", begin, "--until", end),
            "SQLite": lambda: sqlite("SELECT count(*) AS n FROM events WHERE time >= ? AND time < ? AND event_id = 1 GROUP BY image "
                                     "ORDER BY n DESC LIMIT 20", begin, end),
            "ripgrep, jq": lambda: shell(f"rg --no-filename -F '\"EventID\":1,' '{files[day]}' | jq -r .Image | sort | uniq -c | sort -rn | "
                                         "head -20 | awk '{s += $1} END {print s}'"),
        },
        "a word in command lines": {
            "bartizan": lambda: hunt(f"SELECT count(*) AS n FROM events WHERE contains(lower(command_line), '{RARE_WORD}')"),
            "SQLite FTS5": lambda: sqlite("SELECT count(*) FROM words WHERE words MATCH ?", RARE_WORD),
            "ripgrep": lambda: shell(f"rg -c --no-filename -F '{RARE_WORD}' {every} | paste -sd+ | bc"),
        },
    }


def ask_all(asked, runs):
    print("| question | who | seconds, least of the runs | answer |\n|---|---|---:|---:|")
    for name, programs in asked.items():
        answers = set()
        for who, action in programs.items():
            seconds, answer = min(timed(action) for _ in range(runs))
            answers.add(answer)
            print(f"| {name} | {who} | {seconds:.3f} | {answer} |", flush=True)
        if len(answers) != 1:
            raise SystemExit(f"the answers differ: {answers}")


def match_past(binary, store, folder, indicators):
    listed = folder / "indicators.txt"
    rng = random.Random(3)
    with open(listed, "w", encoding="ascii") as out:
        out.write(f"{RARE_ADDRESS}\nh17.site17.example\n")
        for i in range(indicators - 2):
            kind = i % 3
            out.write(f"h{rng.getrandbits(28)}.d{i}.example\n" if kind == 0 else f"{rng.getrandbits(256):064x}\n" if kind == 1 else
                      f"{200 + rng.getrandbits(4)}.{rng.getrandbits(8)}.{rng.getrandbits(8)}.{rng.getrandbits(8)}\n")
    intel = folder / "intel"
    shutil.rmtree(intel, ignore_errors=True)
    importing, _ = timed(lambda: check([binary, "intel", "import", "--intel", intel, listed]))
    matching, done = timed(lambda: check([binary, "intel", "past", "--new", "--intel", intel, "--store", store], codes=(0, 1)))
    print(f"\n{indicators} indicators imported in {importing:.1f} s, matched with the past in {matching:.2f} s:")
    print(done.stderr.decode().strip() + "\n" + done.stdout.decode())


def size_of(path):
    return sum(file.stat().st_size for file in pathlib.Path(path).rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bartizan", type=pathlib.Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--past", type=int, default=0)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="bartizan-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    binary = options.binary.resolve()
    try:
        files = make_days(folder, options.events, options.days)
        store, database = folder / "store", folder / "events.sqlite"
        if not store.exists():
            seconds, _ = timed(lambda: check([binary, "scan", "--no-identity", "--store", store, "-o", os.devnull, *files]))
            print(f"store: {options.events / seconds:,.0f} events/s with our rules, {size_of(store) / options.events:.0f} bytes an event, "
                  f"{sum(f.stat().st_size for f in store.rglob('*.values')) / options.events:.1f} of them summaries")
        if not options.no_peers:
            seconds, _ = timed(lambda: make_sqlite(database, files))
            print(f"SQLite: made in {seconds:.0f} s, {size_of(database) / options.events:.0f} bytes an event\n")
            ask_all(questions(binary, store, database, files, options.days // 2), options.runs)
        if options.past:
            match_past(binary, store, folder, options.past)
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

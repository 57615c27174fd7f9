# SPDX-License-Identifier: Apache-2.0
"""Writes Windows event log files (EVTX, version 3.1).

    from evtx_writer import Record, write_evtx
    write_evtx(path, [Record(...), ...])

The layout is the one that src/decode/evtx*.cpp read. Records of one event and field set share a template definition in a
chunk, names are stored once in a chunk, all checksums and both offset tables are filled. The same records give the same
bytes. Left out: null values, arrays and templates within templates. A value that its type cannot hold raises an error.
"""

import dataclasses
import struct
import uuid
import zlib

CHUNK_BYTES = 65536
CHUNK_HEADER_BYTES = 512
NAME_TABLE_AT, NAME_SLOTS = 128, 64
TEMPLATE_TABLE_AT, TEMPLATE_SLOTS = 384, 32
NO_DEPENDENCY = 0xFFFF
FILETIME_OF_1970 = 116444736000000000
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"

STRING, U8, U16, U32, U64, GUID, FILETIME, SID, HEX32, HEX64 = 0x01, 0x04, 0x06, 0x08, 0x0A, 0x0F, 0x11, 0x13, 0x14, 0x15
INTEGERS = {U8: "<B", U16: "<H", U32: "<I", U64: "<Q", FILETIME: "<Q", HEX32: "<I", HEX64: "<Q"}


@dataclasses.dataclass
class Record:
    """One event. `data` holds (name, type, text): numbers as decimal or 0x digits, GUIDs and SIDs as Windows prints them."""
    record_id: int
    time_ns: int
    provider: str
    provider_guid: str
    event_id: int
    channel: str
    computer: str
    data: list
    version: int = 0
    level: int = 0
    task: int = 0
    keywords: int = 0x8020000000000000
    process_id: int = 4
    thread_id: int = 8

    def values(self):
        """The substitutions: those of System in the order of system_element, then the data."""
        return [(U16, self.event_id), (U8, self.version), (U8, self.level), (U16, self.task), (U8, 0),
                (HEX64, self.keywords), (FILETIME, filetime(self.time_ns)), (U64, self.record_id), (U32, self.process_id),
                (U32, self.thread_id), (STRING, self.channel), (STRING, self.computer)] + \
               [(kind, text) for _, kind, text in self.data]


def filetime(time_ns):
    return time_ns // 100 + FILETIME_OF_1970


def utf16(text):
    return text.encode("utf-16-le")


def sid_bytes(text):
    revision, authority, *parts = (int(part) for part in text.split("-")[1:])
    return struct.pack("<BB", revision, len(parts)) + authority.to_bytes(6, "big") + struct.pack(f"<{len(parts)}I", *parts)


def value_bytes(kind, value):
    if kind == STRING:
        return utf16(value)
    if kind == GUID:
        return uuid.UUID(value).bytes_le
    if kind == SID:
        return sid_bytes(value)
    return struct.pack(INTEGERS[kind], value if isinstance(value, int) else int(value, 0))


def name_hash(name):
    value = 0
    for unit in struct.unpack(f"<{len(name)}H", utf16(name)):
        value = (value * 65599 + unit) & 0xFFFFFFFF
    return value & 0xFFFF


class Chunk:
    """64 KiB of records. All offsets are counted from its beginning."""

    def __init__(self):
        self.bytes = bytearray(CHUNK_HEADER_BYTES)
        self.names, self.name_heads = {}, [0] * NAME_SLOTS
        self.templates, self.template_heads = {}, [0] * TEMPLATE_SLOTS
        self.records = []
        self.last_record_at = 0

    def add(self, record):
        """False when the record does not fit: the chunk is then as it was before."""
        before = (len(self.bytes), dict(self.names), list(self.name_heads), dict(self.templates), list(self.template_heads))
        start = len(self.bytes)
        self.put("<4sIQQ", b"**\0\0", 0, record.record_id, filetime(record.time_ns))
        self.put("<4B", 0x0F, 1, 1, 0)
        self.template_instance(record)
        self.put("<B", 0)
        self.bytes += bytes(-(len(self.bytes) + 4 - start) % 8)
        size = len(self.bytes) + 4 - start
        self.put("<I", size)
        self.patch(start + 4, size)
        if len(self.bytes) > CHUNK_BYTES:
            size, self.names, self.name_heads, self.templates, self.template_heads = before
            del self.bytes[size:]
            return False
        self.records.append(record.record_id)
        self.last_record_at = start
        return True

    def finish(self, first_number):
        """The whole chunk; `first_number` is the place of its first record in the file, from 1."""
        out, end = self.bytes, len(self.bytes)
        struct.pack_into("<8sQQQQIIII", out, 0, b"ElfChnk\0", first_number, first_number + len(self.records) - 1,
                         self.records[0], self.records[-1], 128, self.last_record_at, end,
                         zlib.crc32(out[CHUNK_HEADER_BYTES:end]))
        struct.pack_into(f"<{NAME_SLOTS}I", out, NAME_TABLE_AT, *self.name_heads)
        struct.pack_into(f"<{TEMPLATE_SLOTS}I", out, TEMPLATE_TABLE_AT, *self.template_heads)
        self.patch(124, zlib.crc32(out[NAME_TABLE_AT:CHUNK_HEADER_BYTES], zlib.crc32(out[:120])))
        return bytes(out) + bytes(CHUNK_BYTES - end)

    def put(self, layout, *values):
        self.bytes += struct.pack(layout, *values)

    def patch(self, at, value):
        struct.pack_into("<I", self.bytes, at, value)

    def sized(self, write):
        """A size u32 and what `write` appends, which the size counts."""
        at = len(self.bytes)
        self.put("<I", 0)
        write()
        self.patch(at, len(self.bytes) - at - 4)

    def name(self, text):
        """An offset u32, followed by the name where it is used for the first time: next u32, hash u16, units u16."""
        known = self.names.get(text)
        if known is not None:
            return self.put("<I", known)
        at = len(self.bytes) + 4
        slot = name_hash(text) % NAME_SLOTS
        self.put("<IIHH", at, self.name_heads[slot], name_hash(text), len(utf16(text)) // 2)
        self.bytes += utf16(text) + b"\0\0"
        self.names[text], self.name_heads[slot] = at, at

    def template_instance(self, record):
        key = (record.provider, record.provider_guid, record.event_id, tuple((name, kind) for name, kind, _ in record.data))
        guid = uuid.uuid5(uuid.NAMESPACE_URL, repr(key)).bytes_le
        template_id, = struct.unpack_from("<I", guid)
        known = self.templates.get(key)
        self.put("<BBII", 0x0C, 1, template_id, known or len(self.bytes) + 10)
        if known is None:
            slot = template_id % TEMPLATE_SLOTS
            at = len(self.bytes)
            self.put("<I16s", self.template_heads[slot], guid)
            self.sized(lambda: self.template(record))
            self.templates[key], self.template_heads[slot] = at, at
        values = [(kind, value_bytes(kind, value)) for kind, value in record.values()]
        self.put("<I", len(values))
        for kind, data in values:
            self.put("<HBB", len(data), kind, 0)
        for _, data in values:
            self.bytes += data

    def template(self, record):
        self.put("<4B", 0x0F, 1, 1, 0)
        self.element("Event", [("xmlns", NAMESPACE)], lambda: (self.system_element(record), self.data_element(record)))
        self.put("<B", 0)

    def element(self, name, attributes, content=None):
        """An attribute's value is a text or a substitution (index, type). Without content the element is empty."""
        self.put("<BH", 0x41 if attributes else 0x01, NO_DEPENDENCY)

        def body():
            self.name(name)
            if attributes:
                self.sized(lambda: [self.attribute(*each, each is not attributes[-1]) for each in attributes])
            if content is None:
                return self.put("<B", 0x03)
            self.put("<B", 0x02)
            content()
            self.put("<B", 0x04)

        self.sized(body)

    def attribute(self, name, value, more_follow):
        self.put("<B", 0x46 if more_follow else 0x06)
        self.name(name)
        if isinstance(value, str):
            self.put("<BBH", 0x05, STRING, len(utf16(value)) // 2)
            self.bytes += utf16(value)
        else:
            self.substitution(*value)

    def substitution(self, index, kind):
        self.put("<BHB", 0x0D, index, kind)

    def system_element(self, record):
        def filled(name, index, kind):
            self.element(name, [], lambda: self.substitution(index, kind))

        def members():
            self.element("Provider", [("Name", record.provider), ("Guid", record.provider_guid)])
            for index, (name, kind) in enumerate([("EventID", U16), ("Version", U8), ("Level", U8), ("Task", U16),
                                                  ("Opcode", U8), ("Keywords", HEX64)]):
                filled(name, index, kind)
            self.element("TimeCreated", [("SystemTime", (6, FILETIME))])
            filled("EventRecordID", 7, U64)
            self.element("Correlation", [])
            self.element("Execution", [("ProcessID", (8, U32)), ("ThreadID", (9, U32))])
            filled("Channel", 10, STRING)
            filled("Computer", 11, STRING)
            self.element("Security", [])

        self.element("System", [], members)

    def data_element(self, record):
        first = len(record.values()) - len(record.data)

        def members():
            for index, (name, kind, _) in enumerate(record.data, first):
                self.element("Data", [("Name", name)], lambda: self.substitution(index, kind))

        self.element("EventData", [], members)


def file_header(chunk_count, next_record_id):
    head = struct.pack("<8sQQQIHHHH76x", b"ElfFile\0", 0, chunk_count - 1, next_record_id, 128, 1, 3, 4096, chunk_count)
    return (head + struct.pack("<II", 0, zlib.crc32(head))).ljust(4096, b"\0")


def evtx_bytes(records):
    """`records` stand in the order of their ids; there is at least one."""
    chunks = [Chunk()]
    for record in records:
        if chunks[-1].add(record):
            continue
        chunks.append(Chunk())
        if not chunks[-1].add(record):
            raise ValueError(f"record {record.record_id} is larger than a chunk")
    out, number = [file_header(len(chunks), records[-1].record_id + 1)], 1
    for chunk in chunks:
        out.append(chunk.finish(number))
        number += len(chunk.records)
    return b"".join(out)


def write_evtx(path, records):
    path.write_bytes(evtx_bytes(records))

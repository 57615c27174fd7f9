// SPDX-License-Identifier: Apache-2.0
// Event logs of Windows NT to XP and 2003 (.evt; [MS-EVEN] 2.2.3 EVENTLOGRECORD). A header of 48 bytes, then
// records, each between two copies of its size; the log is a ring, so that the last record may go on behind the
// header:
//   0 size   4 "LfLe"   8 number   12 generated   16 written (Unix time)   20 id   24 type u16   26 strings u16
//   28 category u16   36 where the strings begin   40 size of the SID   44 where it is   48 size of the data
//   52 where it is   56 source and computer, strings, SID, data, padding, size
// Strings are UTF-16, each with its zero. Records are found by their signature, so that a log that was never
// closed reads as well. The log is not named in it: it follows from the source. The Security log of these systems
// counted its events lower and named no values; what later ones mean by the same they are called here
// (https://learn.microsoft.com/windows-server/identity/ad-ds/plan/appendix-l--events-to-monitor), and the
// number of the record stays as LegacyEventID.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "decode/whole.h"
#include "decode/windows_message.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

constexpr std::size_t kHeaderBytes = 48, kFixedBytes = 56, kRecordBytesMin = kFixedBytes + 8;
constexpr std::string_view kSignature = "LfLe";

// The values of an event of the Security log in their order; empty: not of use.
struct Names {
  std::uint32_t id;
  std::string_view names[8];
};
constexpr Names kLogon{528,
                       {"TargetUserName", "TargetDomainName", "TargetLogonId", "LogonType",
                        "LogonProcessName", "AuthenticationPackageName", "WorkstationName", ""}};
constexpr Names kFailure{529,
                         {"TargetUserName", "TargetDomainName", "LogonType", "LogonProcessName",
                          "AuthenticationPackageName", "WorkstationName", "", ""}};
constexpr Names kProcess{592,
                         {"NewProcessId", "NewProcessName", "ProcessId", "SubjectUserName",
                          "SubjectDomainName", "SubjectLogonId", "", ""}};
constexpr Names kAccount{624,
                         {"TargetUserName", "TargetDomainName", "TargetSid", "SubjectUserName",
                          "SubjectDomainName", "SubjectLogonId", "PrivilegeList", ""}};

const Names* names_of(std::uint32_t id) {
  switch (id) {
    case 528:
    case 540: return &kLogon;
    case 592: return &kProcess;
    case 624:
    case 626:
    case 629:
    case 630:
    case 642: return &kAccount;
    default: return id >= 529 && id <= 539 && id != 538 ? &kFailure : nullptr;
  }
}

// The number since Vista.
std::uint32_t present_id(std::uint32_t id) {
  constexpr std::uint32_t kFirst = 512, kLast = 697, kShift = 4096;
  if (id == 517) return 1102;
  if (names_of(id) == &kLogon) return 4624;
  if (names_of(id) == &kFailure) return 4625;
  return id >= kFirst && id <= kLast ? id + kShift : id;
}

std::string_view channel_of(std::string_view provider) {
  constexpr std::string_view kSystem[] = {"EventLog",
                                          "Tcpip",
                                          "Dhcp",
                                          "W32Time",
                                          "NETLOGON",
                                          "Print",
                                          "DCOM",
                                          "Disk",
                                          "atapi",
                                          "Ftdisk",
                                          "Srv",
                                          "USER32",
                                          "LSASRV",
                                          "SAM",
                                          "IPSec",
                                          "Windows Update Agent",
                                          "TermService",
                                          "RemoteAccess",
                                          "Application Popup",
                                          "Save Dump"};
  if (provider == "Security") return "Security";
  if (std::ranges::find(kSystem, provider) != std::end(kSystem)) return "System";
  if (const std::string_view usual = usual_channel_of(provider); !usual.empty()) return usual;
  return "Application";
}

class EvtDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view text = as_text(piece.bytes);
    bool went_round = false;
    for (std::size_t found = text.find(kSignature); found != text.npos;) {
      const std::size_t begin = found - 4;
      std::size_t next = found + 1;
      if (found >= 4) {
        const std::size_t size = ByteReader(piece.bytes, begin).u32();
        // One record goes round the ring; more would have hostile bytes copied without end.
        const bool goes_round = size > text.size() - begin;
        if (size >= kRecordBytesMin && size <= text.size() &&
            !(goes_round && std::exchange(went_round, true))) {
          const Bytes record = whole(piece, begin, size);
          if (ByteReader(record, size - 4).u32() == size) {
            read(record, piece.offset + begin, out);
            next = std::min(begin + size, text.size());
          } else {
            oddities.add("an event record is damaged", piece.offset + begin);
          }
        } else if (size != kHeaderBytes) {
          oddities.add("an event record is damaged or cut short", piece.offset + begin);
        }
      }
      found = text.find(kSignature, next);
    }
  }

 private:
  // The record, put together where it goes on at the start of the ring.
  Bytes whole(const Piece& piece, std::size_t begin, std::size_t size) {
    const Bytes here = slice(piece.bytes, begin, size);
    if (here.size() == size) return here;
    joined_.assign(here.begin(), here.end());
    const Bytes rest = slice(piece.bytes, kHeaderBytes, size - here.size());
    joined_.insert(joined_.end(), rest.begin(), rest.end());
    joined_.resize(size);
    return joined_;
  }

  // UTF-16 up to its zero, from `at` on, which is moved behind it.
  static std::string_view take_text(Bytes record, std::size_t& at, EventBatch& out) {
    std::size_t end = at;
    while (end + 2 <= record.size() && (record[end] != 0 || record[end + 1] != 0)) end += 2;
    const Bytes text = slice(record, at, end - at);
    at = end + 2;
    char* room = out.arena().reserve(utf8_bytes_max(text.size() / 2));
    return out.arena().take(static_cast<std::size_t>(utf16le_to_utf8(text, room) - room));
  }

  // S-1-5-21-…: revision, count, authority (big-endian), then sub-authorities.
  static std::string sid_text(Bytes sid) {
    constexpr std::size_t kHead = 8, kPartsMax = 15;
    if (sid.size() < kHead || sid[1] > kPartsMax || sid.size() < kHead + sid[1] * 4u) return {};
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < kHead; ++i) authority = authority << 8 | sid[i];
    std::string text = "S-" + std::to_string(sid[0]) + "-" + std::to_string(authority);
    ByteReader parts(sid, kHead);
    for (std::size_t i = 0; i < sid[1]; ++i) text += "-" + std::to_string(parts.u32());
    return text;
  }

  static void read(Bytes record, std::uint64_t offset, EventBatch& out) {
    static constexpr std::pair<std::uint16_t, std::string_view> kTypes[] = {
        {1, "Error"}, {2, "Warning"}, {4, "Information"}, {8, "Audit Success"}, {16, "Audit Failure"}};
    ByteReader in(record, 8);
    const std::uint32_t number = in.u32(), generated = in.u32();
    in.skip(4);
    const std::uint32_t id = in.u32() & 0xffff;  // what lies above says how grave it is
    const std::uint16_t type = in.u16(), strings = in.u16(), category = in.u16();
    in.seek(36);
    std::size_t at_strings = in.u32();
    const std::uint32_t sid_bytes = in.u32(), at_sid = in.u32();
    Event& event = out.start();
    event.offset = offset;
    event.product = "windows";
    event.time = {static_cast<std::int64_t>(generated) * kTicksPerSecond};
    std::size_t at = kFixedBytes;
    event.provider = take_text(record, at, out);
    event.host = take_text(record, at, out);
    event.channel = channel_of(event.provider);
    const bool is_security = event.channel == "Security";
    event.event_id = is_security ? present_id(id) : id;
    event.record_id = out.keep(std::to_string(number));
    out.add("Provider_Name", event.provider);
    out.add("EventID", out.keep(std::to_string(event.event_id)), true);
    if (event.event_id != id) out.add("LegacyEventID", out.keep(std::to_string(id)), true);
    out.add("Channel", event.channel);
    out.add("Computer", event.host);
    out.add("EventRecordID", event.record_id, true);
    for (const auto& [number_of, name] : kTypes)
      if (number_of == type) out.add("Type", name);
    if (category != 0) out.add("Task", out.keep(std::to_string(category)), true);
    if (const std::string sid = sid_text(slice(record, at_sid, sid_bytes)); !sid.empty())
      out.add("Security_UserID", out.keep(sid));
    const Names* names = is_security ? names_of(id) : nullptr;
    for (std::size_t i = 0;
         i < strings && at_strings + 2 <= record.size() && out.fields_of_draft() < limits::kFieldsPerEventMax;
         ++i) {
      const std::string_view value = take_text(record, at_strings, out);
      const bool has_name = names && i < std::size(names->names) && !names->names[i].empty();
      out.add(has_name ? names->names[i] : "Data", value);
    }
    judge_header(out);
    out.commit();
  }

  std::vector<std::uint8_t> joined_;
};

int recognise(Bytes head) {
  ByteReader in(head);
  const bool fits =
      in.u32() == kHeaderBytes && as_text(in.take(4)) == kSignature && in.u32() == 1 && in.u32() <= 1;
  return fits && !in.failed() ? 100 : 0;
}

}  // namespace

const Format& evt_format() {
  static constexpr Format kFormat{
      "evt",
      "Event log of Windows XP, 2003 and before",
      "windows: by channel",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<EvtDecoder>(); }};
  return kFormat;
}

}  // namespace bartizan

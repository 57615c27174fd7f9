// SPDX-License-Identifier: Apache-2.0
// /var/log/zypp/history of SUSE's zypper: one step a line, its values apart by |; what scripts of packages printed stands in
// comments (https://doc.opensuse.org/projects/libzypp: HistoryLog).
//   2026-11-24 08:00:00|command|root@web1|'zypper' 'install' 'nmap'|
//   2026-11-24 08:00:01|install|nmap|7.93-1.1|x86_64|root@web1|repo-oss|0123abcd|
//   2026-11-24 08:00:02|remove |telnet|1.2-1.1|x86_64|root@web1|
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

struct Step {
  std::string_view verb, action;
  std::string_view names[5];  // of the values behind the verb
};

constexpr Step kSteps[] = {
    {"command", "command", {"Requester", "CommandLine"}},
    {"install", "installed", {"Package", "Version", "Architecture", "Requester", "Repository"}},
    {"remove", "removed", {"Package", "Version", "Architecture", "Requester"}},
    {"patch", "patched", {"Package", "Version", "Architecture", "Repository", "Severity"}},
    {"radd", "repository_added", {"Repository", "Url"}},
    {"rremove", "repository_removed", {"Repository"}},
    {"ralias", "repository_renamed", {"Repository", "NewName"}},
    {"rurl", "repository_changed", {"Repository", "Url"}},
};

// root@web1: who asked, on which host.
void add_requester(std::string_view requester, EventBatch& draft) {
  const std::size_t at = requester.find('@');
  draft.add("User", requester.substr(0, at));
  if (at != requester.npos) draft.draft().host = requester.substr(at + 1);
}

bool read_step(std::string_view line, const LinePlace& place, EventBatch& draft) {
  draft.draft().product = "linux", draft.draft().service = "packages";
  TextCursor in(line);
  std::string_view written, verb;
  if (!in.until('|', written) || !in.until('|', verb)) return false;
  const auto time = parse_written_time(written, place);
  if (!time) return false;
  draft.draft().time = *time;
  verb = without_blanks_around(verb);
  for (const Step& step : kSteps) {
    if (step.verb != verb) continue;
    draft.add("Action", step.action);
    for (std::string_view name : step.names) {
      const std::string_view value = in.until('|');
      if (name.empty() || value.empty()) continue;
      if (name == "Requester") add_requester(value, draft);
      else draft.add(name, value);
    }
  }
  draft.add("message", line.substr(written.size() + 1));
  return true;
}

bool is_comment(std::string_view line) { return line.starts_with('#'); }

int recognise(Bytes head) {
  const bool has_step =
      lines_that_fit(head, [](std::string_view line) {
        for (const Step& step : kSteps)
          if (const std::size_t bar = line.find('|'); bar != line.npos)
            if (TextCursor in(line.substr(bar + 1)); without_blanks_around(in.until('|')) == step.verb)
              return true;
        return false;
      }) >= 60;
  return has_step && lines_read(head, read_step) >= 60 ? 90 : 0;
}

}  // namespace

const Format& zypper_format() {
  static constexpr Format kFormat{
      "zypper",
      "History of zypper (/var/log/zypp/history)",
      "linux: packages",
      recognise,
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_step, "a line is not a step of zypper's history",
                                             is_comment);
      },
      nullptr,
      "2026-11-24 08:00:01|install|nmap|7.93-1.1|x86_64|root@web1|repo-oss|0123abcd|\n"};
  return kFormat;
}

}  // namespace bartizan

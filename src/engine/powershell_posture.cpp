// SPDX-License-Identifier: Apache-2.0
#include "engine/powershell_posture.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan {
namespace {

constexpr std::string_view kBlocks = "script-block logging", kModules = "module logging",
                           kTranscripts = "transcription", kLanguage = "constrained language mode",
                           kAmsi = "AMSI", kOldEngine = "removal of PowerShell 2";

// Registry values that switch a protection, by the end of their path in lower case, and the data that switch it on.
struct Setting {
  std::string_view path, control;
  std::string_view on[2];
  std::string_view next_step = {};  // where it is off and not plain
};
constexpr Setting kSettings[] = {
    {"\\powershell\\scriptblocklogging\\enablescriptblocklogging", kBlocks, {"1", ""}},
    {"\\powershellcore\\scriptblocklogging\\enablescriptblocklogging", kBlocks, {"1", ""}},
    {"\\powershell\\modulelogging\\enablemodulelogging", kModules, {"1", ""}},
    {"\\powershell\\transcription\\enabletranscripting", kTranscripts, {"1", ""}},
    {"\\environment\\__pslockdownpolicy", kLanguage, {"4", "8"}},
    {"\\windows script\\settings\\amsienable", kAmsi, {"1", ""}},
    {"\\services\\lanmanserver\\parameters\\requiresecuritysignature",
     "SMB signing, as server",
     {"1", ""},
     "Require signing by group policy: relayed logons then end here."},
    {"\\services\\lanmanworkstation\\parameters\\requiresecuritysignature",
     "SMB signing, as client",
     {"1", ""},
     "Require signing by group policy."},
    {"\\services\\ntds\\parameters\\ldapserverintegrity",
     "LDAP signing",
     {"2", ""},
     "Find the clients without it (events 2887, 2889), then set 2."},
    {"\\services\\ntds\\parameters\\ldapenforcechannelbinding",
     "LDAP channel binding",
     {"2", ""},
     "Find the clients without it (events 3039, 3040), then set 2."},
    {"\\control\\lsa\\lmcompatibilitylevel", "NTLMv1 refused", {"5", ""}, "Set LmCompatibilityLevel to 5."},
    {"\\control\\lsa\\msv1_0\\restrictsendingntlmtraffic",
     "outgoing NTLM refused",
     {"2", ""},
     "Audit first (1; events 8001), list exceptions, then 2."},
    {"\\control\\lsa\\msv1_0\\restrictreceivingntlmtraffic",
     "incoming NTLM refused",
     {"2", ""},
     "Audit first (events 8002), then 2; domain controllers and certificate services first."},
    {"\\services\\netlogon\\parameters\\restrictntlmindomain",
     "NTLM refused in the domain",
     {"7", ""},
     "`bartizan identity ntlm` lists who still needs it."},
    {"\\control\\lsa\\runasppl", "LSA protection", {"1", "2"}, "Set RunAsPPL to 1."},
    {"\\control\\lsa\\lsacfgflags",
     "Credential Guard",
     {"1", "2"},
     "Turn Credential Guard on where the hardware can."},
};

const Setting* setting_of(const Event& event) {
  const std::string_view* path = event.find("TargetObject");
  if (!path || path->size() > limits::kPathBytesMax) return nullptr;
  for (const Setting& setting : kSettings)
    if (path->size() >= setting.path.size() &&
        equals_ignoring_ascii_case(path->substr(path->size() - setting.path.size()), setting.path))
      return &setting;
  return nullptr;
}

// `DWORD (0x00000001)`, `0x1`, `1` -> `1`
std::string number_of(std::string_view data) {
  if (const std::size_t at = data.find("0x"); at != data.npos) data.remove_prefix(at + 2);
  data = data.substr(0, data.find(')'));
  const std::size_t first = data.find_first_not_of('0');
  return first == data.npos ? "0" : std::string(data.substr(first));
}

EventKind kind_of_rules(const Kind& kind) {
  EventKind out;
  out.channel = kind.channel, out.provider = kind.provider, out.event_id = kind.event_id,
  out.product = kind.product;
  return out;
}

bool is_powershell(const Kind& kind, std::uint32_t event_id) {
  return kind.event_id == event_id && kind.channel.starts_with("Microsoft-Windows-PowerShell");
}

// The start, the providers and the end of a session; each names its engine.
template <class AnyKind>
bool is_session(const AnyKind& kind) {
  return (kind.event_id == 400 || kind.event_id == 403 || kind.event_id == 600) &&
         kind.channel == "Windows PowerShell";
}

template <class AnyKind>
bool is_image_load(const AnyKind& kind) {
  return kind.event_id == 7 && kind.channel == "Microsoft-Windows-Sysmon/Operational";
}

// What only an enforced policy writes; PowerShell constrains scripts that such a policy does not allow.
template <class AnyKind>
std::string_view enforced_policy(const AnyKind& kind) {
  if (kind.event_id == 8007 && kind.channel == "Microsoft-Windows-AppLocker/MSI and Script")
    return "AppLocker blocked a script or installer, so its policy is enforced (event 8007 was written)";
  if (kind.event_id == 3077 && kind.channel == "Microsoft-Windows-CodeIntegrity/Operational")
    return "App Control blocked a file, so its policy is enforced (event 3077 was written)";
  return {};
}

bool ends_with(const Event& event, std::string_view field, std::string_view ending) {
  const std::string_view* value = event.find(field);
  return value && value->size() >= ending.size() &&
         equals_ignoring_ascii_case(value->substr(value->size() - ending.size()), ending);
}

bool loads_amsi(const Event& event) {
  return ends_with(event, "ImageLoaded", "\\amsi.dll") &&
         (ends_with(event, "Image", "\\powershell.exe") || ends_with(event, "Image", "\\pwsh.exe"));
}

bool is_old_engine(const Event& event) {
  return std::any_of(event.fields.begin(), event.fields.end(), [](const Field& field) {
    return field.name == "Data" && (field.value.find("EngineVersion=2.") != field.value.npos ||
                                    field.value.find("HostVersion=2.") != field.value.npos);
  });
}

// PowerShell logs suspicious blocks as warnings even where nobody switched the logging on; all others prove it.
bool proves_logging(const Event& record) {
  const std::string_view* level = record.find("Level");
  return level && (*level == "5" || *level == "Verbose");
}

}  // namespace

std::string_view posture_field_of(const EventKind& kind) {
  if (DirectoryPosture::concerns(kind)) return "Computer";
  if (kind.event_id == 4103 && kind.channel.starts_with("Microsoft-Windows-PowerShell")) return "Computer";
  if (is_session(kind)) return "Data";
  if (is_image_load(kind)) return "ImageLoaded";
  if (!enforced_policy(kind).empty()) return "Computer";
  const bool is_sysmon = kind.channel == "Microsoft-Windows-Sysmon/Operational";
  return (is_sysmon && (kind.event_id == 12 || kind.event_id == 13)) || kind.category == "registry_set"
             ? "TargetObject"
             : "";
}

bool PostureNotes::concerns(const Kind& kind, const Event& event) const {
  if (!kind.is_about_posture) return false;
  if (DirectoryPosture::concerns(kind_of_rules(kind))) return true;
  if (is_powershell(kind, 4103)) {
    const std::string_view* host = event.find("Computer");
    return !host || !seen_.contains(std::string(kModules) + '\n' + std::string(*host));
  }
  if (is_session(kind)) return is_old_engine(event);
  if (is_image_load(kind)) return ends_with(event, "ImageLoaded", "\\amsi.dll");
  if (!enforced_policy(kind).empty()) return true;
  return setting_of(event) != nullptr;
}

void PostureNotes::note(const Kind& kind, const Event& record, const std::string& file) {
  if (DirectoryPosture::concerns(kind_of_rules(kind))) return directory_.note(record, file);
  if (is_powershell(kind, 4103)) return add(kModules, true, "event 4103 was written", record, file);
  if (is_powershell(kind, 4104)) {
    if (proves_logging(record))
      add(kBlocks, true, "for a block without suspicious words event 4104 was written", record, file);
    return;
  }
  if (is_session(kind)) {
    if (is_old_engine(record))
      add(kOldEngine, false, fmt::format("PowerShell 2 was started (event {})", kind.event_id), record, file);
    return;
  }
  if (is_image_load(kind)) {
    if (loads_amsi(record))
      add(kAmsi, true, "for PowerShell's load of amsi.dll Sysmon event 7 was written", record, file);
    return;
  }
  if (const std::string_view evidence = enforced_policy(kind); !evidence.empty())
    return add(kLanguage, true, std::string(evidence), record, file);
  if (kind.channel.empty() && kind.category == "ps_script")
    return add(kTranscripts, true, "a transcript was written", record, file);
  const Setting* setting = setting_of(record);
  if (!setting) return;
  const std::string_view path = *record.find("TargetObject");
  const std::string_view* details = record.find("Details");
  const std::string_view* what = record.find("EventType");
  if (what && what->starts_with("Delete"))
    return add(setting->control, false, std::string(path) + " was deleted", record, file);
  if (!details) return;
  const std::string data = number_of(*details);
  const bool is_on = data == setting->on[0] || (!setting->on[1].empty() && data == setting->on[1]);
  add(setting->control, is_on, std::string(path) + " was set to " + data, record, file);
  if (!is_on) facts_.back().next_step = setting->next_step;
}

void PostureNotes::add(std::string_view control, bool in_force, std::string evidence, const Event& record,
                       const std::string& file) {
  std::string key = std::string(control) + '\n' + std::string(record.host);
  // Of what a protection writes again and again, one record a piece of a log is enough; settings are all kept.
  if (in_force && (evidence.ends_with("written") || evidence.ends_with("written)")) &&
      !seen_.insert(std::move(key)).second)
    return;
  facts_.push_back({std::string(record.host),
                    std::string(control),
                    in_force,
                    std::move(evidence),
                    file,
                    std::string(record.record_id),
                    record.time,
                    {}});
}

std::vector<PostureFact> PostureNotes::take() {
  seen_.clear();
  return std::exchange(facts_, {});
}

void PowershellPosture::add(std::vector<PostureFact> facts) {
  const auto order = [](const PostureFact& fact) { return std::tie(fact.time, fact.file, fact.record_id); };
  for (PostureFact& fact : facts) {
    if (last_.size() >= limits::kPostureFactsMax) return;
    const auto [known, is_new] = last_.try_emplace({fact.host, fact.control}, fact);
    if (!is_new && order(known->second) < order(fact)) known->second = std::move(fact);
  }
}

std::vector<PostureFact> PowershellPosture::facts() const {
  std::vector<PostureFact> out;
  for (const auto& [key, fact] : last_) out.push_back(fact);
  return out;
}

}  // namespace bartizan

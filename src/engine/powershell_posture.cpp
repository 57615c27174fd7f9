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
    {"\\powershellcore\\modulelogging\\enablemodulelogging", kModules, {"1", ""}},
    {"\\powershell\\transcription\\enabletranscripting", kTranscripts, {"1", ""}},
    {"\\powershellcore\\transcription\\enabletranscripting", kTranscripts, {"1", ""}},
    {"\\windows\\srpv2\\script\\enforcementmode",
     kLanguage,
     {"1", ""},
     "Set the AppLocker rules for scripts from audit to enforced."},
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

// Settings of administrative templates, as reports of group policy name them (in English).
struct NamedPolicy {
  std::string_view name, control;
};
constexpr NamedPolicy kPolicies[] = {{"Turn on PowerShell Script Block Logging", kBlocks},
                                     {"Turn on Module Logging", kModules},
                                     {"Turn on PowerShell Transcription", kTranscripts}};

const NamedPolicy* policy_of(const Event& event) {
  const std::string_view* name = event.find("PolicyName");
  const auto found = std::find_if(std::begin(kPolicies), std::end(kPolicies),
                                  [&](const NamedPolicy& policy) { return name && policy.name == *name; });
  return found == std::end(kPolicies) ? nullptr : found;
}

struct PolicyRecord {
  std::string_view evidence;  // empty: no such record
  bool enforced = false;
};

// PowerShell constrains scripts that an enforced policy does not allow; what only audits leaves them the full language.
template <class AnyKind>
PolicyRecord policy_record(const AnyKind& kind) {
  const bool is_applocker = kind.channel == "Microsoft-Windows-AppLocker/MSI and Script";
  const bool is_app_control = kind.channel == "Microsoft-Windows-CodeIntegrity/Operational";
  if (is_applocker && kind.event_id == 8007)
    return {"AppLocker blocked a script or installer, so its policy is enforced (event 8007 was written)",
            true};
  if (is_app_control && kind.event_id == 3077)
    return {"App Control blocked a file, so its policy is enforced (event 3077 was written)", true};
  if (is_applocker && kind.event_id == 8006)
    return {
        "AppLocker let a script or installer run that it would block, so its policy only audits (event 8006 "
        "was written)"};
  if (is_app_control && kind.event_id == 3076)
    return {
        "App Control let a file run that it would block, so its policy only audits (event 3076 was written)"};
  return {};
}

// A feature of Windows was turned on or off. The provider's manifest: 9 on, 10 off, 15 off and its files removed.
template <class AnyKind>
bool is_feature_change(const AnyKind& kind) {
  return (kind.event_id == 9 || kind.event_id == 10 || kind.event_id == 15) && kind.channel == "Setup" &&
         kind.provider == "Microsoft-Windows-Servicing";
}

bool is_about_old_engine(const Event& event) {
  const std::string_view* feature = event.find("UpdateName");
  return feature && feature->starts_with("MicrosoftWindowsPowerShellV2");
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

bool holds(const Event& event, std::string_view field, std::string_view piece) {
  const std::string_view* value = event.find(field);
  return value && value->find(piece) != value->npos;
}

struct SaidLanguage {
  std::string evidence;  // empty: nothing is said
  bool constrained = false;
};

// What a session says of its own language: the value of LanguageMode that somebody looked at, in a module log (4103) or a
// transcript, and errors that only the constrained language has (4100).
SaidLanguage said_language(std::uint32_t event_id, const Event& event) {
  if (event_id == 4100 && holds(event, "Payload", "ConstrainedLanguage"))
    return {"an error of the constrained language was logged (event 4100 was written)", true};
  for (const bool constrained : {true, false}) {
    const std::string_view mode = constrained ? "ConstrainedLanguage" : "FullLanguage";
    const bool in_log = event_id == 4103 && holds(event, "Payload", fmt::format("value=\"{}\"", mode));
    const bool in_transcript =
        event_id == 0 && holds(event, "ScriptBlockText", "LanguageMode") && holds(event, "Output", mode);
    if (in_log || in_transcript) return {fmt::format("a session's LanguageMode was {}", mode), constrained};
  }
  return {};
}

constexpr std::string_view kAmsiProviders = "\\microsoft\\amsi\\providers\\";

bool is_amsi_provider(const Event& event) {
  const std::string_view* path = event.find("TargetObject");
  return path && path->size() <= limits::kPathBytesMax &&
         std::search(path->begin(), path->end(), kAmsiProviders.begin(), kAmsiProviders.end(),
                     [](char a, char b) { return fold_ascii(a) == b; }) != path->end();
}

// PowerShell logs suspicious blocks as warnings even where nobody switched the logging on; all others prove it.
bool proves_logging(const Event& record) {
  const std::string_view* level = record.find("Level");
  return level && (*level == "5" || *level == "Verbose");
}

}  // namespace

std::string_view posture_field_of(const EventKind& kind) {
  if (const std::string_view field = DirectoryPosture::field_of(kind); !field.empty()) return field;
  if ((kind.event_id == 4103 || kind.event_id == 4100) &&
      kind.channel.starts_with("Microsoft-Windows-PowerShell"))
    return "Payload";
  if (is_session(kind)) return "Data";
  if (is_image_load(kind)) return "ImageLoaded";
  if (!policy_record(kind).evidence.empty()) return "Computer";
  if (is_feature_change(kind)) return "UpdateName";
  if (kind.category == "security_policy") return "PolicyName";
  const bool is_sysmon = kind.channel == "Microsoft-Windows-Sysmon/Operational";
  return (is_sysmon && (kind.event_id == 12 || kind.event_id == 13)) || kind.category == "registry_set"
             ? "TargetObject"
             : "";
}

bool PostureNotes::concerns(const Kind& kind, const Event& event) const {
  if (!kind.is_about_posture) return false;
  if (DirectoryPosture::concerns(kind_of_rules(kind)))
    return DirectoryPosture::concerns(kind_of_rules(kind), event);
  if (is_powershell(kind, 4103) || is_powershell(kind, 4100)) {
    const bool is_known =
        kind.event_id == 4100 || seen_.contains(std::string(kModules) + '\n' + std::string(event.host));
    return !is_known || !said_language(kind.event_id, event).evidence.empty();
  }
  if (is_session(kind)) return is_old_engine(event);
  if (is_image_load(kind)) return ends_with(event, "ImageLoaded", "\\amsi.dll");
  if (!policy_record(kind).evidence.empty()) return true;
  if (is_feature_change(kind)) return is_about_old_engine(event);
  if (kind.category == "security_policy") return policy_of(event) != nullptr;
  return setting_of(event) != nullptr || is_amsi_provider(event);
}

void PostureNotes::note(const Kind& kind, const Event& record, const std::string& file) {
  if (DirectoryPosture::concerns(kind_of_rules(kind))) return directory_.note(record, file);
  if (kind.channel.starts_with("Microsoft-Windows-PowerShell")) return note_powershell(kind, record, file);
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
  if (const PolicyRecord policy = policy_record(kind); !policy.evidence.empty())
    return add(kLanguage, policy.enforced, std::string(policy.evidence), record, file);
  if (is_feature_change(kind)) {
    if (is_about_old_engine(record))
      add(kOldEngine, kind.event_id != 9,
          fmt::format("the feature {} was turned {} (event {})", *record.find("UpdateName"),
                      kind.event_id == 9 ? "on" : "off", kind.event_id),
          record, file);
    return;
  }
  if (kind.category == "security_policy") {
    const NamedPolicy* policy = policy_of(record);
    const std::string_view* state = record.find("PolicyValue");
    if (policy && state)
      add(policy->control, *state == "Enabled",
          fmt::format("group policy: \"{}\" is {}", policy->name, *state), record, file);
    return;
  }
  if (kind.channel.empty() && kind.category == "ps_script") {
    add(kTranscripts, true, "a transcript was written", record, file);
    return note_language(0, record, file);
  }
  note_setting(record, file);
}

void PostureNotes::note_powershell(const Kind& kind, const Event& record, const std::string& file) {
  if (kind.event_id == 4103) add(kModules, true, "event 4103 was written", record, file);
  if (kind.event_id == 4104 && proves_logging(record))
    add(kBlocks, true, "for a block without suspicious words event 4104 was written", record, file);
  if (kind.event_id == 4103 || kind.event_id == 4100) note_language(kind.event_id, record, file);
}

void PostureNotes::note_language(std::uint32_t event_id, const Event& record, const std::string& file) {
  SaidLanguage said = said_language(event_id, record);
  if (!said.evidence.empty()) add(kLanguage, said.constrained, std::move(said.evidence), record, file);
}

void PostureNotes::note_setting(const Event& record, const std::string& file) {
  const std::string_view* path = record.find("TargetObject");
  if (!path) return;
  const std::string_view* what = record.find("EventType");
  const bool is_deleted = what && what->starts_with("Delete");
  const Setting* setting = setting_of(record);
  if (!setting) {
    if (is_amsi_provider(record))
      add(kAmsi, !is_deleted, std::string(*path) + (is_deleted ? " was deleted" : " names a provider"),
          record, file);
    return;
  }
  if (is_deleted) return add(setting->control, false, std::string(*path) + " was deleted", record, file);
  const std::string_view* details = record.find("Details");
  if (!details) return;
  const std::string data = number_of(*details);
  const bool is_on = data == setting->on[0] || (!setting->on[1].empty() && data == setting->on[1]);
  add(setting->control, is_on, std::string(*path) + " was set to " + data, record, file);
  if (!is_on) facts_.back().next_step = setting->next_step;
}

void PostureNotes::add(std::string_view control, bool in_force, std::string evidence, const Event& record,
                       const std::string& file) {
  std::string key = std::string(control) + '\n' + std::string(record.host);
  if (!in_force) key += "\nnot";
  // Of what is written again and again, one record a piece of a log is enough; settings are all kept.
  if ((evidence.ends_with("written") || evidence.ends_with("written)")) &&
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

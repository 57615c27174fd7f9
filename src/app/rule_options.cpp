// SPDX-License-Identifier: Apache-2.0
#include "app/rule_options.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "app/content.h"

namespace bartizan::app {
namespace fs = std::filesystem;
namespace {

// The folders of the public collection that hold active rules are called rules and rules-*; another
// collection is taken as a whole.
std::vector<std::string> folders_with_rules(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if ((name == "rules" || name.starts_with("rules-")) && entry->is_directory(error))
      out.push_back(entry->path().string());
  }
  std::ranges::sort(out);
  if (out.empty()) out.push_back(folder);
  return out;
}

// `suricata:…`, a signature. Which there are is not known before they match.
bool names_signatures(const Glob& glob) { return glob.text().starts_with("suricata:"); }

template <class Names>
std::string first_unmatched(const std::vector<Glob>& globs, const RuleSet& rules, Names names) {
  for (const Glob& glob : globs) {
    if (names_signatures(glob)) continue;
    const auto fits = [&](const auto& rule) { return names(glob, facts_of(rule)); };
    if (std::ranges::none_of(rules.rules(), fits) && std::ranges::none_of(rules.correlations(), fits))
      return glob.text();
  }
  return {};
}

}  // namespace

std::vector<Glob> globs_of(const std::vector<std::string>& texts) {
  std::vector<Glob> out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

bool follows_identities(const Arguments& arguments) {
  if (arguments.has("--identity")) return true;
  for (const char* name : {"--no-identity", "--no-builtin-rules", "--rule", "--tag", "--status"})
    if (arguments.has(name)) return false;
  return true;
}

std::string fetched_rules_folder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  const std::string base = data && *data ? data : std::string(home ? home : "") + "/.local/share";
  return base + "/bartizan/rules/sigma";
}

std::expected<void, std::string> load_all_rules(const Arguments& arguments, RuleSet& rules) {
  const std::string content = content_folder();
  if (content.empty()) return std::unexpected("its content folder is missing; set BARTIZAN_CONTENT");
  rules.load_mapping(content);
  rules.use_cache(RuleCache::usual_folder());
  for (const std::string& file : arguments.values("--placeholders")) {
    const std::size_t before = rules.diagnostics().size();
    rules.load_placeholders(file);
    if (rules.diagnostics().size() > before) return std::unexpected(rules.diagnostics()[before].text());
  }
  if (!arguments.has("--no-builtin-rules")) rules.load_rules(content + "/rules");
  std::error_code error;
  for (const std::string& folder : arguments.values("--rules")) {
    if (!fs::exists(folder, error)) return std::unexpected("--rules: there is no '" + folder + "'");
    rules.load_rules(folder);
  }
  if (arguments.has("--fetched-rules")) {
    if (!fs::is_directory(fetched_rules_folder(), error))
      return std::unexpected("there are no fetched rules in " + fetched_rules_folder() +
                             "; run bartizan rules fetch first");
    for (const std::string& folder : folders_with_rules(fetched_rules_folder())) rules.load_rules(folder);
  }
  return {};
}

std::expected<void, std::string> load_rules(const Arguments& arguments, RuleSet& rules) {
  if (auto loaded = load_all_rules(arguments, rules); !loaded) return loaded;
  Selection selection;
  selection.rules = globs_of(arguments.values("--rule"));
  selection.tags = globs_of(arguments.values("--tag"));
  selection.statuses = arguments.values("--status");
  if (std::string text = first_unmatched(selection.rules, rules, names_rule); !text.empty())
    return std::unexpected("no usable rule has the id, name or title '" + text + "'");
  if (std::string text = first_unmatched(selection.tags, rules, names_tag); !text.empty())
    return std::unexpected("no usable rule has the tag '" + text + "'");
  const auto wanted = [&](const auto& rule) { return selection.wants_rule(rule); };
  if (selection.asks_for_rules() && std::ranges::none_of(rules.rules(), wanted) &&
      std::ranges::none_of(rules.correlations(), wanted) &&
      std::ranges::none_of(selection.rules, names_signatures))
    return std::unexpected("no usable rule is left by --rule, --tag and --status");
  rules.select(std::move(selection));
  return {};
}

}  // namespace bartizan::app

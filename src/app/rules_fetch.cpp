// SPDX-License-Identifier: Apache-2.0
// rules fetch: brings the public rules onto this machine, with the git that is installed.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/program.h"
#include "app/rule_options.h"
#include "app/verbs.h"
#include "engine/rule_set.h"

namespace bartizan::app {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPublicRules = "https://github.com/SigmaHQ/sigma.git";

constexpr Option kOptions[] = {
    option("", "--to", "DIR", "put them there instead of the data folder; scan then takes --rules DIR"),
    option("", "--from", "URL", "another git repository than the public one"),
};

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// Runs git; false when it failed, which it has explained on standard error itself.
bool git(std::vector<std::string> words) {
  words.insert(words.begin(), "git");
  auto code = run_program(words);
  return code.has_value() && *code == 0;
}

std::string git_answer(std::vector<std::string> words) {
  words.insert(words.begin(), "git");
  std::string output;
  auto code = run_program(words, output);
  return code.has_value() && *code == 0 ? without_line_end(std::move(output)) : std::string();
}

int failed(const std::string& what) {
  std::fprintf(stderr, "bartizan rules fetch: %s\n", what.c_str());
  return kExitUnreadable;
}

std::string no_connection(const std::string& url) {
  return "git could not read " + url +
         "; what it said stands above. Without a connection, copy the rules here by other means "
         "and give scan --rules DIR";
}

int update(const std::string& folder, const std::string& url) {
  const std::string known = git_answer({"-C", folder, "remote", "get-url", "origin"});
  if (known.empty())
    return failed(folder + " is there already and no git repository; name another folder with --to");
  if (known != url)
    return failed(folder + " holds rules from " + known + "; remove it, or name another folder with --to");
  if (!git({"-C", folder, "fetch", "--quiet", "--depth", "1", "origin", "HEAD"}))
    return failed(no_connection(url));
  if (!git({"-C", folder, "checkout", "--quiet", "--detach", "FETCH_HEAD"}))
    return failed("the files in " + folder +
                  " were changed by hand; keep them elsewhere, then remove the folder");
  return kExitClean;
}

int clone(const std::string& folder, const std::string& url) {
  std::error_code error;
  fs::create_directories(fs::path(folder).parent_path(), error);
  if (error)
    return failed("cannot make the folder " + fs::path(folder).parent_path().string() + ": " +
                  error.message());
  if (!git({"clone", "--quiet", "--depth", "1", "--", url, folder})) return failed(no_connection(url));
  return kExitClean;
}

int run_fetch(const Arguments& arguments) {
  const bool is_default = !arguments.has("--to");
  const std::string folder =
      fs::absolute(arguments.value("--to", fetched_rules_folder())).lexically_normal().string();
  const std::string url = arguments.value("--from", kPublicRules);
  if (url.starts_with('-'))
    return usage_error(kRulesFetchVerb, "'" + url + "' is no address of a repository");
  if (git_answer({"--version"}).empty())
    return failed("git is not installed; on Debian: apt-get install git");
  setenv("GIT_TERMINAL_PROMPT", "0", 1);  // a wrong address is an error, not a question for a password
  std::error_code error;
  if (const int code = fs::exists(folder, error) ? update(folder, url) : clone(folder, url);
      code != kExitClean)
    return code;

  std::printf("%s is at %s\n", folder.c_str(),
              git_answer({"-C", folder, "log", "-1", "--format=%h of %cs"}).c_str());
  std::printf("Use them with: bartizan scan %s PATH\n",
              is_default ? "--fetched-rules" : ("--rules " + folder).c_str());
  if (url == kPublicRules) std::puts("They are under the Detection Rule License 1.1 of their authors.");
  return kExitClean;
}

}  // namespace

constinit const Verb kRulesFetchVerb{
    .name = "rules fetch",
    .operands = {},
    .operands_min = 0,
    .summary = "bring the public Sigma rules here, or bring them up to date",
    .about =
        "Needs git and a connection. The rules go to $XDG_DATA_HOME/bartizan/rules/sigma, which is\n"
        "~/.local/share/bartizan/rules/sigma unless you say otherwise. No scan uses them before it is told "
        "to, by\n"
        "--fetched-rules.\n",
    .options = kOptions,
    .examples =
        "  bartizan rules fetch\n"
        "  bartizan rules fetch --from git@rules.example.org:team/sigma.git --to team-rules\n",
    .choices = {},
    .run = run_fetch,
};

}  // namespace bartizan::app

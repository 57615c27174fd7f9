// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <set>

#include "app/verbs.h"

namespace bartizan::app {
namespace {

std::string options_of(const Verb& verb) {
  std::string out = "--help";
  for (const Option& option : verb.options) {
    out += " " + std::string(option.name);
    if (option.letter) out += std::string(" -") + option.letter;
  }
  return out;
}

// What may follow the verb's words so far: `scan decode rules`, and `check test …` after `rules`.
std::string words_after(std::string_view prefix, std::span<const Verb* const> verbs) {
  std::string out;
  std::set<std::string_view> seen;
  for (const Verb* verb : verbs) {
    if (!verb->name.starts_with(prefix)) continue;
    const std::string_view word = words_of(verb->name.substr(prefix.size())).front();
    if (seen.insert(word).second) out += (out.empty() ? "" : " ") + std::string(word);
  }
  return out;
}

std::set<std::string> groups_of(std::span<const Verb* const> verbs) {
  std::set<std::string> out;
  for (const Verb* verb : verbs)
    if (const std::size_t blank = verb->name.find(' '); blank != verb->name.npos)
      out.emplace(verb->name.substr(0, blank));
  return out;
}

// A case of a bash `case "$verb $previous"` for every option with a fixed set of values.
std::string bash_choices(const Verb& verb) {
  std::string out;
  for (const Option& option : verb.options) {
    if (option.value.empty()) continue;
    const std::string pattern = "      '" + std::string(verb.name) + " " + std::string(option.name) + "')";
    out += option.choices.empty() ? pattern + " COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
                                  : pattern + " COMPREPLY=($(compgen -W '" + std::string(option.choices) +
                                        "' -- \"$word\")); return ;;\n";
  }
  return out;
}

std::string bash(std::span<const Verb* const> verbs) {
  std::string out = R"(# bash completion for bartizan; made by: bartizan completion bash
_bartizan() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]} at=1
  compopt -o filenames 2>/dev/null
  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W ')" +
                    words_after("", verbs) + R"( --help --version' -- "$word")); return; fi
  case $verb in
)";
  for (const std::string& group : groups_of(verbs))
    out += "    " + group + ")\n      if ((COMP_CWORD == 2)); then COMPREPLY=($(compgen -W '" +
           words_after(group + " ", verbs) + "' -- \"$word\")); return; fi\n      verb=\"" + group +
           " ${COMP_WORDS[2]}\" ;;\n";
  out += "  esac\n  case \"$verb $previous\" in\n";
  for (const Verb* verb : verbs) out += bash_choices(*verb);
  out += "  esac\n  local options=--help choices=\n  case $verb in\n";
  for (const Verb* verb : verbs)
    out += "    '" + std::string(verb->name) + "') options='" + options_of(*verb) + "' choices='" +
           std::string(verb->choices) + "' ;;\n";
  out += R"(  esac
  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $choices ]]; then COMPREPLY=($(compgen -W "$choices" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -F _bartizan bartizan
)";
  return out;
}

// Text in apostrophes for zsh and fish; our texts hold few characters that matter to them.
std::string quoted(std::string_view text, std::string_view escaped) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += "'\\''";
    else if (escaped.find(c) != escaped.npos) out += '\\', out += c;
    else out += c;
  }
  return out + "'";
}

std::string zsh_arguments(const Verb& verb) {
  std::string out = "_arguments -s ";
  for (const Option& option : verb.options) {
    const std::string repeat = option.repeat == Repeat::kOnce ? "" : "*";
    const std::string value =
        option.value.empty()     ? ""
        : option.choices.empty() ? ":" + std::string(option.value) + ":_files"
                                 : ":" + std::string(option.value) + ":(" + std::string(option.choices) + ")";
    std::string help(option.help);
    for (char& c : help)
      if (c == '[' || c == ']' || c == ':' || c == '\n') c = ' ';
    out += "\\\n        " +
           quoted(repeat + std::string(option.name) + (option.value.empty() ? "" : "=") + "[" + help + "]" +
                      value,
                  "") +
           " ";
    if (option.letter) out += quoted(repeat + "-" + option.letter + "[" + help + "]" + value, "") + " ";
  }
  out += "\\\n        '--help[this text]' ";
  if (!verb.choices.empty()) out += "'1:shell:(" + std::string(verb.choices) + ")'";
  else if (!verb.operands.empty()) out += "'*:path:_files'";
  return out;
}

std::string zsh(std::span<const Verb* const> verbs) {
  std::string out =
      "#compdef bartizan\n# zsh completion for bartizan; made by: bartizan completion zsh\n_bartizan() {\n"
      "  if ((CURRENT == 2)); then compadd -- " +
      words_after("", verbs) +
      " --help --version; return; fi\n"
      "  local verb=$words[2]\n  shift words; ((CURRENT--))\n";
  for (const std::string& group : groups_of(verbs))
    out += "  if [[ $verb == " + group + " ]]; then\n    if ((CURRENT == 2)); then compadd -- " +
           words_after(group + " ", verbs) +
           "; return; fi\n    verb=\"$verb $words[2]\"; shift words; ((CURRENT--))\n  fi\n";
  out += "  case $verb in\n";
  for (const Verb* verb : verbs)
    out += "    '" + std::string(verb->name) + "')\n      " + zsh_arguments(*verb) + " ;;\n";
  return out + "  esac\n}\n_bartizan \"$@\"\n";
}

std::string fish(std::span<const Verb* const> verbs) {
  std::string out = "# fish completion for bartizan; made by: bartizan completion fish\n";
  std::set<std::string> seen;
  for (const Verb* verb : verbs) {
    const std::vector<std::string_view> words = words_of(verb->name);
    std::string given = "__fish_use_subcommand";
    if (seen.emplace(words[0]).second)
      out += "complete -c bartizan -n __fish_use_subcommand -f -a " + std::string(words[0]) +
             (words.size() == 1 ? " -d " + quoted(verb->summary, "\\") : "") + "\n";
    given = "__fish_seen_subcommand_from " + std::string(words[0]);
    if (words.size() > 1) {
      out += "complete -c bartizan -n '" + given + "; and not __fish_seen_subcommand_from " +
             words_after(std::string(words[0]) + " ", verbs) + "' -f -a " + std::string(words[1]) + " -d " +
             quoted(verb->summary, "\\") + "\n";
      given += "; and __fish_seen_subcommand_from " + std::string(words[1]);
    }
    const std::string start = "complete -c bartizan -n '" + given + "'";
    for (const Option& option : verb->options) {
      out += start + " -l " + std::string(option.name.substr(2));
      if (option.letter) out += std::string(" -s ") + option.letter;
      if (!option.value.empty())
        out += option.choices.empty() ? " -r" : " -x -a '" + std::string(option.choices) + "'";
      out += " -d " + quoted(option.help, "\\") + "\n";
    }
    out += start + " -l help -s h -d 'this text'\n";
    if (!verb->choices.empty()) out += start + " -f -a '" + std::string(verb->choices) + "'\n";
  }
  return out;
}

int run_completion(const Arguments& arguments) {
  std::fputs(completion_script(arguments.operands[0], verbs()).c_str(), stdout);
  return kExitClean;
}

}  // namespace

std::string completion_script(std::string_view shell, std::span<const Verb* const> verbs) {
  return shell == "bash" ? bash(verbs) : shell == "zsh" ? zsh(verbs) : fish(verbs);
}

constinit const Verb kCompletionVerb{
    .name = "completion",
    .operands = "SHELL",
    .operands_min = 1,
    .summary = "a script that completes verbs and options",
    .about = "SHELL is bash, zsh or fish. The script goes to standard output.\n",
    .options = {},
    .examples =
        "  source <(bartizan completion bash)\n"
        "  bartizan completion zsh > ~/.zfunc/_bartizan\n"
        "  bartizan completion fish > ~/.config/fish/completions/bartizan.fish\n",
    .choices = "bash zsh fish",
    .run = run_completion,
};

}  // namespace bartizan::app

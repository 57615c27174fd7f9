// SPDX-License-Identifier: Apache-2.0
// The command line as tables: a Verb with its Options says all there is to say, and parsing, --help and
// completion read the same table, so that they cannot disagree. Grammar: `--name value`, `--name=value`, `-l
// value`, `-lvalue`; `--` ends the options; `-` is an operand (standard input). Tables are constants,
// Arguments values; pure, any thread.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan::app {

enum class Repeat {
  kOnce,  // given again, the last one counts
  kMany,  // may be given again
  kList,  // may be given again, and commas separate values
};

struct Option {
  std::string_view group;    // heading in the help
  std::string_view name;     // --format
  char letter = 0;           // -o
  std::string_view value;    // what --help calls the value; empty: a switch
  std::string_view help;     // lines, without a final full stop
  std::string_view choices;  // the values there are, with blanks between; empty: any
  Repeat repeat = Repeat::kOnce;
};

constexpr Option flag(std::string_view group, std::string_view name, std::string_view help) {
  return {group, name, 0, {}, help, {}, Repeat::kOnce};
}
constexpr Option option(std::string_view group, std::string_view name, std::string_view value,
                        std::string_view help, Repeat repeat = Repeat::kOnce, std::string_view choices = {},
                        char letter = 0) {
  return {group, name, letter, value, help, choices, repeat};
}

class Arguments;

struct Verb {
  std::string_view name;      // `scan`, `rules check`
  std::string_view operands;  // what --help calls them; empty: takes none
  std::size_t operands_min = 0;
  std::string_view summary;  // one line
  std::string_view about;    // paragraphs, each line with its line end; may be empty
  std::span<const Option> options;
  std::string_view examples;  // lines, each with its line end
  std::string_view choices;   // values of the operand, as Option::choices
  int (*run)(const Arguments& arguments) = nullptr;
};

// What was given. Names are those of the verb's table; asking for another is a bug.
class Arguments {
 public:
  bool has(std::string_view name) const;
  std::string value(std::string_view name, std::string_view otherwise = {}) const;
  std::vector<std::string> values(std::string_view name) const;

  const Verb* verb = nullptr;
  std::vector<std::string> operands;
  bool help = false;  // --help or -h was given; nothing else counts then

 private:
  friend std::expected<Arguments, std::string> parse_arguments(const Verb& verb,
                                                               std::span<const std::string> words);
  std::vector<std::pair<const Option*, std::string>> given_;
};

// The words after the verb's name. Fails with a sentence for the user.
std::expected<Arguments, std::string> parse_arguments(const Verb& verb, std::span<const std::string> words);

std::string help_of(const Verb& verb);
// Appends `text` and blanks up to `columns`, at least one.
void append_padded(std::string& out, std::string_view text, std::size_t columns);
std::vector<std::string_view> words_of(std::string_view text);  // parted by blanks

}  // namespace bartizan::app

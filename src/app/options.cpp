// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <algorithm>

#include "base/must.h"
#include "base/nearest.h"
#include "base/text.h"

namespace bartizan::app {
namespace {

constexpr std::size_t kHelpWidth = 100, kHelpColumnMax = 26;

const Option* find_option(const Verb& verb, std::string_view name) {
  for (const Option& option : verb.options)
    if (option.name == name) return &option;
  return nullptr;
}

const Option* find_letter(const Verb& verb, char letter) {
  for (const Option& option : verb.options)
    if (option.letter == letter) return &option;
  return nullptr;
}

bool is_one_of(std::string_view value, std::string_view choices) {
  std::vector<std::string_view> words = words_of(choices);
  return std::ranges::find(words, value) != words.end();
}

std::string unknown_option(const Verb& verb, std::string_view name) {
  std::vector<std::string_view> names{"--help"};
  for (const Option& option : verb.options) names.push_back(option.name);
  std::string_view near = nearest(name, names);
  return "unknown option " + std::string(name) +
         (near.empty() ? "" : "; did you mean " + std::string(near) + "?");
}

std::string no_such_value(std::string_view what, std::string_view value, std::string_view choices) {
  std::string_view near = nearest(value, words_of(choices));
  std::string out = std::string(what) + ": there is no '" + std::string(value) + "'";
  return near.empty() ? out + "; one of: " + joined(words_of(choices), ", ")
                      : out + "; did you mean " + std::string(near) + "?";
}

std::string left_side(const Option& option) {
  std::string out = option.letter ? std::string("-") + option.letter + ", " : "";
  out += option.name;
  return option.value.empty() ? out : out + " " + std::string(option.value);
}

// The help of one option, its lines and choices beneath each other in one column.
void append_option(std::string& out, const Option& option, std::size_t column) {
  std::string left = "  " + left_side(option);
  if (left.size() + 2 > column) out += left + "\n", left.clear(), out.append(column, ' ');
  else append_padded(out, left, column);
  std::string text(option.help);
  if (!option.choices.empty()) text += "; one of: " + joined(words_of(option.choices), ", ");
  if (option.repeat == Repeat::kList) text += "; several: a,b or given again";
  if (option.repeat == Repeat::kMany) text += "; may be given again";
  std::size_t at = column;
  for (std::string_view word : words_of(text)) {
    if (at != column && at + 1 + word.size() > kHelpWidth) {
      out += '\n';
      out.append(column, ' ');
      at = column;
    }
    if (at != column) out += ' ', ++at;
    out += word;
    at += word.size();
  }
  out += '\n';
}

}  // namespace

bool Arguments::has(std::string_view name) const {
  MUST(find_option(*verb, name));
  return std::ranges::any_of(given_, [&](const auto& given) { return given.first->name == name; });
}

std::string Arguments::value(std::string_view name, std::string_view otherwise) const {
  std::vector<std::string> all = values(name);
  return all.empty() ? std::string(otherwise) : all.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  MUST(find_option(*verb, name));
  std::vector<std::string> out;
  for (const auto& [option, value] : given_)
    if (option->name == name) out.push_back(value);
  return out;
}

std::expected<Arguments, std::string> parse_arguments(const Verb& verb, std::span<const std::string> words) {
  Arguments arguments;
  arguments.verb = &verb;
  bool options_end = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (options_end || word == "-" || !word.starts_with('-')) {
      arguments.operands.emplace_back(word);
      continue;
    }
    if (word == "--") {
      options_end = true;
      continue;
    }
    if (word == "--help" || word == "-h") return arguments.help = true, arguments;
    const bool is_long = word.starts_with("--");
    const std::size_t name_end = is_long ? std::min(word.find('='), word.size()) : 2;
    const std::string_view name = word.substr(0, name_end);
    const Option* option = is_long ? find_option(verb, name) : find_letter(verb, word[1]);
    if (!option) return std::unexpected(unknown_option(verb, name));
    const bool joined_value = word.size() > name_end;
    std::string value(joined_value ? word.substr(name_end + (is_long ? 1 : 0)) : std::string_view());
    if (option->value.empty()) {
      if (joined_value) return std::unexpected("option " + std::string(name) + " takes no value");
    } else if (!joined_value) {
      if (i + 1 == words.size() || (words[i + 1].starts_with("--")))
        return std::unexpected("option " + std::string(name) + " lacks its value " +
                               std::string(option->value));
      value = words[++i];
    }
    for (std::size_t start = 0; start <= value.size();) {
      std::size_t end = option->repeat == Repeat::kList ? value.find(',', start) : value.size();
      end = std::min(end, value.size());
      std::string part = value.substr(start, end - start);
      if (!option->choices.empty() && !is_one_of(part, option->choices))
        return std::unexpected(no_such_value(name, part, option->choices));
      arguments.given_.emplace_back(option, std::move(part));
      start = end + 1;
    }
  }
  if (arguments.operands.size() < verb.operands_min)
    return std::unexpected("it needs " + std::string(verb.operands));
  if (verb.operands.empty() && !arguments.operands.empty())
    return std::unexpected("'" + arguments.operands[0] + "' is one word too many");
  if (!verb.choices.empty())
    for (const std::string& operand : arguments.operands)
      if (!is_one_of(operand, verb.choices))
        return std::unexpected(no_such_value(verb.operands, operand, verb.choices));
  return arguments;
}

std::string help_of(const Verb& verb) {
  std::string out = "bartizan " + std::string(verb.name);
  if (!verb.options.empty()) out += " [OPTIONS]";
  if (!verb.operands.empty()) out += " " + std::string(verb.operands);
  out += ": " + std::string(verb.summary) + "\n";
  if (!verb.about.empty()) out += "\n" + std::string(verb.about);
  std::size_t column = 0;
  for (const Option& option : verb.options) {
    const std::size_t width = left_side(option).size() + 4;
    if (width <= kHelpColumnMax) column = std::max(column, width);
  }
  const Option help{"", "--help", 'h', "", "this text", "", Repeat::kOnce};
  column = std::max(column, left_side(help).size() + 4);
  std::string_view group = "\n";
  for (const Option& option : verb.options) {
    if (option.group != group) out += "\n" + (option.group.empty() ? "" : std::string(option.group) + "\n");
    group = option.group;
    append_option(out, option, column);
  }
  if (verb.options.empty()) out += '\n';
  append_option(out, help, column);
  if (!verb.examples.empty()) out += "\nExamples\n" + std::string(verb.examples);
  return out;
}

void append_padded(std::string& out, std::string_view text, std::size_t columns) {
  const auto is_start = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  };  // of a UTF-8 character
  const auto taken = static_cast<std::size_t>(std::ranges::count_if(text, is_start));
  out += text;
  out.append(taken < columns ? columns - taken : 1, ' ');
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace bartizan::app

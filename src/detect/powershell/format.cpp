// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/format.h"

#include <fmt/format.h>

#include <limits>

#include "base/limits.h"

namespace bartizan::powershell {

std::optional<Text> format_number(const Value& number, std::u16string_view form) {
  auto value =
      to_integer(number, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  if (!value || form.empty() || number.as<double>() || number.text()) return std::nullopt;
  char16_t letter = form[0];
  std::size_t digits = 0;
  bool zeros = letter == '0';
  if (zeros) {
    if (form.find_first_not_of(u'0') != std::u16string_view::npos) return std::nullopt;
    digits = form.size();
  } else {
    for (char16_t unit : form.substr(1)) {
      if (unit < '0' || unit > '9' || digits > 9) return std::nullopt;
      digits = digits * 10 + (unit - u'0');
    }
  }
  if (digits > 99) return std::nullopt;
  bool narrow_number = number.as<std::int64_t>() == nullptr;
  std::uint64_t bits =
      narrow_number ? static_cast<std::uint32_t>(*value) : static_cast<std::uint64_t>(*value);
  std::string shown;
  if (letter == 'X') shown = fmt::format("{:0{}X}", bits, digits);
  else if (letter == 'x') shown = fmt::format("{:0{}x}", bits, digits);
  else if (letter == 'D' || letter == 'd' || zeros) {
    std::uint64_t size =
        *value < 0 ? 0 - static_cast<std::uint64_t>(*value) : static_cast<std::uint64_t>(*value);
    shown = (*value < 0 ? "-" : "") + fmt::format("{:0{}}", size, digits);
  } else {
    return std::nullopt;
  }
  return widen(shown);
}

Value format_text(Evaluator& evaluator, const Value& pattern_value, const Value& arguments) {
  auto pattern = evaluator.text_of(pattern_value);
  if (!pattern) return Reason::kUnsupported;
  Text out;
  for (std::size_t i = 0; i < pattern->size(); ++i) {
    char16_t unit = (*pattern)[i];
    bool doubled = i + 1 < pattern->size() && (*pattern)[i + 1] == unit;
    if (unit == '}' || (unit == '{' && doubled)) {
      if (!doubled) return Reason::kError;
      out += unit;
      ++i;
      continue;
    }
    if (unit != '{') {
      out += unit;
      continue;
    }
    std::size_t close = pattern->find(u'}', i);
    if (close == Text::npos) return Reason::kError;
    Text item = pattern->substr(i + 1, close - i - 1);
    i = close;
    std::size_t colon = item.find(u':'), comma = item.substr(0, colon).find(u',');
    auto number_end = std::min(comma, colon);
    auto number = to_integer(Value(item.substr(0, number_end)), 0, 999'999);
    if (item.empty() || !number ||
        static_cast<std::size_t>(*number) >= std::max<std::size_t>(list_size(arguments), 1))
      return Reason::kError;
    Value argument =
        arguments.is_list() ? list_item(arguments, static_cast<std::size_t>(*number)) : arguments;
    Text form = colon == Text::npos ? Text() : item.substr(colon + 1);
    auto text = form.empty() || argument.text()
                    ? (argument.is_list() ? std::nullopt : evaluator.text_of(argument))
                    : format_number(argument, form);
    if (!text) return argument.known() ? Value(Reason::kUnsupported) : argument;
    if (comma != Text::npos) {
      auto width = to_integer(Value(item.substr(comma + 1, colon == Text::npos ? colon : colon - comma - 1)),
                              -9999, 9999);
      if (!width) return Reason::kError;
      std::size_t wanted = static_cast<std::size_t>(*width < 0 ? -*width : *width);
      if (text->size() < wanted)
        *width < 0 ? text->append(wanted - text->size(), u' ') : text->insert(0, wanted - text->size(), u' ');
    }
    out += *text;
    if (out.size() > limits::kPowershellStringMax) return evaluator.note_limit("bytes"), Reason::kLimit;
  }
  if (!evaluator.charge(out.size() * 2)) return Reason::kLimit;
  return out;
}

}  // namespace bartizan::powershell

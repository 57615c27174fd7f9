// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_answer.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/limits.h"

namespace bartizan::store {
namespace {

// The type of `exact` and of what is made of it; our own columns have no other decimals.
constexpr std::string_view kExactTime = "Decimal(18, 6)";

// Up to the next tab, which goes as well.
std::string_view take_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find('\t'));
  line.remove_prefix(std::min(line.size(), field.size() + 1));
  return field;
}

char unescaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return '\f';
    case '0': return '\0';
    case 'a': return '\a';
    case 'v': return '\v';
    default: return c;
  }
}

void unescape(std::string_view field, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < field.size(); ++i)
    out += field[i] == '\\' && i + 1 < field.size() ? unescaped(field[++i]) : field[i];
}

// Nullable(Int64) is Int64.
std::string_view plain_type(std::string_view type) {
  for (const std::string_view around : {"LowCardinality(", "Nullable("})
    if (type.starts_with(around) && type.ends_with(')'))
      type = type.substr(around.size(), type.size() - around.size() - 1);
  return type;
}

ValueType value_type(std::string_view type) {
  if (type == kExactTime || type.starts_with("DateTime")) return ValueType::kTime;
  if (type.starts_with("Array(") || type.starts_with("Tuple(")) return ValueType::kJson;
  for (const std::string_view number : {"Int", "UInt", "Float", "Decimal"})
    if (type.starts_with(number)) return ValueType::kNumber;
  return ValueType::kText;
}

std::string time_text(std::int64_t microseconds) {
  std::string text = format_instant({microseconds * (kTicksPerSecond / 1'000'000)});
  return text.substr(0, text.size() - 2) + "Z";  // six digits, as DuckDB's
}

// A field as its text. Lists are escaped within themselves alone.
void read_value(std::string_view type, std::string_view field, std::string& text) {
  if (value_type(type) == ValueType::kJson) {
    text = json_of_clickhouse_list(field);
    return;
  }
  unescape(field, text);
  if (type == kExactTime) {
    if (const auto time = microseconds_of(text)) text = time_text(*time);
  } else if (type.starts_with("DateTime")) {
    if (const auto time = parse_instant(text)) text = time_text(time->ticks / (kTicksPerSecond / 1'000'000));
  } else if (type.starts_with("Float")) {
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  }
}

}  // namespace

std::optional<std::int64_t> microseconds_of(std::string_view decimal) {
  const bool is_negative = decimal.starts_with('-');
  if (is_negative) decimal.remove_prefix(1);
  std::string digits(decimal.substr(0, decimal.find('.')));
  std::string_view fraction = decimal.substr(std::min(decimal.size(), digits.size() + 1));
  fraction = fraction.substr(0, 6);
  digits.append(fraction).append(6 - fraction.size(), '0');
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return is_negative ? -value : value;
}

std::string json_of_clickhouse_list(std::string_view list) {
  std::string out, text;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (c == '(' || c == ')') {
      out += c == '(' ? '[' : ']';
    } else if (c == 'N') {  // NULL
      out += "null", i += 3;
    } else if (c != '\'') {
      out += c;
    } else {
      std::size_t end = i + 1;
      while (end < list.size() && list[end] != '\'') end += list[end] == '\\' ? 2 : 1;
      unescape(list.substr(i + 1, std::min(end, list.size()) - i - 1), text);
      JsonWriter(out).text(text);
      i = end;
    }
  }
  return out;
}

bool ClickHouseAnswer::take(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) {
      if (waiting_.size() + piece.size() > limits::kClickHouseLineBytesMax)
        return problem_ = "a row is too long", false;
      waiting_ += piece;
      return true;
    }
    std::string_view line = piece.substr(0, end);
    if (!waiting_.empty()) line = waiting_ += line;
    const bool goes_on = take_line(line);
    waiting_.clear();
    if (!goes_on) return false;
    piece.remove_prefix(end + 1);
  }
  return true;
}

bool ClickHouseAnswer::take_line(std::string_view line) {
  if (next_ == Line::kRow) return take_row(line);
  std::string text;
  for (std::size_t i = 0; i == 0 || !line.empty(); ++i) {
    unescape(take_field(line), text);
    if (next_ == Line::kNames) {
      outcome_.columns.push_back({text});
    } else if (i < outcome_.columns.size()) {
      types_.emplace_back(plain_type(text));
      outcome_.columns[i].type = value_type(types_.back());
    }
  }
  if (next_ == Line::kTypes) {
    if (types_.size() != outcome_.columns.size()) return problem_ = "the answer is none of ClickHouse", false;
    texts_.resize(types_.size()), cells_.resize(types_.size());
    if (receiver_.columns) receiver_.columns(outcome_.columns);
  }
  next_ = next_ == Line::kNames ? Line::kTypes : Line::kRow;
  return true;
}

bool ClickHouseAnswer::take_row(std::string_view line) {
  if (outcome_.rows == rows_max_) return outcome_.is_cut = true, false;
  ++outcome_.rows;
  for (std::size_t i = 0; i < types_.size(); ++i) {
    const std::string_view field = take_field(line);
    cells_[i] = Cell();
    if (field == "\\N") continue;
    read_value(types_[i], field, texts_[i]);
    cells_[i] = Cell(std::string_view(texts_[i]));
  }
  return !receiver_.row || receiver_.row(cells_);
}

}  // namespace bartizan::store

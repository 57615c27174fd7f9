// SPDX-License-Identifier: Apache-2.0
// Each structure is described once, as the series of its fields, and the description serves both ways.
#include "engine/packed_rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/limits.h"
#include "detect/sigma/regex.h"

namespace bartizan {
namespace {

using namespace sigma;

// The last of each enumeration.
constexpr auto last(LeafOp) { return LeafOp::kFieldRef; }
constexpr auto last(TimePart) { return TimePart::kYear; }
constexpr auto last(Token::Kind) { return Token::Kind::kAnyOne; }
constexpr auto last(Expression::Kind) { return Expression::Kind::kNot; }
constexpr auto last(CorrelationType) { return CorrelationType::kTemporalOrdered; }
constexpr auto last(Comparison) { return Comparison::kNotEqual; }
constexpr auto last(Severity) { return Severity::kWarning; }

// T or const T: a description reads from the one and writes to the other.
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class Io>
void describe(Io& io, Is<Token> auto& token) {
  io(token.kind), io(token.text);
}
template <class Io>
void describe(Io& io, Is<Leaf> auto& leaf) {
  io(leaf.op), io(leaf.field), io(leaf.cased), io(leaf.text), io(leaf.pattern), io(leaf.regex);
  io(leaf.regex_needs), io(leaf.regex_run_min);
  if (leaf.op == LeafOp::kNetwork) io(leaf.network.is_v6), io(leaf.network.prefix), io(leaf.network.address);
  io(leaf.number.is_integer), io(leaf.number.integer), io(leaf.number.real);
  io(leaf.part), io(leaf.starts_open), io(leaf.ends_open), io(leaf.source), io(leaf.identifier);
}
template <class Io>
void describe(Io& io, Is<Expression> auto& expression) {
  io(expression.kind), io(expression.index), io.within(expression.children);
}
template <class Io>
void describe(Io& io, Is<Search> auto& search) {
  io(search.name), io(search.expression);
}
template <class Io>
void describe(Io& io, Is<Rule> auto& rule) {
  for (auto* text : {&rule.id, &rule.title, &rule.name, &rule.status, &rule.level, &rule.description,
                     &rule.author, &rule.date, &rule.modified})
    io(*text);
  io(rule.tags), io(rule.references), io(rule.false_positives), io(rule.fields);
  io(rule.logsource.category), io(rule.logsource.product), io(rule.logsource.service);
  io(rule.leaves), io(rule.searches), io(rule.condition), io(rule.condition_text), io(rule.file),
      io(rule.line);
}
template <class Io>
void describe(Io& io, Is<Threshold> auto& threshold) {
  io(threshold.comparison), io(threshold.number);
}
template <class Io>
void describe(Io& io, Is<std::pair<std::string, std::string>> auto& pair) {
  io(pair.first), io(pair.second);
}
template <class Io>
void describe(Io& io, Is<Alias> auto& alias) {
  io(alias.name), io(alias.fields);
}
template <class Io>
void describe(Io& io, Is<Correlation> auto& one) {
  for (auto* text :
       {&one.id, &one.title, &one.name, &one.status, &one.level, &one.description, &one.author, &one.file})
    io(*text);
  io(one.tags), io(one.references), io(one.false_positives), io(one.line), io(one.column), io(one.type);
  io(one.rules), io(one.group_by), io(one.aliases), io(one.timespan_ticks), io(one.thresholds),
      io(one.fields);
  io(one.percentile), io(one.expression), io(one.generate);
}
template <class Io>
void describe(Io& io, Is<Filter> auto& filter) {
  io(filter.body), io(filter.rules);
}
template <class Io>
void describe(Io& io, Is<Diagnostic> auto& diagnostic) {
  io(diagnostic.code), io(diagnostic.file), io(diagnostic.line), io(diagnostic.column);
  io(diagnostic.message), io(diagnostic.hint), io(diagnostic.severity);
}
template <class Io>
void describe(Io& io, Is<LoadedRules> auto& loaded) {
  io(loaded.rules), io(loaded.correlations), io(loaded.filters), io(loaded.diagnostics), io(loaded.unusable);
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void operator()(T value) {
    auto number = static_cast<std::uint64_t>(value);
    for (; number >= 0x80; number >>= 7) out_ += static_cast<char>(number | 0x80);
    out_ += static_cast<char>(number);
  }
  void operator()(double value) { fixed(&value, sizeof value); }
  void operator()(const std::array<std::uint8_t, 16>& bytes) { fixed(bytes.data(), bytes.size()); }
  void operator()(const std::string& text) { (*this)(text.size()), out_ += text; }
  void operator()(const std::shared_ptr<const Regex>& regex) {
    (*this)(regex != nullptr);
    if (regex)
      (*this)(regex->pattern()), (*this)(regex->ignores_case()), (*this)(regex->dot_matches_newline());
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    (*this)(values.size());
    for (const T& value : values) (*this)(value);
  }
  template <class T>
  void within(const std::vector<T>& values) {
    (*this)(values);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const T& value) {
    describe(*this, value);
  }

 private:
  void fixed(const void* bytes, std::size_t size) { out_.append(static_cast<const char*>(bytes), size); }

  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}
  bool is_read() const { return !failed_ && rest_.empty(); }

  template <std::integral T>
  void operator()(T& value) {
    value = static_cast<T>(number());
  }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(T& value) {
    const std::uint64_t read = number();
    if (read <= static_cast<std::uint64_t>(last(T{}))) value = static_cast<T>(read);
    else failed_ = true;
  }
  void operator()(double& value) { fixed(&value, sizeof value); }
  void operator()(std::array<std::uint8_t, 16>& bytes) { fixed(bytes.data(), bytes.size()); }
  void operator()(std::string& text) {
    const std::uint64_t size = number();
    if (size > rest_.size()) return void(failed_ = true);
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  void operator()(std::shared_ptr<const Regex>& regex) {
    bool is_there = false, ignores_case = false, dot_matches_newline = false;
    (*this)(is_there);
    if (!is_there || failed_) return;
    std::string pattern;
    (*this)(pattern), (*this)(ignores_case), (*this)(dot_matches_newline);
    regex = std::make_shared<const Regex>(std::move(pattern), ignores_case, dot_matches_newline);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool is_there = false;
    (*this)(is_there);
    if (is_there && !failed_) (*this)(value.emplace());
  }
  // Every member takes a byte at least.
  template <class T>
  void operator()(std::vector<T>& values) {
    const std::uint64_t size = number();
    if (size > rest_.size()) failed_ = true;
    if (failed_) return;
    values.reserve(std::min<std::uint64_t>(size, kReservedMax));
    for (std::uint64_t i = 0; i < size && !failed_; ++i) (*this)(values.emplace_back());
  }
  template <class T>
  void within(std::vector<T>& values) {
    if (++depth_ > kDepthMax) failed_ = true;
    if (!failed_) (*this)(values);
    --depth_;
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(T& value) {
    describe(*this, value);
  }

 private:
  // More room is taken as members come.
  static constexpr std::uint64_t kReservedMax = 1024;
  // Lists within searches nest no deeper.
  static constexpr std::size_t kDepthMax = 4 * limits::kSigmaConditionDepthMax;

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_[0]);
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    failed_ = true;
    return 0;
  }
  void fixed(void* bytes, std::size_t size) {
    if (size > rest_.size()) return void(failed_ = true);
    std::memcpy(bytes, rest_.data(), size);
    rest_.remove_prefix(size);
  }

  std::string_view rest_;
  std::size_t depth_ = 0;
  bool failed_ = false;
};

bool is_sound(const Expression& expression, std::size_t leaves, std::size_t searches) {
  if (expression.kind == Expression::Kind::kLeaf && expression.index >= leaves) return false;
  if (expression.kind == Expression::Kind::kSearch && expression.index >= searches) return false;
  if (expression.kind == Expression::Kind::kNot && expression.children.size() != 1) return false;
  for (const Expression& child : expression.children)
    if (!is_sound(child, leaves, searches)) return false;
  return true;
}

bool is_sound(const Rule& rule) {
  for (const Leaf& leaf : rule.leaves)
    if (leaf.op == LeafOp::kRegex && !leaf.regex) return false;
  // A search asks for leaves, a condition for searches: neither can lead back to itself.
  for (const Search& search : rule.searches)
    if (!is_sound(search.expression, rule.leaves.size(), 0)) return false;
  return is_sound(rule.condition, rule.leaves.size(), rule.searches.size());
}

}  // namespace

std::string packed_payload(const LoadedRules& rules) {
  std::string out;
  Writer writer(out);
  describe(writer, rules);
  return out;
}

std::optional<LoadedRules> unpacked_payload(std::string_view bytes) {
  LoadedRules loaded;
  Reader reader(bytes);
  describe(reader, loaded);
  if (!reader.is_read()) return {};
  for (const Rule& rule : loaded.rules)
    if (!is_sound(rule)) return {};
  for (const Filter& filter : loaded.filters)
    if (!is_sound(filter.body)) return {};
  for (const Correlation& correlation : loaded.correlations)
    if (correlation.expression && !is_sound(*correlation.expression, 0, correlation.rules.size())) return {};
  return loaded;
}

}  // namespace bartizan

// SPDX-License-Identifier: Apache-2.0
#include "hunt/search_line.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/nearest.h"
#include "base/text.h"

namespace bartizan::hunt {
namespace {

constexpr std::string_view kPipes[] = {"count", "top",  "rare",   "timechart", "stats", "dedup",
                                       "sort",  "head", "fields", "where",     "join"};

// Thrown nowhere: the first mistake is kept and parsing runs out, since every rule asks failed().
class Parser {
 public:
  explicit Parser(std::string_view line) : line_(line) {}

  std::expected<SearchLine, Diagnostic> parse() {
    SearchLine out;
    if (line_.size() > limits::kHuntLineBytesMax)
      return complain(0, "the line is too long"), std::unexpected(*wrong_);
    skip_blanks();
    if (at_ < line_.size() && line_[at_] != '|') out.search = parse_or(0);
    while (!failed() && take('|')) {
      out.pipes.push_back(parse_pipe());
      skip_blanks();
    }
    if (!failed() && at_ < line_.size())
      complain(at_, line_[at_] == ')' ? "this parenthesis closes nothing" : "this cannot stand here",
               "parts are joined by AND, OR, NOT; commands follow a |");
    if (failed()) return std::unexpected(*wrong_);
    return out;
  }

 private:
  bool failed() const { return wrong_.has_value(); }
  void complain(std::size_t at, std::string message, std::string hint = {}) {
    if (!failed())
      wrong_ =
          Diagnostic{"hunt.search", "", 1, static_cast<int>(at) + 1, std::move(message), std::move(hint)};
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void skip_blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  }
  bool take(char wanted) {
    skip_blanks();
    if (at_ >= line_.size() || line_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  // A word, compared without regard to case, followed by what cannot belong to it.
  bool take_word(std::string_view word) {
    skip_blanks();
    if (!equals_ignoring_ascii_case(line_.substr(at_, word.size()), word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < line_.size() && !is_blank(line_[end]) && line_[end] != '(' && line_[end] != ')' &&
        line_[end] != '|')
      return false;
    at_ = end;
    return true;
  }
  bool at_word(std::string_view word) {
    const std::size_t before = at_;
    const bool is_there = take_word(word);
    at_ = before;
    return is_there;
  }

  SearchNode parse_or(unsigned depth) {
    SearchNode first = parse_and(depth);
    if (!at_word("OR")) return first;
    SearchNode node{SearchNode::Kind::kOr, {}, {}, 0, Compare::kHas, {}};
    node.children.push_back(std::move(first));
    while (!failed() && take_word("OR")) node.children.push_back(parse_and(depth));
    return node;
  }

  SearchNode parse_and(unsigned depth) {
    SearchNode node{SearchNode::Kind::kAnd, {}, {}, 0, Compare::kHas, {}};
    do {
      node.children.push_back(parse_not(depth));
      (void)take_word("AND");
      skip_blanks();
    } while (!failed() && at_ < line_.size() && line_[at_] != ')' && line_[at_] != '|' && !at_word("OR"));
    return node.children.size() == 1 ? SearchNode(std::move(node.children[0])) : node;
  }

  SearchNode parse_not(unsigned depth) {
    skip_blanks();
    if (depth > limits::kHuntDepthMax)
      return complain(at_, "too many parentheses within each other"), SearchNode{};
    if (take_word("NOT") || take('!')) {
      SearchNode node{SearchNode::Kind::kNot, {}, {}, 0, Compare::kHas, {}};
      node.children.push_back(parse_not(depth + 1));
      return node;
    }
    const std::size_t open = at_;
    if (!take('(')) return parse_term();
    SearchNode inner = parse_or(depth + 1);
    if (!failed() && !take(')')) complain(open, "this parenthesis is never closed");
    return inner;
  }

  static bool ends_word(char c) { return is_blank(c) || c == '(' || c == ')' || c == '|'; }
  static bool is_operator(char c) { return c == ':' || c == '=' || c == '<' || c == '>' || c == '!'; }

  SearchNode parse_term() {
    skip_blanks();
    SearchNode term;
    term.at = at_;
    if (at_ >= line_.size() || line_[at_] == '|' || line_[at_] == ')')
      return complain(at_, "something to look for is missing here"), term;
    if (line_[at_] != '"' && line_[at_] != '/') {
      const std::size_t start = at_;
      std::size_t end = at_;
      while (end < line_.size() && !ends_word(line_[end]) && !is_operator(line_[end]) && line_[end] != '"')
        ++end;
      std::size_t next = end;
      while (next < line_.size() && is_blank(line_[next])) ++next;
      if (end > start && next < line_.size() && is_operator(line_[next]) &&
          (line_[next] != '!' || line_.substr(next, 2) == "!=")) {
        term.field = line_.substr(start, end - start);
        at_ = next;
        term.compare = parse_compare();
      }
    }
    if (!failed()) parse_values(term);
    return term;
  }

  Compare parse_compare() {
    static constexpr std::pair<std::string_view, Compare> kOperators[] = {{":>=", Compare::kGreaterOrEqual},
                                                                          {":<=", Compare::kLessOrEqual},
                                                                          {"!=", Compare::kNotEquals},
                                                                          {"==", Compare::kExactly},
                                                                          {">=", Compare::kGreaterOrEqual},
                                                                          {"<=", Compare::kLessOrEqual},
                                                                          {":>", Compare::kGreater},
                                                                          {":<", Compare::kLess},
                                                                          {":", Compare::kHas},
                                                                          {"=", Compare::kEquals},
                                                                          {"<", Compare::kLess},
                                                                          {">", Compare::kGreater}};
    for (const auto& [text, compare] : kOperators)
      if (line_.substr(at_, text.size()) == text) return at_ += text.size(), compare;
    complain(at_, "this is no comparison", "there are : = == != < <= > >=");
    return Compare::kHas;
  }

  // One value, a list in parentheses, or a range in brackets.
  void parse_values(SearchNode& term) {
    const std::size_t open = at_;
    if (!term.field.empty() && take('(')) {
      do {
        term.values.push_back(parse_value());
        (void)(take(',') || take_word("OR"));
        skip_blanks();
      } while (!failed() && at_ < line_.size() && line_[at_] != ')');
      if (!failed() && !take(')')) complain(open, "this parenthesis is never closed");
      return;
    }
    term.values.push_back(parse_value());
  }

  SearchValue parse_value() {
    skip_blanks();
    SearchValue value;
    value.at = at_;
    if (at_ >= line_.size() || line_[at_] == '|' || line_[at_] == ')')
      return complain(at_, "a value is missing here"), value;
    if (line_[at_] == '[') return parse_range();
    if (line_[at_] == '"') return value.text = parse_quoted(), value;
    if (line_[at_] == '/') return parse_regex();
    while (at_ < line_.size() && !ends_word(line_[at_]) && line_[at_] != ',') value.text += line_[at_++];
    if (value.text == "*") value.kind = SearchValue::Kind::kAny;
    else if (value.text.find_first_of("*?") != std::string::npos) value.kind = SearchValue::Kind::kPattern;
    return value;
  }

  std::string parse_quoted() {
    const std::size_t open = at_++;
    std::string text;
    while (at_ < line_.size() && line_[at_] != '"') {
      if (line_[at_] == '\\' && at_ + 1 < line_.size() && (line_[at_ + 1] == '"' || line_[at_ + 1] == '\\'))
        ++at_;
      text += line_[at_++];
    }
    if (at_ >= line_.size()) complain(open, "this quotation mark is never closed");
    else ++at_;
    return text;
  }

  SearchValue parse_regex() {
    SearchValue value{SearchValue::Kind::kRegex, {}, {}, at_};
    const std::size_t open = at_++;
    while (at_ < line_.size() && line_[at_] != '/') {
      if (line_[at_] == '\\' && at_ + 1 < line_.size()) {
        if (line_[at_ + 1] != '/') value.text += '\\';
        ++at_;
      }
      value.text += line_[at_++];
    }
    if (at_ >= line_.size())
      complain(open, "this regular expression is never closed", "a path stands in quotation marks");
    else ++at_;
    return value;
  }

  SearchValue parse_range() {
    SearchValue value{SearchValue::Kind::kRange, {}, {}, at_};
    const std::size_t open = at_++;
    value.text = parse_bound();
    if (!take_word("TO")) complain(open, "a range is written [a TO b]", "* leaves an end open");
    value.last = parse_bound();
    if (!failed() && !take(']')) complain(open, "this bracket is never closed");
    return value;
  }

  std::string parse_bound() {
    skip_blanks();
    if (at_ < line_.size() && line_[at_] == '"') return parse_quoted();
    std::string text;
    while (at_ < line_.size() && !is_blank(line_[at_]) && line_[at_] != ']') text += line_[at_++];
    return text == "*" ? std::string() : text;
  }

  std::string parse_name() {
    skip_blanks();
    std::string name;
    while (at_ < line_.size() && !is_blank(line_[at_]) && !std::string_view("|,()<>=!").contains(line_[at_]))
      name += line_[at_++];
    return name;
  }

  std::vector<PipeName> parse_names(std::size_t pipe_at) {
    std::vector<PipeName> names;
    do {
      PipeName one;
      skip_blanks();
      one.at = at_;
      if (take('-')) one.descending = true;
      one.text = parse_name();
      if (one.text.empty()) return complain(names.empty() ? pipe_at : at_, "a field is missing here"), names;
      names.push_back(std::move(one));
    } while (take(','));
    return names;
  }

  // 30s, 15m, 1h, 7d
  std::uint64_t parse_span() {
    skip_blanks();
    const std::size_t start = at_;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), number);
    at_ = static_cast<std::size_t>(end - line_.data());
    static constexpr std::pair<char, std::uint64_t> kUnits[] = {
        {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}};
    for (const auto& [letter, seconds] : kUnits)
      if (error == std::errc() && at_ < line_.size() && line_[at_] == letter && number > 0 &&
          number < 1'000'000)
        return ++at_, number * seconds;
    complain(start, "a span of time is written 30s, 15m, 1h or 7d");
    return 1;
  }

  std::uint64_t parse_number(std::uint64_t otherwise) {
    skip_blanks();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), number);
    if (error != std::errc()) return otherwise;
    at_ = static_cast<std::size_t>(end - line_.data());
    return number;
  }

  std::vector<PipeName> parse_functions(std::size_t pipe_at) {
    std::vector<PipeName> values;
    do {
      PipeName one;
      skip_blanks();
      one.at = at_;
      one.function = parse_name();
      if (one.function.empty())
        return complain(pipe_at, "stats wants functions", "such as stats sum(bytes_out) by host"), values;
      if (take('(')) {
        one.text = parse_name();
        if (!take(')')) complain(one.at, "this parenthesis is never closed");
      }
      values.push_back(std::move(one));
    } while (take(','));
    return values;
  }

  Pipe parse_pipe() {
    skip_blanks();
    Pipe pipe;
    pipe.at = at_;
    const std::string name = parse_name();
    const auto known = std::ranges::find(kPipes, name);
    if (known == std::end(kPipes)) {
      const std::string_view near = nearest(name, kPipes);
      std::string all;
      for (const std::string_view one : kPipes) all += (all.empty() ? "" : ", ") + std::string(one);
      complain(pipe.at, name.empty() ? "a command is missing after |" : "there is no command '" + name + "'",
               near.empty() ? "there are " + all : "did you mean " + std::string(near) + "?");
      return pipe;
    }
    pipe.kind = static_cast<Pipe::Kind>(known - std::begin(kPipes));
    parse_rest_of(pipe);
    return pipe;
  }

  void parse_rest_of(Pipe& pipe) {
    switch (pipe.kind) {
      case Pipe::Kind::kTop:
      case Pipe::Kind::kRare:
        pipe.number = parse_number(10);
        pipe.names = parse_names(pipe.at);
        break;
      case Pipe::Kind::kTimechart:
        pipe.seconds = take_word("span") || take_word("every") ? parse_span() : 3600;
        [[fallthrough]];
      case Pipe::Kind::kCount:
        if (take_word("by")) pipe.names = parse_names(pipe.at);
        break;
      case Pipe::Kind::kStats:
        pipe.values = parse_functions(pipe.at);
        if (take_word("by")) pipe.names = parse_names(pipe.at);
        break;
      case Pipe::Kind::kDedup:
      case Pipe::Kind::kSort:
      case Pipe::Kind::kFields: pipe.names = parse_names(pipe.at); break;
      case Pipe::Kind::kHead: pipe.number = parse_number(10); break;
      case Pipe::Kind::kWhere: pipe.search = parse_or(0); break;
      case Pipe::Kind::kJoin: parse_join(pipe); break;
    }
  }

  // join account within 1h (event_id:4625)
  void parse_join(Pipe& pipe) {
    pipe.names = parse_names(pipe.at);
    if (take_word("within")) pipe.seconds = parse_span();
    const std::size_t open = at_;
    if (!take('('))
      return complain(open, "join wants a search in parentheses",
                      "such as join account within 1h (event_id:4625)");
    pipe.search = parse_or(1);
    if (!failed() && !take(')')) complain(open, "this parenthesis is never closed");
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::optional<Diagnostic> wrong_;
};

}  // namespace

std::expected<SearchLine, Diagnostic> parse_search_line(std::string_view line) {
  return Parser(line).parse();
}

std::string pointed(std::string_view line, const Diagnostic& diagnostic) {
  const std::size_t column = diagnostic.column > 0 ? static_cast<std::size_t>(diagnostic.column) - 1 : 0;
  std::string shown;
  for (const char c : line) shown += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  std::size_t width = 0;
  for (std::size_t i = 0; i < std::min(column, shown.size()); ++i) width += (shown[i] & 0xc0) != 0x80;
  std::string out = "  " + shown + "\n  " + std::string(width, ' ') + "^ " + diagnostic.message + "\n";
  if (!diagnostic.hint.empty()) out += "  " + std::string(width, ' ') + "  " + diagnostic.hint + "\n";
  return out;
}

}  // namespace bartizan::hunt

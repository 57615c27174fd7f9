// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/condition.h"

#include <optional>

#include "base/limits.h"

namespace bartizan::sigma {
namespace {

using Parsed = std::expected<Expression, Problem>;
using enum Expression::Kind;

std::unexpected<Problem> bad(std::string message, std::string hint = {}) {
  return std::unexpected(Problem{"sigma.condition", std::move(message), std::move(hint)});
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at++;
    const char c = text[start];
    if (is_blank(c)) continue;
    if (c != '(' && c != ')' && c != '|')
      while (at < text.size() && !is_blank(text[at]) &&
             std::string_view("()|").find(text[at]) == std::string_view::npos)
        ++at;
    tokens.push_back(text.substr(start, at - start));
  }
  return tokens;
}

// `*` is any run of characters; names are ASCII in practice and compared byte by byte.
bool name_matches(std::string_view pattern, std::string_view name) {
  Pattern tokens;
  for (char c : pattern) {
    if (c == '*') open_end(tokens);
    else if (tokens.empty() || tokens.back().kind != Token::Kind::kLiteral)
      tokens.push_back({Token::Kind::kLiteral, std::string(1, c)});
    else tokens.back().text += c;
  }
  return matches_glob(tokens, name);
}

class ConditionParser {
 public:
  ConditionParser(std::string_view text, const std::vector<Search>& searches)
      : tokens_(tokens_of(text)), searches_(searches) {}

  Parsed parse() {
    if (tokens_.empty()) return bad("the condition is empty");
    for (std::string_view token : tokens_)
      if (token == "|")
        return bad("aggregations with '|' belong to an older version of the language",
                   "write a correlation rule instead");
    Parsed all = either();
    if (all && at_ < tokens_.size()) return bad(unexpected_token());
    return all;
  }

 private:
  std::string_view peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : std::string_view{};
  }
  std::string unexpected_token() const {
    if (at_ >= tokens_.size()) return "the condition ends where a term is expected";
    return "'" + std::string(peek()) + "' is not expected here";
  }

  Parsed joined(std::string_view word, Expression::Kind kind, Parsed (ConditionParser::*term)()) {
    Parsed first = (this->*term)();
    if (!first || peek() != word) return first;
    Expression all{kind, 0, {}};
    all.children.push_back(std::move(*first));
    while (peek() == word) {
      ++at_;
      Parsed next = (this->*term)();
      if (!next) return next;
      all.children.push_back(std::move(*next));
    }
    return all;
  }

  Parsed either() { return joined("or", kOr, &ConditionParser::both); }
  Parsed both() { return joined("and", kAnd, &ConditionParser::negated); }

  Parsed negated() {
    bool negative = false;
    for (; peek() == "not"; ++at_) negative = !negative;
    Parsed term = primary();
    if (!term || !negative) return term;
    Expression result{kNot, 0, {}};
    result.children.push_back(std::move(*term));
    return result;
  }

  Parsed primary() {
    if (++terms_ > limits::kSigmaTermsMax) return bad("the condition is too long");
    const std::string_view word = peek();
    if (word == "(") return bracket();
    if (word.empty() || word == ")" || word == "and" || word == "or") return bad(unexpected_token());
    if (peek(1) == "of" && (word == "1" || word == "any" || word == "all")) return quantified();
    ++at_;
    for (std::size_t i = 0; i < searches_.size(); ++i)
      if (searches_[i].name == word) return Expression{kSearch, static_cast<std::uint32_t>(i), {}};
    if (word == "AND" || word == "OR" || word == "NOT")
      return bad("unknown search identifier '" + std::string(word) + "'",
                 "operators are written in lower case");
    return bad("unknown search identifier '" + std::string(word) + "'");
  }

  Parsed bracket() {
    if (++depth_ > limits::kSigmaConditionDepthMax) return bad("brackets are nested too deeply");
    ++at_;
    Parsed inner = either();
    if (!inner) return inner;
    if (peek() != ")") return bad("a closing bracket is missing");
    ++at_;
    --depth_;
    return inner;
  }

  Parsed quantified() {
    Expression result{peek() == "all" ? kAnd : kOr, 0, {}};
    at_ += 2;
    const std::string_view pattern = peek();
    if (pattern.empty() || pattern == "(" || pattern == ")") return bad(unexpected_token());
    ++at_;
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      const std::string& name = searches_[i].name;
      if (name.starts_with('_') && !pattern.starts_with('_')) continue;
      if (pattern != "them" && !name_matches(pattern, name)) continue;
      result.children.push_back({kSearch, static_cast<std::uint32_t>(i), {}});
    }
    terms_ += result.children.size();
    if (terms_ > limits::kSigmaTermsMax) return bad("the condition is too long");
    if (result.children.empty()) return bad("no search identifier matches '" + std::string(pattern) + "'");
    return result;
  }

  std::vector<std::string_view> tokens_;
  const std::vector<Search>& searches_;
  std::size_t at_ = 0, depth_ = 0, terms_ = 0;
};

}  // namespace

std::expected<Expression, Problem> parse_condition(std::string_view text,
                                                   const std::vector<Search>& searches) {
  return ConditionParser(text, searches).parse();
}

}  // namespace bartizan::sigma

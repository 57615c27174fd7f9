// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/parser.h"
#include "detect/powershell/parser_nesting.h"

namespace bartizan::powershell {

Node& Parser::make(Kind kind, std::uint32_t begin) {
  Node& node = tree_.nodes.emplace_back();
  node.kind = kind;
  node.begin = begin;
  return node;
}

const Node* Parser::finish(Node& node) {
  node.end = here();
  return &node;
}

const Node* Parser::empty() { return finish(make(Kind::kEmpty, here())); }

void Parser::expect(char c) {
  lexer_.skip_blanks_and_lines();
  if (!lexer_.eat(c)) ++tree_.errors;
}

const Node* Parser::expression(bool commas) {
  Nesting nesting(*this);
  if (nesting.too_deep()) {
    lexer_.at = lexer_.source().size();
    return empty();
  }
  const std::uint32_t begin = here();
  return ternary(chain(operand(commas), begin, kRankLowest, commas), begin, commas);
}

// condition ? value : value, of PowerShell 7; `condition` as it is when none follows.
const Node* Parser::ternary(const Node* condition, std::uint32_t begin, bool commas) {
  const std::size_t after_condition = lexer_.at;
  lexer_.skip_blanks();
  const char next = lexer_.after();
  if (lexer_.peek() != '?' || next == '?' || next == '.' || next == '\0') {
    lexer_.at = after_condition;
    return condition;
  }
  const unsigned errors = tree_.errors;
  lexer_.step();
  lexer_.skip_blanks_and_lines();
  const Node* chosen = expression(commas);
  lexer_.skip_blanks_and_lines();
  if (lexer_.peek() != ':' || chosen->kind == Kind::kEmpty) {
    tree_.errors = errors;
    lexer_.at = after_condition;
    return condition;
  }
  Node& node = make(Kind::kTernary, begin);
  lexer_.step();
  lexer_.skip_blanks_and_lines();
  node.kids = {condition, chosen, expression(commas)};
  return finish(node);
}

const Node* Parser::operand(bool commas) { return commas ? comma_list() : unary(); }

// An operand and the operators after it that bind at least as tight as `lowest`; operators of one rank make
// one flat chain. One look at the text an operator, not one a rank.
const Node* Parser::chain(const Node* first, std::uint32_t begin, int lowest, bool commas) {
  for (;;) {
    std::size_t bytes = 0;
    Op op = next_operator(bytes);
    const int rank = operator_rank(op.kind);
    if (rank < lowest) return first;
    Node& whole = make(Kind::kChain, begin);
    whole.kids.push_back(first);
    do {
      lexer_.skip_blanks();
      lexer_.at += bytes;
      lexer_.skip_blanks_and_lines();
      const std::size_t at = lexer_.at;
      const std::uint32_t next_begin = here();
      const Node* next = chain(operand(commas), next_begin, rank + 1, commas);
      const_cast<Node*>(next)->before = op;
      whole.kids.push_back(next);
      whole.end = here();
      if (lexer_.at == at) return ++tree_.errors, &whole;
      op = next_operator(bytes);
    } while (operator_rank(op.kind) == rank);
    first = &whole;
  }
}

// The binary operator after blanks here; nothing is passed.
Op Parser::next_operator(std::size_t& bytes) {
  const std::size_t before_blanks = lexer_.at;
  lexer_.skip_blanks();
  const Op op = lexer_.peek_operator(bytes);
  lexer_.at = before_blanks;
  return op;
}

const Node* Parser::comma_list() {
  std::uint32_t begin = here();
  const Node* first = unary();
  Node* list = nullptr;
  for (;;) {
    std::size_t before_blanks = lexer_.at;
    lexer_.skip_blanks();
    if (lexer_.peek() != ',') {
      lexer_.at = before_blanks;
      return list == nullptr ? first : list;
    }
    lexer_.step();
    lexer_.skip_blanks_and_lines();
    if (list == nullptr) {
      list = &make(Kind::kArray, begin);
      list->kids.push_back(first);
    }
    std::size_t at = lexer_.at;
    list->kids.push_back(unary());
    list->end = here();
    if (lexer_.at == at) return ++tree_.errors, list;
  }
}

bool Parser::starts_operand() {
  std::size_t bytes = 0;
  char c = lexer_.peek();
  if (c == '$' || c == '(' || c == '\'' || c == '"' || c == '{' || c == '[' || is_digit(c)) return true;
  if (c == '@') return true;
  if (c == '.') return is_digit(lexer_.after());
  Op op = lexer_.peek_unary(bytes);
  return op.kind != Operator::kNone && op.kind != Operator::kComma;
}

const Node* Parser::unary() {
  Nesting nesting(*this);
  lexer_.skip_blanks();
  std::uint32_t begin = here();
  if (nesting.too_deep()) {
    lexer_.at = lexer_.source().size();
    return empty();
  }
  std::size_t bytes = 0;
  Op op = lexer_.peek_unary(bytes);
  if (op.kind != Operator::kNone) {
    Node& node = make(Kind::kUnary, begin);
    node.op = op;
    lexer_.at += bytes;
    lexer_.skip_blanks_and_lines();
    std::size_t at = lexer_.at;
    node.kids.push_back(op.kind == Operator::kComma ? comma_list() : unary());
    if (lexer_.at == at) ++tree_.errors;
    return finish(node);
  }
  if (lexer_.peek() != '[') return primary(false);
  const Node* type = bracketed_type();
  if (type->kind != Kind::kType) return type;
  std::size_t after_type = lexer_.at;
  lexer_.skip_blanks();
  if (lexer_.peek() == ':' && lexer_.after() == ':') return postfix(type, false);
  if (lexer_.at_new_line()) {
    std::size_t line = lexer_.at;
    lexer_.skip_blanks_and_lines();
    if (lexer_.peek() != '$' && lexer_.peek() != '[') lexer_.at = line;
  }
  if (!starts_operand()) {
    lexer_.at = after_type;
    return postfix(type, false);
  }
  Node& cast = make(Kind::kCast, begin);
  cast.text = type->text;
  cast.kids.push_back(unary());
  return finish(cast);
}

const Node* Parser::bracketed_type() {
  std::uint32_t begin = here();
  Node& node = make(Kind::kType, begin);
  lexer_.step();
  unsigned open = 1;
  while (!lexer_.done()) {
    char c = lexer_.peek();
    if (c == '(') {  // an attribute with arguments
      if (!skip_balanced('(', ')')) break;
      node.kind = Kind::kOpaque;
      continue;
    }
    if (c == '[') ++open;
    if (c == ']' && --open == 0) {
      lexer_.step();
      node.text = lower_ascii(node.text);
      if (node.text.empty()) ++tree_.errors, node.kind = Kind::kOpaque;
      finish(node);
      if (node.kind == Kind::kType) return &node;
      lexer_.skip_blanks_and_lines();  // [Parameter()] [string] $x: what follows is the expression
      return starts_operand() ? unary() : &node;
    }
    bool fits = is_letter(c) || is_digit(c) || c == '.' || c == ',' || c == '+' || c == '[' || c == ']' ||
                c == '`' || c == ' ' || c == '\t' || c == '*' || c == '&' || c == '\n' || c == '\r' ||
                c == '-' || c == '\\' ||
                (c == '=' && node.text.find(',') != std::string::npos);  // Version=4.0
    if (!fits) break;
    if (c == '`') node.text += lexer_.read_escape();
    else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') lexer_.step();
    else node.text += lexer_.source()[lexer_.at++];
  }
  ++tree_.errors;
  node.kind = Kind::kOpaque;
  return finish(node);
}

const Node* Parser::primary(bool in_argument) {
  std::uint32_t begin = here();
  char c = lexer_.peek();
  std::string text;
  if (c == '\'') {
    Node& node = make(Kind::kString, begin);
    if (!lexer_.read_single_quoted(node.text)) ++tree_.errors;
    return postfix(finish(node), in_argument);
  }
  if (c == '"') return postfix(expandable(), in_argument);
  if (c == '(') return postfix(parenthesis(), in_argument);
  if (c == '{') return postfix(script_block(), in_argument);
  if (c == '$') {
    if (lexer_.after() == '(') return postfix(sub_expression(Kind::kSub, 2), in_argument);
    VariableName name;
    if (lexer_.read_variable(name)) {
      Node& node = make(Kind::kVariable, begin);
      node.text = std::move(name.name);
      return postfix(finish(node), in_argument);
    }
  }
  if (c == '@') {
    if (lexer_.after() == '(') return postfix(sub_expression(Kind::kArraySub, 2), in_argument);
    if (lexer_.after() == '{') return postfix(hash(), in_argument);
    if (lexer_.at_here_string('\'')) {
      Node& node = make(Kind::kString, begin);
      if (!lexer_.read_verbatim_here_string(node.text)) ++tree_.errors;
      return postfix(finish(node), in_argument);
    }
    if (lexer_.at_here_string('"')) return postfix(expandable_here_string(), in_argument);
    VariableName name;
    if (lexer_.read_variable(name)) {
      Node& node = make(Kind::kSplat, begin);
      node.text = std::move(name.name);
      return postfix(finish(node), in_argument);
    }
  }
  if (lexer_.read_number(text)) {
    Node& node = make(Kind::kNumber, begin);
    node.text = std::move(text);
    return postfix(finish(node), in_argument);
  }
  return empty();
}

const Node* Parser::postfix(const Node* base, bool in_argument) {
  Node* whole = nullptr;
  auto add = [&](const Node* suffix) {
    if (whole == nullptr) {
      whole = &make(Kind::kPostfix, base->begin);
      whole->kids.push_back(base);
    }
    whole->kids.push_back(suffix);
    whole->end = here();
  };
  for (;;) {
    std::size_t before_blanks = lexer_.at;
    // Blanks before a suffix are accepted as obfuscators write them; before '(' and '.' only without a blank.
    if (!in_argument) lexer_.skip_blanks();
    bool blank = lexer_.at != before_blanks;
    std::uint32_t begin = here();
    char c = lexer_.peek(), next = lexer_.after();
    if (c == '?' && next == '[' && !blank) {  // nothing if there is nothing to index
      lexer_.step();
      c = '[';
    }
    if (c == '[' && (!in_argument || !blank) && base->kind != Kind::kEmpty) {
      Node& index = make(Kind::kIndex, begin);
      lexer_.step();
      lexer_.skip_blanks_and_lines();
      index.kids.push_back(expression(true));
      expect(']');
      add(finish(index));
    } else if (c == ':' && next == ':') {
      Node& member = make(Kind::kStatic, begin);
      lexer_.at += 2;
      lexer_.skip_blanks_and_lines();
      member.kids.push_back(member_name());
      add(finish(member));
    } else if ((c == '.' && next != '.' && !is_digit(next) &&
                !(in_argument && (next == '\\' || next == '/'))) ||
               (c == '?' && next == '.' && !blank)) {
      Node& member = make(Kind::kMember, begin);
      lexer_.at += c == '?' ? 2 : 1;
      lexer_.skip_blanks_and_lines();
      member.kids.push_back(member_name());
      if (member.kids[0]->kind == Kind::kEmpty) {  // "$x. " at the end of a sentence
        lexer_.at = before_blanks;
        return whole == nullptr ? base : whole;
      }
      add(finish(member));
    } else if (c == '(' && whole != nullptr && !blank &&
               (whole->kids.back()->kind == Kind::kMember || whole->kids.back()->kind == Kind::kStatic)) {
      add(call_arguments());
    } else if (!blank && ((c == '+' && next == '+') ||
                          (c == '-' && lexer_.after(lexer_.symbol(lexer_.at).width) == '-'))) {
      Node& increment = make(Kind::kIncrement, begin);
      increment.op.kind = c == '+' ? Operator::kIncrement : Operator::kDecrement;
      lexer_.step(), lexer_.step();
      add(finish(increment));
    } else {
      lexer_.at = before_blanks;
      return whole == nullptr ? base : whole;
    }
  }
}

const Node* Parser::member_name() {
  std::uint32_t begin = here();
  char c = lexer_.peek();
  if (c == '\'' || c == '"' || c == '(' || c == '$') {
    if (c == '\'') {
      Node& node = make(Kind::kString, begin);
      if (!lexer_.read_single_quoted(node.text)) ++tree_.errors;
      return finish(node);
    }
    if (c == '"') return expandable();
    if (c == '(') return parenthesis();
    if (lexer_.after() == '(') return sub_expression(Kind::kSub, 2);
    VariableName name;
    if (!lexer_.read_variable(name)) return empty();
    Node& node = make(Kind::kVariable, begin);
    node.text = std::move(name.name);
    return finish(node);
  }
  if (c == '{') return script_block();
  Node& node = make(Kind::kWord, begin);
  while (!lexer_.done()) {
    c = lexer_.peek();
    if (c == '`') node.text += lexer_.read_escape();
    else if (is_letter(c) || is_digit(c)) node.text += lexer_.source()[lexer_.at++];
    else break;
  }
  if (node.text.empty()) node.kind = Kind::kEmpty;
  return finish(node);
}

const Node* Parser::call_arguments() {
  Node& call = make(Kind::kCall, here());
  lexer_.step();
  lexer_.skip_blanks_and_lines();
  while (!lexer_.done() && lexer_.peek() != ')') {
    std::size_t at = lexer_.at;
    call.kids.push_back(expression(false));
    lexer_.skip_blanks_and_lines();
    if (lexer_.at == at && lexer_.peek() != ',') break;
    if (!lexer_.eat(',')) break;
    lexer_.skip_blanks_and_lines();
  }
  expect(')');
  return finish(call);
}

const Node* Parser::parenthesis() {
  Node& node = make(Kind::kParen, here());
  lexer_.step();
  lexer_.skip_blanks_and_lines();
  node.kids.push_back(lexer_.peek() == ')' ? empty() : statement());
  lexer_.skip_blanks_and_lines();
  if (lexer_.peek() != ')') {  // understood in part: the rest up to the bracket is kept as it stands
    ++tree_.errors;
    lexer_.at = node.begin;
    skip_balanced('(', ')');
    return finish(node);
  }
  lexer_.step();
  return finish(node);
}

const Node* Parser::sub_expression(Kind kind, std::size_t open_bytes) {
  Node& node = make(kind, here());
  lexer_.at += open_bytes;
  const Node* block = block_until(')');
  node.kids = block->kids;
  expect(')');
  return finish(node);
}

const Node* Parser::script_block() {
  Node& node = make(Kind::kScriptBlock, here());
  lexer_.step();
  node.kids.push_back(block_until('}'));
  expect('}');
  return finish(node);
}

const Node* Parser::hash() {
  Node& node = make(Kind::kHash, here());
  lexer_.at += 2;
  for (;;) {
    lexer_.skip_blanks_and_lines();
    while (lexer_.eat(';')) lexer_.skip_blanks_and_lines();
    if (lexer_.done() || lexer_.peek() == '}') break;
    std::size_t at = lexer_.at;
    const Node* key = member_name();
    if (key->kind == Kind::kEmpty ||
        (key->kind != Kind::kWord && lexer_.peek() != ' ' && lexer_.peek() != '=')) {
      lexer_.at = at;
      key = unary();
    } else if (lexer_.peek() == '-') {  // a-b = 1
      lexer_.at = at;
      key = bare_word(false);
    }
    lexer_.skip_blanks_and_lines();
    if (!lexer_.eat('=')) break;
    lexer_.skip_blanks_and_lines();
    node.kids.push_back(key);
    node.kids.push_back(statement());
    if (lexer_.at == at) break;
  }
  expect('}');
  return finish(node);
}

// One character, escape, variable or $( ) of an expandable string; plain text gathers in `text`.
void Parser::expandable_part(Node& parts, std::string& text, std::uint32_t& text_begin) {
  auto flush = [&](std::uint32_t end) {
    if (text.empty()) return;
    Node& piece = make(Kind::kString, text_begin);
    piece.text = std::move(text);
    piece.end = end;
    parts.kids.push_back(&piece);
    text.clear();
  };
  char c = lexer_.peek();
  if (c == '`') {
    text += lexer_.read_escape();
    return;
  }
  if (c != '$') {
    std::size_t width = lexer_.symbol(lexer_.at).width;
    text.append(lexer_.source().substr(lexer_.at, width));
    lexer_.at += width;
    return;
  }
  std::uint32_t begin = here();
  if (lexer_.after() == '(') {
    flush(begin);
    parts.kids.push_back(sub_expression(Kind::kSub, 2));
    text_begin = here();
    return;
  }
  VariableName name;
  if (!lexer_.read_variable(name)) {
    text += '$';
    ++lexer_.at;
    return;
  }
  flush(begin);
  Node& variable = make(Kind::kVariable, begin);
  variable.text = std::move(name.name);
  parts.kids.push_back(finish(variable));
  text_begin = here();
}

const Node* Parser::expandable() {
  Node& node = make(Kind::kExpandable, here());
  lexer_.step();
  std::string text;
  std::uint32_t text_begin = here();
  while (!lexer_.done()) {
    if (lexer_.peek() == '"') {
      lexer_.step();
      if (lexer_.peek() != '"') break;
      text += '"';
      lexer_.step();
      continue;
    }
    expandable_part(node, text, text_begin);
    text += lexer_.read_plain();
  }
  if (!text.empty()) {
    Node& piece = make(Kind::kString, text_begin);
    piece.text = std::move(text);
    node.kids.push_back(finish(piece));
  }
  return finish(node);
}

const Node* Parser::expandable_here_string() {
  Node& node = make(Kind::kExpandable, here());
  while (!lexer_.at_new_line()) lexer_.step();
  lexer_.at += lexer_.peek() == '\r' && lexer_.after() == '\n' ? 2 : 1;
  std::string text;
  std::uint32_t text_begin = here();
  bool line_start = true, closed = false;
  while (!lexer_.done()) {
    Symbol s = lexer_.symbol(lexer_.at);
    if (line_start && s.c == '"' && lexer_.after(s.width) == '@') {
      lexer_.at += s.width + 1u;
      closed = true;
      break;
    }
    line_start = s.c == '\n' || s.c == '\r';
    expandable_part(node, text, text_begin);
    if (line_start) continue;
    text += lexer_.read_plain();
  }
  if (!closed) ++tree_.errors;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (!text.empty()) {
    Node& piece = make(Kind::kString, text_begin);
    piece.text = std::move(text);
    node.kids.push_back(finish(piece));
  }
  return finish(node);
}

// At `open`: past its `close`, strings and comments inside skipped. False, at the end, when there is none.
bool Parser::skip_balanced(char open, char close) {
  unsigned depth = 0;
  std::string ignored;
  while (!lexer_.done()) {
    lexer_.skip_blanks_and_lines();
    char c = lexer_.peek();
    if (c == '\'') {
      lexer_.read_single_quoted(ignored);
      continue;
    }
    if (c == '@' && lexer_.at_here_string('\'')) {
      lexer_.read_verbatim_here_string(ignored);
      continue;
    }
    if (c == '"') {
      for (lexer_.step(); !lexer_.done() && lexer_.peek() != '"';)
        lexer_.at += lexer_.peek() == '`' ? 2 : lexer_.symbol(lexer_.at).width;
    }
    if (c == open) ++depth;
    if (c == close && --depth == 0) return lexer_.step(), true;
    if (c == '`') ++lexer_.at;
    lexer_.step();
  }
  return false;
}

}  // namespace bartizan::powershell

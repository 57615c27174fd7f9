// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "detect/powershell/parser.h"
#include "detect/powershell/parser_nesting.h"

namespace bartizan::powershell {

Tree parse_script(std::string_view text) {
  Tree tree;
  tree.root = Parser(text, tree).script();
  return tree;
}

const Node* Parser::script() { return block_until('\0'); }

// Statements up to `close`, which is left standing; '\0' means the end of the text.
const Node* Parser::block_until(char close) {
  Nesting nesting(*this);
  Node& block = make(Kind::kBlock, here());
  if (nesting.too_deep()) {
    lexer_.at = lexer_.source().size();
    return finish(block);
  }
  for (;;) {
    lexer_.skip_blanks_and_lines();
    while (lexer_.peek() == ';') {
      lexer_.step();
      lexer_.skip_blanks_and_lines();
    }
    if (lexer_.done()) break;
    char c = lexer_.peek();
    if (c == close) break;
    if (c == ')' || c == '}' || c == ']') {
      if (close != '\0') break;  // the caller complains
      ++tree_.errors;
      lexer_.step();
      continue;
    }
    std::size_t at = lexer_.at;
    if (c == '[' && attribute()) continue;
    if (close != ')' && named_block(block)) continue;
    block.kids.push_back(lexer_.at_word("param") ? parameters('\0') : statement());
    if (lexer_.at == at) {
      ++tree_.errors;
      lexer_.step();
    }
  }
  return finish(block);
}

// [CmdletBinding()] and its like before a param block or a type.
bool Parser::attribute() {
  std::size_t at = lexer_.at;
  while (lexer_.peek() == '[') {
    unsigned errors = tree_.errors;
    const Node* type = bracketed_type();
    tree_.errors = errors;
    if (type->kind != Kind::kOpaque) break;
    lexer_.skip_blanks_and_lines();
    if (lexer_.at_word("param") || lexer_.at_word("enum") || lexer_.at_word("class")) return true;
  }
  lexer_.at = at;
  return false;
}

bool Parser::named_block(Node& block) {
  for (std::string_view word : {"begin", "process", "end", "dynamicparam", "clean"}) {
    if (!lexer_.at_word(word)) continue;
    std::uint32_t begin = here();
    lexer_.at += word.size();
    lexer_.skip_blanks_and_lines();
    if (lexer_.peek() != '{') {
      lexer_.at = begin;
      return false;
    }
    Node& named = make(Kind::kNamedBlock, begin);
    named.text = word;
    named.kids.push_back(braced_block());
    block.kids.push_back(finish(named));
    return true;
  }
  return false;
}

const Node* Parser::braced_block() {
  lexer_.skip_blanks_and_lines();
  if (lexer_.peek() != '{') return ++tree_.errors, empty();
  lexer_.step();
  const Node* block = block_until('}');
  expect('}');
  return block;
}

const Node* Parser::statement() {
  Nesting nesting(*this);
  lexer_.skip_blanks_and_lines();
  std::uint32_t begin = here();
  if (nesting.too_deep()) {
    lexer_.at = lexer_.source().size();
    return empty();
  }
  if (is_letter(lexer_.peek()))
    if (const Node* node = keyword_statement(begin)) return node;
  if (lexer_.peek() == ':' && is_letter(lexer_.after())) {  // a label
    std::size_t at = lexer_.at++;
    while (is_letter(lexer_.peek()) || is_digit(lexer_.peek())) lexer_.step();
    lexer_.skip_blanks_and_lines();
    if (const Node* node = keyword_statement(begin)) return node;
    lexer_.at = at;
  }
  return pipeline();
}

const Node* Parser::keyword_statement(std::uint32_t begin) {
  auto taken = [&](std::string_view word) {
    if (!lexer_.at_word(word)) return false;
    lexer_.at += word.size();
    return true;
  };
  switch (lexer_.peek() | 0x20) {
    case 'i': return taken("if") ? if_statement(begin) : nullptr;
    case 'w':
      if (taken("while")) return while_statement(begin);
      return taken("workflow") ? function_statement(begin) : nullptr;
    case 'd':
      if (taken("do")) return do_statement(begin);
      return taken("data") ? trap_statement(begin) : nullptr;
    case 'f':
      if (taken("foreach")) return for_each_statement(begin);
      if (taken("for")) return for_statement(begin);
      return taken("function") || taken("filter") ? function_statement(begin) : nullptr;
    case 's': return taken("switch") ? switch_statement(begin) : nullptr;
    case 't':
      if (taken("try")) return try_statement(begin);
      if (taken("trap")) return trap_statement(begin);
      return taken("throw") ? flow_statement(begin, "throw") : nullptr;
    case 'r': return taken("return") ? flow_statement(begin, "return") : nullptr;
    case 'b': return taken("break") ? flow_statement(begin, "break") : nullptr;
    case 'e':
      if (taken("exit")) return flow_statement(begin, "exit");
      return taken("enum") ? type_definition(begin) : nullptr;
    case 'c':
      if (taken("continue")) return flow_statement(begin, "continue");
      if (taken("configuration")) return function_statement(begin);
      return taken("class") ? type_definition(begin) : nullptr;
    case 'u': return taken("using") ? opaque_statement(begin) : nullptr;
    default: return nullptr;
  }
}

const Node* Parser::if_statement(std::uint32_t begin) {
  Node& node = make(Kind::kIf, begin);
  for (;;) {
    expect('(');
    node.kids.push_back(statement());
    expect(')');
    node.kids.push_back(braced_block());
    std::size_t at = lexer_.at;
    lexer_.skip_blanks_and_lines();
    if (lexer_.at_word("elseif")) {
      lexer_.at += 6;
      continue;
    }
    if (lexer_.at_word("else")) {
      lexer_.at += 4;
      node.kids.push_back(braced_block());
    } else {
      lexer_.at = at;
    }
    return finish(node);
  }
}

const Node* Parser::while_statement(std::uint32_t begin) {
  Node& node = make(Kind::kWhile, begin);
  expect('(');
  node.kids.push_back(statement());
  expect(')');
  node.kids.push_back(braced_block());
  return finish(node);
}

const Node* Parser::do_statement(std::uint32_t begin) {
  Node& node = make(Kind::kDoWhile, begin);
  node.kids.push_back(braced_block());
  lexer_.skip_blanks_and_lines();
  if (lexer_.at_word("until")) node.kind = Kind::kDoUntil;
  else if (!lexer_.at_word("while")) return ++tree_.errors, node.kids[0];  // its body is all there is
  lexer_.at += 5;
  expect('(');
  node.kids.push_back(statement());
  expect(')');
  return finish(node);
}

const Node* Parser::for_statement(std::uint32_t begin) {
  Node& node = make(Kind::kFor, begin);
  expect('(');
  for (int part = 0; part < 3; ++part) {
    lexer_.skip_blanks_and_lines();
    char c = lexer_.peek();
    node.kids.push_back(c == ';' || c == ')' ? empty() : statement());
    lexer_.skip_blanks_and_lines();
    lexer_.eat(';');
  }
  expect(')');
  node.kids.push_back(braced_block());
  return finish(node);
}

const Node* Parser::for_each_statement(std::uint32_t begin) {
  Node& node = make(Kind::kForEach, begin);
  lexer_.skip_blanks_and_lines();
  while (lexer_.peek() == '-') {  // -parallel, -throttlelimit n
    node.kids.clear();
    lexer_.step();
    while (is_letter(lexer_.peek())) lexer_.step();
    lexer_.skip_blanks();
    if (is_digit(lexer_.peek())) lexer_.step(), lexer_.skip_blanks();
  }
  expect('(');
  lexer_.skip_blanks_and_lines();
  node.kids.push_back(unary());
  lexer_.skip_blanks_and_lines();
  if (lexer_.at_word("in")) lexer_.at += 2;
  else ++tree_.errors;
  node.kids.push_back(statement());
  expect(')');
  node.kids.push_back(braced_block());
  return finish(node);
}

const Node* Parser::switch_statement(std::uint32_t begin) {
  Node& node = make(Kind::kSwitch, begin);
  lexer_.skip_blanks_and_lines();
  while (lexer_.peek() == '-') {
    lexer_.step();
    std::string flag;
    while (is_letter(lexer_.peek())) flag += fold_ascii(lexer_.source()[lexer_.at++]);
    node.text += " " + flag;
    lexer_.skip_blanks_and_lines();
    if (std::string_view("file").starts_with(flag)) {
      node.kids.push_back(argument());
      lexer_.skip_blanks_and_lines();
    }
  }
  if (node.kids.empty()) {
    expect('(');
    node.kids.push_back(statement());
    expect(')');
  }
  expect('{');
  for (;;) {
    lexer_.skip_blanks_and_lines();
    while (lexer_.eat(';')) lexer_.skip_blanks_and_lines();
    if (lexer_.done() || lexer_.peek() == '}') break;
    std::size_t at = lexer_.at;
    char c = lexer_.peek();
    node.kids.push_back(is_letter(c) || c == '*' || c == '-' ? bare_word(false) : argument());
    node.kids.push_back(braced_block());
    if (lexer_.at == at) break;
  }
  expect('}');
  return finish(node);
}

const Node* Parser::function_statement(std::uint32_t begin) {
  Node& node = make(Kind::kFunction, begin);
  lexer_.skip_blanks_and_lines();
  const Node* name = lexer_.peek() == '"' ? expandable() : bare_word(true);
  node.text = lower_ascii(name->text);
  for (std::string_view scope : {"global:", "script:", "local:", "private:"})
    if (node.text.starts_with(scope)) node.text.erase(0, scope.size());
  lexer_.skip_blanks_and_lines();
  node.kids.push_back(lexer_.peek() == '(' ? parameters(')') : empty());
  node.kids.push_back(braced_block());
  return finish(node);
}

const Node* Parser::try_statement(std::uint32_t begin) {
  Node& node = make(Kind::kTry, begin);
  node.kids.push_back(braced_block());
  for (;;) {
    std::size_t at = lexer_.at;
    lexer_.skip_blanks_and_lines();
    std::uint32_t clause_begin = here();
    bool is_catch = lexer_.at_word("catch");
    if (!is_catch && !lexer_.at_word("finally")) {
      lexer_.at = at;
      return finish(node);
    }
    Node& clause = make(is_catch ? Kind::kCatch : Kind::kFinally, clause_begin);
    lexer_.at += is_catch ? 5 : 7;
    lexer_.skip_blanks_and_lines();
    while (lexer_.peek() == '[' || lexer_.peek() == ',') {
      if (lexer_.peek() == ',') lexer_.step();
      else bracketed_type();
      lexer_.skip_blanks_and_lines();
    }
    clause.kids.push_back(braced_block());
    node.kids.push_back(finish(clause));
  }
}

// trap [type] { } and data name { }
const Node* Parser::trap_statement(std::uint32_t begin) {
  Node& node = make(Kind::kTrap, begin);
  lexer_.skip_blanks_and_lines();
  while (!lexer_.done() && lexer_.peek() != '{' && !lexer_.at_new_line() && lexer_.peek() != ';')
    lexer_.step();
  node.kids.push_back(braced_block());
  return finish(node);
}

const Node* Parser::flow_statement(std::uint32_t begin, std::string_view word) {
  Node& node = make(Kind::kFlow, begin);
  node.text = word;
  lexer_.skip_blanks();
  char c = lexer_.peek();
  bool bare =
      lexer_.done() || lexer_.at_new_line() || c == ';' || c == '}' || c == ')' || c == '|' || c == '&';
  if (!bare && (word == "break" || word == "continue")) {
    if (is_letter(c)) bare_word(false);
    else if (c == '$') unary();
  } else if (!bare) {
    node.kids.push_back(statement());
  }
  return finish(node);
}

// class and enum: kept as they stand; their methods are not looked into.
const Node* Parser::type_definition(std::uint32_t begin) {
  lexer_.skip_blanks();
  if (!is_letter(lexer_.peek())) {
    lexer_.at = begin;
    return nullptr;
  }
  Node& node = make(Kind::kOpaque, begin);
  while (!lexer_.done() && lexer_.peek() != '{') lexer_.step();
  if (!skip_balanced('{', '}')) ++tree_.errors;
  return finish(node);
}

const Node* Parser::opaque_statement(std::uint32_t begin) {
  Node& node = make(Kind::kOpaque, begin);
  while (!lexer_.done() && !lexer_.at_new_line() && lexer_.peek() != ';') lexer_.step();
  return finish(node);
}

// A param block; with `close`, the list after a function's name.
const Node* Parser::parameters(char close) {
  Node& node = make(Kind::kParams, here());
  if (close == '\0') lexer_.at += 5;
  expect('(');
  for (;;) {
    lexer_.skip_blanks_and_lines();
    while (lexer_.eat(',')) lexer_.skip_blanks_and_lines();
    if (lexer_.done() || lexer_.peek() == ')') break;
    std::size_t at = lexer_.at;
    std::uint32_t begin = here();
    unsigned errors = tree_.errors;
    const Node* type = empty();
    while (lexer_.peek() == '[') {
      std::size_t bracket = lexer_.at;
      if (!skip_balanced('[', ']') || lexer_.at == bracket) break;
      std::string_view written = lexer_.source().substr(bracket + 1, lexer_.at - bracket - 2);
      lexer_.skip_blanks_and_lines();
      if (written.find_first_of("(=\"'") != std::string_view::npos) continue;
      Node& named = make(Kind::kType, static_cast<std::uint32_t>(bracket));
      named.text = lower_ascii(written);
      type = finish(named);
    }
    tree_.errors = errors;
    Node& parameter = make(Kind::kParam, begin);
    parameter.kids.push_back(type);
    VariableName name;
    if (lexer_.peek() != '$' || !lexer_.read_variable(name)) {
      ++tree_.errors;
      lexer_.at = node.begin + (close == '\0' ? 5u : 0u);
      lexer_.skip_blanks_and_lines();
      skip_balanced('(', ')');
      return finish(node);
    }
    parameter.text = std::move(name.name);
    lexer_.skip_blanks_and_lines();
    if (lexer_.eat('=')) {
      lexer_.skip_blanks_and_lines();
      parameter.kids.push_back(expression(false));
    }
    node.kids.push_back(finish(parameter));
    if (lexer_.at == at) break;
  }
  expect(')');
  return finish(node);
}

// `=` or its like after the first element: the pipeline becomes an assignment.
bool Parser::assignment(Node& node) {
  char c = lexer_.peek();
  std::size_t bytes = 0;
  Operator op = Operator::kNone;
  switch (c) {
    case '=': op = Operator::kAssign; break;
    case '+': op = Operator::kAdd; break;
    case '-': op = Operator::kSubtract; break;
    case '*': op = Operator::kMultiply; break;
    case '/': op = Operator::kDivide; break;
    case '%': op = Operator::kRemainder; break;
    case '?': op = Operator::kCoalesce; break;
    default: return false;
  }
  std::size_t width = lexer_.symbol(lexer_.at).width;
  if (c == '=') bytes = lexer_.after() != '=' ? 1 : 0;
  else if (c == '?') bytes = lexer_.after() == '?' && lexer_.after(2) == '=' ? 3 : 0;
  else bytes = lexer_.after(width) == '=' ? width + 1 : 0;
  if (bytes == 0) return false;
  node.kind = Kind::kAssign;
  node.op.kind = op;
  lexer_.at += bytes;
  lexer_.skip_blanks_and_lines();
  node.kids.push_back(statement());
  return true;
}

const Node* Parser::pipeline() {
  Node& node = make(Kind::kPipeline, here());
  node.kids.push_back(pipeline_element());
  for (;;) {
    std::size_t at = lexer_.at;
    lexer_.skip_blanks();
    char c = lexer_.peek();
    if (node.kids.size() == 1 && node.kids[0]->kind != Kind::kCommand && assignment(node))
      return finish(node);
    // A pipe may also begin the next line (PowerShell 7).
    if (lexer_.at_new_line()) {
      lexer_.skip_blanks_and_lines();
      if (lexer_.peek() != '|') {
        lexer_.at = at;
        return finish(node);
      }
      c = '|';
    }
    if (c == '|' && lexer_.after() != '|') {
      lexer_.step();
      lexer_.skip_blanks_and_lines();
      if (lexer_.done()) return ++tree_.errors, finish(node);
      std::size_t element = lexer_.at;
      node.kids.push_back(pipeline_element());
      if (lexer_.at == element) return ++tree_.errors, finish(node);
      continue;
    }
    if ((c == '|' && lexer_.after() == '|') || (c == '&' && lexer_.after() == '&')) {
      // a && b: read as two statements; whether the second runs is not known
      lexer_.at += 2;
      return finish(node);
    }
    if (c == '&') lexer_.step();
    else if (c == '>' || at_redirection()) {
      redirection();
      continue;
    } else lexer_.at = at;
    break;
  }
  finish(node);
  lexer_.skip_blanks();
  char c = lexer_.peek();
  bool ended = lexer_.done() || lexer_.at_new_line() || c == ';' || c == ')' || c == '}' || c == '|' ||
               c == '&' || c == ',' || c == ']';
  if (!ended) {
    ++tree_.errors;
    if (here() == node.begin) lexer_.step();  // something no statement begins with
  }
  return &node;
}

// Whether an expression stands here, and not the name of a command.
bool Parser::at_expression() {
  char c = lexer_.peek();
  if (c == '$' || c == '\'' || c == '"' || c == '(' || c == '{' || c == '[' || c == '!' || c == ',')
    return true;
  if (c == '@') return true;
  if (is_digit(c) || (c == '.' && is_digit(lexer_.after()))) {
    std::size_t at = lexer_.at;
    std::string ignored;
    bool number = lexer_.read_number(ignored);
    lexer_.at = at;
    return number;
  }
  std::size_t bytes = 0;
  return lexer_.peek_unary(bytes).kind != Operator::kNone;
}

const Node* Parser::pipeline_element() {
  lexer_.skip_blanks_and_lines();
  std::uint32_t begin = here();
  char c = lexer_.peek(), next = lexer_.after();
  if (c == '&' && next != '&') {
    lexer_.step();
    return command("&", begin);
  }
  bool dot =
      c == '.' && (next == ' ' || next == '\t' || next == '\'' || next == '"' || next == '(' || next == '$' ||
                   next == '{' || next == '\n' || next == '`' || lexer_.symbol(begin + 1).width > 1);
  if (dot) {
    lexer_.step();
    return command(".", begin);
  }
  if (at_expression()) return expression(true);
  return command("", begin);
}

const Node* Parser::command(std::string_view invocation, std::uint32_t begin) {
  Node& node = make(Kind::kCommand, begin);
  node.text = invocation;
  lexer_.skip_blanks();
  if (!invocation.empty() && lexer_.at_new_line()) lexer_.skip_blanks_and_lines();
  node.kids.push_back(invocation.empty() ? bare_word(true) : argument_primary());
  for (;;) {
    lexer_.skip_blanks();
    char c = lexer_.peek();
    if (lexer_.done() || lexer_.at_new_line() || c == ';' || c == '|' || c == ')' || c == '}' || c == '&')
      break;
    std::size_t at = lexer_.at;
    if (lexer_.eat_text("--%")) {
      Node& rest = make(Kind::kWord, here());
      while (!lexer_.done() && !lexer_.at_new_line() && lexer_.peek() != '|')
        rest.text += lexer_.source()[lexer_.at++];
      node.kids.push_back(finish(rest));
      break;
    }
    if (at_redirection()) node.kids.push_back(redirection());
    else if (c == '-' && is_letter(lexer_.after(lexer_.symbol(at).width)))
      node.kids.push_back(parameter_argument());
    else node.kids.push_back(argument());
    if (lexer_.at == at) {
      ++tree_.errors;
      lexer_.step();
    }
  }
  node.end = node.kids.back()->end > node.begin ? node.kids.back()->end : here();
  return &node;
}

bool Parser::at_redirection() const {
  char c = lexer_.peek(), next = lexer_.after();
  if (c == '>') return true;
  if (c == '<') return next != '#';
  return (is_digit(c) || c == '*') && next == '>';
}

const Node* Parser::redirection() {
  Node& node = make(Kind::kRedirection, here());
  if (lexer_.peek() != '>' && lexer_.peek() != '<') lexer_.step();
  lexer_.step();
  if (lexer_.peek() == '>') lexer_.step();
  if (lexer_.peek() == '&') {
    lexer_.step();
    if (is_digit(lexer_.peek())) lexer_.step();
    return finish(node);
  }
  lexer_.skip_blanks();
  node.kids.push_back(argument_primary());
  return finish(node);
}

const Node* Parser::parameter_argument() {
  Node& node = make(Kind::kParameter, here());
  lexer_.step();
  node.text = "-";
  while (!lexer_.done()) {
    char c = lexer_.peek();
    if (c == '`') node.text += lexer_.read_escape();
    else if (c == ':' || ends_argument(c) || c == '[' || c == '"' || c == '\'' || c == '.') break;
    else node.text += lexer_.source()[lexer_.at++];
  }
  if (lexer_.peek() == ':') {
    lexer_.step();
    lexer_.skip_blanks();
    node.kids.push_back(argument());
  }
  return finish(node);
}

// An argument, or several joined by commas.
const Node* Parser::argument() {
  std::uint32_t begin = here();
  const Node* first = argument_primary();
  Node* list = nullptr;
  for (;;) {
    std::size_t at = lexer_.at;
    lexer_.skip_blanks();
    if (lexer_.peek() != ',') {
      lexer_.at = at;
      return list == nullptr ? first : list;
    }
    lexer_.step();
    lexer_.skip_blanks_and_lines();
    if (list == nullptr) {
      list = &make(Kind::kArray, begin);
      list->kids.push_back(first);
    }
    list->kids.push_back(argument_primary());
    list->end = here();
  }
}

bool Parser::ends_argument(char c) const {
  return lexer_.done() || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '|' ||
         c == '&' || c == ')' || c == '}' || c == '(' || c == '{' || c == ',' || c == '\f' || c == '\v' ||
         c == '>';
}

const Node* Parser::argument_primary() {
  Nesting nesting(*this);
  std::uint32_t begin = here();
  if (nesting.too_deep()) {
    lexer_.at = lexer_.source().size();
    return empty();
  }
  char c = lexer_.peek();
  if (c == '{') return script_block();
  if (c == '$' || c == '@' || c == '\'' || c == '"' || c == '(' || is_digit(c)) {
    unsigned errors = tree_.errors;
    const Node* node = primary(true);
    bool closed = c == '\'' || c == '"' || c == '(' || c == '@';
    if (node->kind != Kind::kEmpty && (closed || ends_argument(lexer_.peek()))) return node;
    tree_.errors = errors;
    lexer_.at = begin;  // $home\x.ps1 and 7z are words
  }
  return bare_word(false);
}

// A word of plain characters, escapes, quoted pieces, variables and $( ).
const Node* Parser::bare_word(bool command_name) {
  Node& node = make(Kind::kExpandable, here());
  std::string text;
  std::uint32_t text_begin = here();
  bool plain = true;
  while (!lexer_.done()) {
    char c = lexer_.peek();
    if (ends_argument(c)) break;
    if (c == '\'' && !(command_name && text.empty())) {
      std::string piece;
      if (!lexer_.read_single_quoted(piece)) ++tree_.errors;
      text += piece;
      plain = false;
    } else if (c == '"') {
      const Node* quoted = expandable();
      plain = false;
      if (!text.empty()) {
        Node& piece = make(Kind::kString, text_begin);
        piece.text = std::move(text);
        piece.end = quoted->begin;
        node.kids.push_back(&piece);
        text.clear();
      }
      node.kids.insert(node.kids.end(), quoted->kids.begin(), quoted->kids.end());
      text_begin = here();
    } else {
      expandable_part(node, text, text_begin);
    }
  }
  if (node.kids.empty()) {
    node.kind = plain ? Kind::kWord : Kind::kString;
    node.text = std::move(text);
    return finish(node);
  }
  if (!text.empty()) {
    Node& piece = make(Kind::kString, text_begin);
    piece.text = std::move(text);
    node.kids.push_back(finish(piece));
  }
  return finish(node);
}

}  // namespace bartizan::powershell

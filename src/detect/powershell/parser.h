// SPDX-License-Identifier: Apache-2.0
// The parser of PowerShell text: recursive descent, bounded in depth and nodes, and tolerant. What it cannot
// understand becomes a kOpaque node up to the next end of statement and is counted; nothing is an error of
// the caller. The text must outlive the tree only as far as its offsets are used. Pure, any thread. Source:
// the PowerShell language specification, and PowerShell 7's own parser for what the specification leaves
// open.
#pragma once

#include <string_view>

#include "detect/powershell/ast.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {

Tree parse_script(std::string_view text);

class Parser {
 public:
  Parser(std::string_view text, Tree& tree) : lexer_(text), tree_(tree) {}
  const Node* script();

 private:
  class Nesting;

  // parser_statements.cpp
  const Node* block_until(char close);
  const Node* braced_block();
  bool named_block(Node& block);
  const Node* statement();
  const Node* keyword_statement(std::uint32_t begin);
  const Node* if_statement(std::uint32_t begin);
  const Node* while_statement(std::uint32_t begin);
  const Node* do_statement(std::uint32_t begin);
  const Node* for_statement(std::uint32_t begin);
  const Node* for_each_statement(std::uint32_t begin);
  const Node* switch_statement(std::uint32_t begin);
  const Node* function_statement(std::uint32_t begin);
  const Node* try_statement(std::uint32_t begin);
  const Node* trap_statement(std::uint32_t begin);
  const Node* flow_statement(std::uint32_t begin, std::string_view word);
  const Node* type_definition(std::uint32_t begin);
  const Node* parameters(char close);
  const Node* pipeline();
  bool assignment(Node& node);
  const Node* pipeline_element();
  const Node* command(std::string_view invocation, std::uint32_t begin);
  const Node* argument();
  const Node* argument_primary();
  const Node* parameter_argument();
  const Node* redirection();
  const Node* bare_word(bool command_name);
  bool at_expression();
  bool at_redirection() const;
  bool ends_argument(char c) const;  // or the text ends
  const Node* opaque_statement(std::uint32_t begin);
  bool attribute();

  // parser_expressions.cpp
  const Node* expression(bool commas);
  const Node* chain(const Node* first, std::uint32_t begin, int lowest, bool commas);
  const Node* operand(bool commas);
  const Node* ternary(const Node* condition, std::uint32_t begin, bool commas);
  Op next_operator(std::size_t& bytes);
  const Node* comma_list();
  const Node* unary();
  const Node* primary(bool in_argument);
  const Node* postfix(const Node* base, bool in_argument);
  const Node* member_name();
  const Node* call_arguments();
  const Node* bracketed_type();
  const Node* hash();
  const Node* parenthesis();
  const Node* sub_expression(Kind kind, std::size_t open_bytes);
  const Node* expandable();
  const Node* expandable_here_string();
  void expandable_part(Node& parts, std::string& text, std::uint32_t& text_begin);
  const Node* script_block();

  Node& make(Kind kind, std::uint32_t begin);
  const Node* finish(Node& node);
  const Node* empty();
  bool starts_operand();
  void expect(char c);
  bool skip_balanced(char open, char close);
  std::uint32_t here() const { return static_cast<std::uint32_t>(lexer_.at); }

  Lexer lexer_;
  Tree& tree_;
  unsigned depth_ = 0;
};

}  // namespace bartizan::powershell

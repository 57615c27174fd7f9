// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/rewrite.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/names.h"

namespace bartizan::powershell {
namespace {

struct Insert {
  std::uint32_t begin, end;
  std::string text;
};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

std::string quoted_text(std::string_view plain) {
  std::string shown = "'";
  for (char c : plain) {
    if (c == '\'') shown += '\'';
    shown += c;
  }
  return shown + "'";
}

bool is_command_name(std::string_view text) {
  return !text.empty() && text.size() <= 260 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '\\' || c == ':' || c == '%' ||
           c == '?' || c == '/';
  });
}

// Whether an expression calls anything but what obfuscators shape text with. Rules look for such names.
bool names_calls(const Node& node) {
  if (node.calls >= 0) return node.calls != 0;
  bool found = false;
  if (node.kind == Kind::kCommand) {
    std::string name = lower_ascii(node.kids[0]->text);
    std::string_view full = alias_target(name);
    if (!full.empty()) name = lower_ascii(full);
    constexpr std::string_view kShaping[] = {
        "foreach-object", "where-object",  "set-item",     "set-variable", "get-variable",
        "get-item",       "get-childitem", "write-output", "variable",     "childitem",
        "item",           "select-object", "out-string"};
    found = std::find(std::begin(kShaping), std::end(kShaping), name) == std::end(kShaping);
  }
  if (node.kind == Kind::kStatic &&
      (node.kids[0]->kind == Kind::kWord || node.kids[0]->kind == Kind::kString)) {
    std::string name = lower_ascii(node.kids[0]->text);
    found = !(name.starts_with("toint") || name == "join" || name == "tobyte" || name == "tochar" ||
              name == "tostring" || name == "matches" || name == "replace" || name == "reverse" ||
              name == "concat" || name == "format" || name == "split" || name == "empty");
  } else if (node.kind == Kind::kStatic) {
    found = true;
  }
  for (const Node* kid : node.kids) found = names_calls(*kid) || found;
  node.calls = found ? 1 : 0;
  return found;
}

class Writer {
 public:
  // With `keep_calls`, expressions that call an API keep its name, only their arguments are computed.
  Writer(const Evaluator& evaluator, const Layer& layer, std::vector<Insert> inserts, bool keep_calls,
         unsigned& folded)
      : evaluator_(evaluator),
        source_(layer.text),
        inserts_(std::move(inserts)),
        keep_calls_(keep_calls),
        folded_(folded) {}

  std::string write(const Node& root) {
    walk(root);
    copy_to(source_.size());
    return std::move(out_);
  }

 private:
  void copy_to(std::size_t at) {
    if (at > cursor_) out_.append(source_, cursor_, at - cursor_), cursor_ = at;
  }
  void replace(std::size_t begin, std::size_t end, std::string_view text) {
    if (begin < cursor_ || end > source_.size() || end < begin) return;
    copy_to(begin);
    out_ += text;
    cursor_ = end;
  }
  std::string_view source_of(const Node& node) const {
    return std::string_view(source_).substr(node.begin, node.end > node.begin ? node.end - node.begin : 0);
  }
  bool holds_insert(const Node& node) const {
    return std::any_of(inserts_.begin(), inserts_.end(),
                       [&](const Insert& i) { return i.begin >= node.begin && i.end <= node.end; });
  }
  const Fold* shown_fold(const Node& node) const {
    const Fold* fold = evaluator_.fold_of(node);
    return fold == nullptr || fold->differs ? nullptr : fold;
  }

  void walk(const Node& node) {
    for (const Insert& insert : inserts_)
      if (insert.begin == node.begin && insert.end == node.end && node.begin >= cursor_ &&
          node.end > node.begin)
        return replace(node.begin, node.end, insert.text);
    if (fold_in_place(node)) return;
    switch (node.kind) {
      case Kind::kCommand: return command(node);
      case Kind::kPostfix: return postfix(node);
      case Kind::kVariable: return variable(node);
      case Kind::kChain:
        if (sum_of_text(node)) return;
        break;
      case Kind::kWord:
      case Kind::kParameter:
        if (source_of(node).find('`') != std::string_view::npos && node.kids.empty())
          replace(node.begin, node.end, node.text);
        break;
      case Kind::kAssign: {
        const Node& target = *node.kids[0];
        if (target.kind == Kind::kVariable) variable(target);
        else
          for (const Node* kid : target.kids) walk(*kid);
        for (std::size_t i = 1; i < node.kids.size(); ++i) walk(*node.kids[i]);
        return;
      }
      default: break;
    }
    for (const Node* kid : node.kids) walk(*kid);
  }

  bool fold_in_place(const Node& node) {
    const Fold* fold = shown_fold(node);
    if (fold == nullptr || node.begin < cursor_ || holds_insert(node) || (keep_calls_ && names_calls(node)))
      return false;
    if (node.kind == Kind::kUnary &&
        (node.op.kind == Operator::kIncrement || node.op.kind == Operator::kDecrement ||
         node.op.kind == Operator::kSubtract))
      return false;
    if (node.kind == Kind::kPostfix && node.kids.back()->kind == Kind::kIncrement) return false;
    if (node.kind == Kind::kParen && node.kids[0]->kind != Kind::kPipeline) return false;
    std::string_view written = source_of(node);
    // "plain" strings and (brackets) around what is shown anyway stay.
    if (node.kind == Kind::kExpandable && written.find_first_of("$`") == std::string_view::npos) return true;
    if (node.kind == Kind::kPostfix && is_simple_read(node)) return false;
    if (fold->shown() == written) return false;
    if (node.kind == Kind::kExpandable && !written.starts_with('"') && !written.starts_with('@')) {
      if (is_command_name(fold->plain())) replace(node.begin, node.end, fold->plain());
      return true;
    }
    ++folded_;
    replace(node.begin, node.end, fold->shown());
    return true;
  }

  // 'a' + 'b' + $x + 'c' + 'd': what begins as text goes on as text, so neighbours can be joined.
  bool sum_of_text(const Node& node) {
    for (std::size_t i = 1; i < node.kids.size(); ++i)
      if (node.kids[i]->before.kind != Operator::kAdd) return false;
    if (!known_text(*node.kids[0])) return false;
    for (std::size_t i = 0; i < node.kids.size();) {
      std::string whole;
      std::size_t first = i;
      for (; i < node.kids.size(); ++i) {
        auto piece = known_text(*node.kids[i]);
        if (!piece) break;
        whole += *piece;
      }
      if (i - first > 1) {
        replace(node.kids[first]->begin, node.kids[i - 1]->end, quoted_text(whole));
        ++folded_;
      } else if (i > first) {
        walk(*node.kids[first]);
      }
      if (i < node.kids.size()) walk(*node.kids[i++]);
    }
    return true;
  }

  std::optional<std::string> known_text(const Node& node) const {
    if (node.kind == Kind::kString) return node.text;
    const Fold* fold = holds_insert(node) || (keep_calls_ && names_calls(node)) ? nullptr : shown_fold(node);
    return fold != nullptr && fold->text() ? std::optional<std::string>(fold->plain()) : std::nullopt;
  }

  // $x.Length and $x[0]: short already, and clearer than a number.
  static bool is_simple_read(const Node& node) {
    if (node.kids.size() != 2 || node.kids[0]->kind != Kind::kVariable) return false;
    return node.kids[1]->kind == Kind::kMember && node.kids[1]->kids[0]->kind == Kind::kWord;
  }

  std::optional<std::string> plain_text(const Node& node) const {
    if (node.kind == Kind::kString || node.kind == Kind::kWord) return node.text;
    if (node.kind == Kind::kExpandable && node.kids.size() == 1 && node.kids[0]->kind == Kind::kString)
      return node.kids[0]->text;
    const Fold* fold = shown_fold(node);
    if (fold == nullptr || !fold->text()) return std::nullopt;
    return fold->plain();
  }

  // & ('New-Object') is New-Object.
  void command(const Node& node) {
    const Node& name = *node.kids[0];
    auto plain = plain_text(name);
    if (!node.text.empty() && plain && is_command_name(*plain)) {
      std::string_view usual = usual_command_case(lower_ascii(*plain));
      replace(node.begin, name.end, usual.empty() ? std::string_view(*plain) : usual);
      if (cursor_ < source_.size() &&
          (is_letter(source_[cursor_]) || source_[cursor_] == '(' || source_[cursor_] == '\'' ||
           source_[cursor_] == '"' || source_[cursor_] == '$' || source_[cursor_] == '{'))
        out_ += ' ';
    } else {
      walk(name);
    }
    for (std::size_t i = 1; i < node.kids.size(); ++i) walk(*node.kids[i]);
  }

  // x."Re`place"(..) and x.('Download'+'File').Invoke(..) are x.Replace(..) and x.DownloadFile(..).
  void postfix(const Node& node) {
    walk(*node.kids[0]);
    bool named = false;
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      const Node& suffix = *node.kids[i];
      if (suffix.kind != Kind::kMember && suffix.kind != Kind::kStatic) {
        named = false;
        for (const Node* kid : suffix.kids) walk(*kid);
        continue;
      }
      const Node& name = *suffix.kids[0];
      auto plain = plain_text(name);
      bool call = i + 1 < node.kids.size() && node.kids[i + 1]->kind == Kind::kCall;
      if (named && call && plain && lower_ascii(*plain) == "invoke") {
        replace(suffix.begin, suffix.end, "");
        named = false;
        continue;
      }
      if (plain && is_name(*plain) && source_of(name) != *plain) replace(name.begin, name.end, *plain);
      else walk(name);
      named = !call && name.kind != Kind::kWord;
    }
  }

  void variable(const Node& node) {
    std::string_view written = source_of(node);
    if (!written.starts_with("${")) return;
    std::string name(written.substr(2, written.size() - 3));
    std::erase(name, '`');
    std::string bare = name;
    std::erase(bare, ':');
    if (is_name(bare) && lower_ascii(name) == node.text) replace(node.begin, node.end, "$" + name);
  }

  const Evaluator& evaluator_;
  const std::string& source_;
  std::vector<Insert> inserts_;
  bool keep_calls_;
  unsigned& folded_;
  std::string out_;
  std::size_t cursor_ = 0;
};

// Layers of `parent` by the place that runs them; several of one place follow each other.
std::vector<Insert> inserts_of(const Layers& layers, std::size_t parent) {
  std::vector<Insert> inserts;
  for (std::size_t i = parent + 1; i < layers.layers.size(); ++i) {
    const Layer& layer = layers.layers[i];
    if (layer.parent != parent || layer.kind != LayerKind::kScript || layer.end <= layer.begin) continue;
    auto same = std::find_if(inserts.begin(), inserts.end(),
                             [&](const Insert& k) { return k.begin == layer.begin && k.end == layer.end; });
    if (same == inserts.end()) inserts.push_back({layer.begin, layer.end, layer.merged});
    else same->text += "\n" + layer.merged;
  }
  return inserts;
}

}  // namespace

void write_views(const Evaluator& evaluator, Layers& layers) {
  std::size_t written = 0;
  for (std::size_t i = layers.layers.size(); i-- > 0;) {
    Layer& layer = layers.layers[i];
    layer.normalised = layer.merged = layer.text;
    std::vector<Insert> inserts = inserts_of(layers, i);
    if (evaluator.tree(i).root == nullptr) {
      if (!inserts.empty()) layer.merged = inserts[0].text;  // a command line: what it starts
      continue;
    }
    if (written > limits::kPowershellOutputMax) continue;
    const Node& root = *evaluator.tree(i).root;
    layer.normalised = Writer(evaluator, layer, {}, true, layers.folded).write(root);
    unsigned ignored = 0;
    layer.merged = Writer(evaluator, layer, std::move(inserts), false, ignored).write(root);
    written += layer.normalised.size() + layer.merged.size();
  }
}

}  // namespace bartizan::powershell

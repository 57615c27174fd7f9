// SPDX-License-Identifier: Apache-2.0
// Postfix and Exim: category email with action, queue_id, src_ip, user, sender, recipient, relay, dst_ip,
// status.
//   4ABC1: client=host.example.test[192.0.2.1], sasl_method=LOGIN, sasl_username=jo
//   4ABC1: to=<a@example.test>, relay=mx.example.test[198.51.100.1]:25, dsn=2.0.0, status=sent (250 ok)
//   1abcde-000abc-DE <= a@example.test H=host (helo) [192.0.2.1] P=esmtpsa A=login:jo S=1234
// https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html
#include <algorithm>

#include "base/limits.h"
#include "decode/pairs.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

std::string_view without_angles(std::string_view text) {
  return text.size() >= 2 && text.front() == '<' && text.back() == '>' ? text.substr(1, text.size() - 2)
                                                                       : text;
}

// host[192.0.2.1] or host[192.0.2.1]:25
void add_host(std::string_view text, std::string_view name, std::string_view ip, EventBatch& draft) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos) {
    draft.add(name, text);
    return;
  }
  if (open > 0 && text.substr(0, open) != "unknown") draft.add(name, text.substr(0, open));
  draft.add(ip, text.substr(open + 1, close - open - 1));
}

// Of letters and digits; one without a digit does not occur and would be a word.
bool is_queue_id(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return text.size() >= 6 && text.size() <= 20 && std::any_of(text.begin(), text.end(), is_digit) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_digit(c) || is_letter(c); });
}

void add_postfix_pair(std::string_view key, std::string_view value, EventBatch& draft) {
  value = without_angles(value);
  if (key == "client") add_host(value, "client", "src_ip", draft);
  else if (key == "relay") add_host(value, "relay", "dst_ip", draft);
  else if (key == "from") draft.add("sender", value);
  else if (key == "to") draft.add("recipient", value);
  else if (key == "sasl_username") draft.add("user", value);
  else if (key == "message-id") draft.add("message_id", value);
  else draft.add(key, value, is_plain_number(value));
}

// key=value pairs with commas or blanks between them; what is no pair is passed over.
void add_postfix_pairs(TextCursor in, EventBatch& draft) {
  std::string_view key, value;
  while (!in.at_end() && draft.fields_of_draft() < limits::kPairsPerLineMax) {
    while (in.peek() == ' ' || in.peek() == ',' || in.peek() == ';') in.skip(1);
    if (take_pair(in, key, value)) add_postfix_pair(key, value, draft);
    else (void)in.word();
  }
}

}  // namespace

bool postfix_payload(std::string_view program, std::string_view message, EventBatch& draft) {
  const std::size_t slash = program.rfind('/');
  TextCursor in(message);
  std::string_view queue_id;
  const bool has_id = message.find(": ") != message.npos && is_queue_id(message.substr(0, message.find(':')));
  std::string_view action;
  if (has_id) {
    queue_id = in.until(':');
    in.skip_blanks();
  } else if (in.accept("NOQUEUE: reject: ") || in.accept("NOQUEUE: milter-reject: ")) {
    action = "rejected";
  } else if (in.accept("connect from ")) {
    action = "connected";
  } else if (in.accept("disconnect from ")) {
    action = "disconnected";
  } else if (in.rest().find("SASL") != message.npos &&
             in.rest().find("authentication failed") != message.npos) {
    action = "authentication-failed";
    (void)in.accept("warning: ");
  } else {
    return false;
  }
  Event& event = draft.draft();
  event.product = "postfix";
  event.service = slash == program.npos ? program : program.substr(slash + 1);
  event.category = "email";
  if (has_id) draft.add("queue_id", queue_id);
  if (has_id && (in.accept("reject: ") || in.accept("milter-reject: "))) action = "rejected";
  if (!action.empty()) draft.add("action", action);
  if (action == "rejected") {  // RCPT from host[ip]: 554 …; from=<a> to=<b> proto=ESMTP helo=<h>
    if (const std::size_t from = in.rest().find(" from "); from != message.npos) {
      TextCursor host(in.rest().substr(from + 6));
      add_host(host.until(' '), "client", "src_ip", draft);
    }
    const std::size_t pairs = in.rest().find("; ");
    add_postfix_pairs(TextCursor(pairs == message.npos ? std::string_view() : in.rest().substr(pairs + 2)),
                      draft);
  } else if (!action.empty()) {
    add_host(in.until(' '), "client", "src_ip", draft);
  } else {
    add_postfix_pairs(in, draft);
  }
  return true;
}

bool exim_payload(std::string_view, std::string_view message, EventBatch& draft) {
  struct Arrow {
    std::string_view sign, action, name;
  };
  constexpr Arrow kArrows[] = {{"<=", "received", "sender"},     {"=>", "delivered", "recipient"},
                               {"->", "delivered", "recipient"}, {"==", "deferred", "recipient"},
                               {"**", "bounced", "recipient"},   {">>", "delivered", "recipient"}};
  TextCursor in(message);
  std::string_view id = in.word();
  const Arrow* arrow = nullptr;
  for (const Arrow& known : kArrows)
    if (in.rest().starts_with(known.sign)) arrow = &known;
  const bool has_id = id.find('-') != id.npos && (id.size() == 16 || id.size() == 23);
  const std::size_t failed = message.find("authenticator failed for ");
  if (!(has_id && arrow) && failed == message.npos && message.find(" rejected ") == message.npos)
    return false;
  Event& event = draft.draft();
  event.product = event.service = "exim";
  event.category = "email";
  draft.add("action", arrow && has_id          ? arrow->action
                      : failed != message.npos ? "authentication-failed"
                                               : "rejected");
  if (arrow && has_id) {
    draft.add("queue_id", id);
    (void)in.word();
    draft.add(arrow->name, without_angles(in.word()));
  } else {
    in = TextCursor(message);
  }
  while (!in.at_end() && draft.fields_of_draft() < limits::kPairsPerLineMax) {
    const std::string_view word = in.word();
    const bool is_address = word.starts_with('[') && word.find(']') != word.npos;
    if (is_address)
      draft.add(arrow && arrow->action == "delivered" ? "dst_ip" : "src_ip",
                word.substr(1, word.find(']') - 1));
    else if (word.starts_with("H=")) draft.add("client", word.substr(2));
    else if (word.starts_with("F=")) draft.add("sender", without_angles(word.substr(2)));
    else if (word.starts_with("A="))
      draft.add("user", word.substr(word.find(':') == word.npos ? 2 : word.find(':') + 1));
    else if (word.starts_with("(set_id="))
      draft.add("user", word.substr(8, word.find(')') == word.npos ? word.npos : word.find(')') - 8));
    else if (word.starts_with("S=")) draft.add("size", word.substr(2), all_digits(word.substr(2)));
    else if (word.starts_with("id=")) draft.add("message_id", word.substr(3));
  }
  return true;
}

}  // namespace bartizan

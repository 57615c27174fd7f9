// SPDX-License-Identifier: Apache-2.0
// Query logs of BIND, unbound and dnsmasq.
//   client @0x7f00 192.0.2.1#53321 (example.test): query: example.test IN A +E(0)K (10.0.0.1)
//   info: 192.0.2.1 example.test. A IN [NOERROR 0.010000 0 45]
//   query[A] example.test from 192.0.2.1      reply example.test is 198.51.100.1
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

void declare(EventBatch& draft, std::string_view product) {
  draft.draft().category = "dns";
  draft.draft().product = product;
  draft.draft().service = "query";
}

// Names without the dot of the root, as rules write them.
std::string_view plain_name(std::string_view name) {
  return name.size() > 1 && name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool is_record_type(std::string_view word) {
  constexpr std::size_t kTypeMax = 10;
  return !word.empty() && word.size() <= kTypeMax &&
         word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*") == word.npos;
}

// query: example.test IN A +E(0)K (10.0.0.1)
void read_named_query(TextCursor in, EventBatch& draft) {
  const std::string_view name = in.word(), dns_class = in.word(), type = in.word(), flags = in.word();
  draft.add("query", plain_name(name));
  draft.add("record_type", type);
  draft.add("query_class", dns_class);
  draft.add("flags", flags);
  std::string_view server;
  if (in.enclosed('(', ')', server)) draft.add("dst_ip", server);
}

// 'example.test/AXFR/IN' and what was decided about it
void read_named_denial(std::string_view text, EventBatch& draft) {
  TextCursor in(text);
  (void)in.until('\'');
  TextCursor question(in.until('\''));
  draft.add("query", plain_name(question.until('/')));
  if (const std::string_view type = question.until('/'); is_record_type(type) && type != "IN")
    draft.add("record_type", type);
  draft.add("action", text.ends_with("denied") ? "denied" : "rewritten");
}

}  // namespace

bool named_payload(std::string_view, std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  for (const char* word :
       {"queries: ", "security: ", "rpz: ", "query-errors: ", "info: ", "error: ", "warning: "})
    (void)in.accept(word);
  if (!in.accept("client ")) return false;
  if (in.peek() == '@') (void)in.word();
  std::string_view address, name;
  TextCursor client(in.until(' '));
  if (!client.until('#', address)) return false;
  std::string_view port = client.rest();
  if (port.ends_with(':')) port.remove_suffix(1);
  if (in.enclosed('(', ')', name)) (void)in.accept(':'), in.skip_blanks();
  if (in.accept("view ")) (void)in.until(':'), in.skip_blanks();
  const bool is_query = in.accept("query: ");
  const std::string_view rest = in.rest();
  if (!is_query && !rest.ends_with("denied") && !rest.starts_with("rpz ")) return false;
  draft.add("src_ip", address);
  draft.add("src_port", port, is_plain_number(port));
  if (is_query) {
    read_named_query(in, draft);
  } else if (rest.find('\'') != rest.npos) {
    read_named_denial(rest, draft);
  } else if (!name.empty()) {
    draft.add("query", plain_name(name));
    draft.add("action", "rewritten");
  }
  declare(draft, "bind");
  return true;
}

bool unbound_payload(std::string_view, std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  if (in.peek() == '[') (void)in.word();  // [pid:thread]
  // log-tag-queryreply names the two apart.
  if (!in.accept("info: ") && !in.accept("query: ") && !in.accept("reply: ")) return false;
  const std::string_view client = in.word(), name = in.word(), type = in.word(), dns_class = in.word();
  if (!looks_like_address(client) || !is_record_type(type) || dns_class.empty()) return false;
  draft.add("src_ip", client);
  draft.add("query", plain_name(name));
  draft.add("record_type", type);
  draft.add("query_class", dns_class);
  if (const std::string_view code = in.word(); !code.empty()) draft.add("rcode", code);
  declare(draft, "unbound");
  return true;
}

bool dnsmasq_payload(std::string_view, std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  if (in.peek() >= '0' && in.peek() <= '9' &&
      message.find('/') != message.npos) {  // log-queries=extra: number, client/port
    const TextCursor saved = in;
    const std::string_view number = in.word(), client = in.word();
    if (!all_digits(number) || client.find('/') == client.npos) in = saved;
  }
  // Pi-hole's verbs have two words: gravity blocked, exactly denied, regex denied.
  const std::string_view said = in.rest(), first = in.word();
  const std::string_view second =
      in.rest().starts_with("blocked ") || in.rest().starts_with("denied ") ? in.word() : std::string_view();
  const std::string_view verb = second.empty() ? first : said.substr(0, first.size() + 1 + second.size());
  const std::string_view name = in.word(), link = in.word();
  if (verb.starts_with("query[") && verb.ends_with(']') && link == "from") {
    draft.add("query", plain_name(name));
    draft.add("record_type", verb.substr(6, verb.size() - 7));
    draft.add("src_ip", in.word());
  } else if (link == "is" || link == "to") {
    const std::string_view target = in.rest();
    if (link == "to" && verb != "forwarded") return false;
    draft.add("query", plain_name(name));
    draft.add("action", verb);
    draft.add(link == "is" ? "answer" : "dst_ip", target);
  } else {
    return false;
  }
  declare(draft, "dnsmasq");
  return true;
}

}  // namespace bartizan

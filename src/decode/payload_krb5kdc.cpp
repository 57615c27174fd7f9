// SPDX-License-Identifier: Apache-2.0
// What an MIT Kerberos KDC says in a line, from its own file (formats/krb5kdc.cpp) or through syslog and journald.
#include <string>

#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

// The number in parentheses that ends `text`, as in `aes256-cts-hmac-sha1-96(18)`.
std::string_view number_in_parentheses(std::string_view text) {
  const std::size_t open = text.rfind('(');
  const std::size_t close = text.find(')', open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos) return {};
  const std::string_view digits = text.substr(open + 1, close - open - 1);
  return all_digits(digits) ? digits : std::string_view{};
}

// `8 etypes {aes256-cts-hmac-sha1-96(18), …}`: the numbers, joined by commas.
void add_offered(std::string_view list, EventBatch& draft) {
  const std::size_t open = list.find('{');
  if (open == list.npos) return;
  TextCursor in(list.substr(open + 1));
  std::string numbers;
  while (!in.at_end()) {
    const std::string_view number = number_in_parentheses(in.until(','));
    if (number.empty()) continue;
    if (!numbers.empty()) numbers += ',';
    numbers += number;
  }
  draft.add("EncryptionOffered", draft.keep(numbers));
}

void add_used(std::string_view list, EventBatch& draft) {
  TextCursor in(list);
  while (!in.at_end()) {
    in.skip_blanks();
    const std::string_view item = in.until(',');
    const std::string_view number = number_in_parentheses(item);
    if (number.empty()) continue;
    if (item.starts_with("tkt=")) draft.add("TicketEncryption", number, true);
    if (item.starts_with("ses=")) draft.add("SessionEncryption", number, true);
    if (item.starts_with("rep=")) draft.add("ReplyEncryption", number, true);
  }
}

// `alice@LAB.TEST for krbtgt/LAB.TEST@LAB.TEST, Additional …`
void add_principals(std::string_view text, EventBatch& draft) {
  const std::size_t middle = text.find(" for ");
  if (middle == text.npos) return;
  draft.add("Client", without_blanks_around(text.substr(0, middle)));
  TextCursor in(text.substr(middle + 5));
  draft.add("Service", without_blanks_around(in.until(',')));
  in.skip_blanks();
  if (!in.at_end()) draft.add("Reason", in.rest());
}

bool add_request(std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  const std::string_view request = in.word();
  if (request != "AS_REQ" && request != "TGS_REQ") return false;
  std::string_view address, result;
  // The list may hold parentheses of its own; it ends at the brace.
  const std::size_t brace = in.rest().find("})");
  if (!in.accept('(') || brace == std::string_view::npos) return false;
  const std::string_view offered = in.rest().substr(0, brace - 1);
  in.skip(brace + 1);
  in.skip_blanks();
  const std::size_t end = in.rest().find(": ");
  if (end == std::string_view::npos) return false;
  address = in.rest().substr(0, end);
  in.skip(end + 2);
  if (!in.until(':', result)) return false;
  in.skip_blanks();
  draft.add("Request", request);
  draft.add("Result", result);
  draft.add("SourceIp", address);
  add_offered(offered, draft);
  if (in.accept("authtime ")) {
    draft.add("AuthTime", without_blanks_around(in.until(',')), true);
    in.skip_blanks();
    std::string_view used;
    if (in.accept("etypes ") && in.enclosed('{', '}', used)) add_used(used, draft);
    if (in.accept(',')) in.skip_blanks();
  }
  add_principals(in.rest(), draft);
  return true;
}

}  // namespace

bool krb5kdc_payload(std::string_view, std::string_view message, EventBatch& draft) {
  constexpr std::string_view kForUser = "s4u-client=";
  if (message.starts_with("... ")) {
    TextCursor more(message.substr(4));
    const std::string_view request = more.word();
    if (!more.accept(kForUser)) return false;
    draft.add("Request", request);
    draft.add("ForUser", more.word());
  } else if (!add_request(message, draft)) {
    return false;
  }
  draft.draft().product = "linux", draft.draft().service = "krb5kdc";
  return true;
}

}  // namespace bartizan

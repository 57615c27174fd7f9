// SPDX-License-Identifier: Apache-2.0
// Any bytes as an EVTX chunk: every record renders as one well-formed XML element (with what may stand before
// it) and as valid JSON.
#include <simdjson.h>

#include <string>
#include <vector>

#include "base/must.h"
#include "base/text.h"
#include "decode/evtx_render.h"

using namespace bartizan;

namespace {

// What a parser without a document type checks, as far as the renderer could get it wrong.
class XmlCheck {
 public:
  explicit XmlCheck(std::string_view text) : text_(text) {}

  void run() {
    while (at_ < text_.size()) {
      if (text_[at_] == '<') markup();
      else if (text_[at_] == '&') reference();
      else character();
    }
    MUST(open_.empty());
  }

 private:
  void character() {
    const char32_t code = next_code_point(text_, at_);
    MUST(code >= 0x20 || code == '\t' || code == '\n');
    MUST(code < 0xd800 || code >= 0xe000);
  }
  void reference() {
    const std::size_t end = text_.find(';', at_);
    MUST(end != text_.npos);
    const std::string_view name = text_.substr(at_, end + 1 - at_);
    MUST(name == "&amp;" || name == "&lt;" || name == "&gt;" || name == "&quot;" || name == "&#13;" ||
         name == "&#10;" || name == "&#9;");
    at_ = end + 1;
  }
  void markup() {
    if (text_.substr(at_).starts_with("<?") || text_.substr(at_).starts_with("<!--")) {
      const std::string_view close = text_[at_ + 1] == '?' ? "?>" : "-->";
      const std::size_t end = text_.find(close, at_);
      MUST(end != text_.npos);
      at_ = end + close.size();
      return;
    }
    ++at_;
    if (text_[at_] == '/') {
      ++at_;
      const std::string_view closed = name();
      MUST(!open_.empty() && open_.back() == closed && text_[at_] == '>');
      open_.pop_back();
    } else {
      open_.push_back(name());
      while (text_[at_] == ' ') attribute();
      if (text_[at_] == '/') ++at_, open_.pop_back();
      MUST(text_[at_] == '>');
    }
    ++at_;
  }
  std::string_view name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !std::string_view(" =/><&\"").contains(text_[at_])) ++at_;
    MUST(at_ > start && at_ < text_.size());
    return text_.substr(start, at_ - start);
  }
  void attribute() {
    ++at_;
    (void)name();
    MUST(text_.substr(at_).starts_with("=\""));
    at_ += 2;
    while (at_ < text_.size() && text_[at_] != '"') {
      MUST(text_[at_] != '<');
      if (text_[at_] == '&') reference();
      else character();
    }
    ++at_;
    MUST(at_ < text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static simdjson::dom::parser parser;
  OddityList oddities;
  std::string text;
  for_each_evtx_record(Bytes(data, size), 0, false, oddities, [&](const EvtxRecord& record) {
    text.clear();
    append_rendering(record, Rendering::kXml, text);
    XmlCheck(text).run();
    text.clear();
    append_rendering(record, Rendering::kJson, text);
    MUST(parser.parse(text).error() == simdjson::SUCCESS);
  });
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// What group policy came to on a host, as `gpresult /x` writes it (Resultant Set of Policy): one event for each administrative
// template setting, with its name as the editor shows it, its state, the host and the time of the report.
//   <Rsop xmlns="…/GroupPolicy/Rsop"><ReadTime>…  <ComputerResults><Name>DOMAIN\HOST$</Name><ExtensionData>
//     <Extension><q1:Policy> <q1:Name>… <q1:State>Enabled <q1:Category>…
#include <string>
#include <vector>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/utf16.h"
#include "decode/whole.h"
#include "decode/xml_reader.h"

namespace bartizan {
namespace {

constexpr std::string_view kNamespace = "http://www.microsoft.com/GroupPolicy/Rsop";

struct Setting {
  std::string name, state, category;
  std::size_t begin = 0;
};

// EXAMPLE\WS1$ -> WS1
std::string host_of(std::string_view account) {
  account.remove_prefix(account.rfind('\\') + 1);
  if (account.ends_with('$')) account.remove_suffix(1);
  return std::string(account);
}

class PolicyResultDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const TextEncoding encoding = encoding_of(piece.bytes);
    const std::string_view text = text_in_utf8(piece.bytes, encoding, utf8_);
    PlaceInPiece place(piece.bytes, text, encoding);
    open_.clear(), host_.clear(), time_ = {}, too_deep_ = 0;
    XmlReader reader(text);
    for (XmlReader::Token token; (token = reader.next()) != XmlReader::Token::kDone;) {
      using Token = XmlReader::Token;
      if (token == Token::kBroken)
        oddities.add("report is not well-formed", piece.offset + place.of(reader.token_begin()));
      else if (token == Token::kStart) begin_element(reader.name(), reader.token_begin());
      else if (token == Token::kText) append_unescaped(reader.value(), text_);
      else if (token == Token::kLiteral) text_ += reader.value();
      else if (token == Token::kEnd && too_deep_ > 0) --too_deep_;
      else if (token == Token::kEnd && !open_.empty()) {
        if (open_.back() == "Policy") add(piece.offset + place.of(setting_.begin), out);
        else end_leaf();
        open_.pop_back();
        text_.clear();
      }
    }
    if (!open_.empty()) oddities.add("report is cut short", piece.offset);
  }

 private:
  void begin_element(std::string_view name, std::size_t begin) {
    text_.clear();
    if (open_.size() >= limits::kXmlDepthMax) return ++too_deep_, void();
    open_.emplace_back(name);
    if (name == "Policy") setting_ = {{}, {}, {}, begin};
  }

  bool is_in(std::string_view parent) const { return open_.size() > 1 && open_[open_.size() - 2] == parent; }

  void end_leaf() {
    const std::string& name = open_.back();
    if (name == "ReadTime" && is_in("Rsop")) time_ = parse_instant(text_).value_or(Instant{});
    else if (name == "Name" && is_in("ComputerResults")) host_ = host_of(text_);
    else if (!is_in("Policy")) return;
    else if (name == "Name") setting_.name = text_;
    else if (name == "State") setting_.state = text_;
    else if (name == "Category") setting_.category = text_;
  }

  void add(std::uint64_t offset, EventBatch& out) const {
    if (setting_.name.empty()) return;
    const bool is_of_user = open_.size() > 1 && open_[1] == "UserResults";
    Event& event = out.start();
    event.offset = offset;
    event.time = time_;
    event.product = "windows", event.category = "security_policy";
    event.host = out.keep(host_);
    out.add("PolicySection", out.keep(setting_.category));
    out.add("PolicyName", out.keep(setting_.name));
    out.add("PolicyValue", out.keep(setting_.state));
    out.add("PolicyScope", is_of_user ? "User" : "Computer");
    out.commit();
  }

  std::string utf8_, text_, host_;
  std::vector<std::string> open_;  // elements around the place at hand
  std::size_t too_deep_ = 0;       // elements within the deepest of them
  Setting setting_;
  Instant time_;
};

int recognise(Bytes head) { return begins_with_element(head, "<Rsop ", kNamespace) ? 90 : 0; }

}  // namespace

const Format& policy_result_format() {
  static constexpr Format kFormat{
      "policy_result",
      "Resultant set of group policy (gpresult /x)",
      "windows: category security_policy",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> {
        return std::make_unique<PolicyResultDecoder>();
      },
      nullptr,
      "<Rsop xmlns=\"http://www.microsoft.com/GroupPolicy/Rsop\"><ReadTime>2026-11-24T08:00:00Z</ReadTime>\n"
      "<ComputerResults><Name>EXAMPLE\\WS1$</Name><ExtensionData><Extension><Policy>\n"
      "<Name>Turn on Module Logging</Name><State>Enabled</State>\n"
      "<Category>Windows Components/Windows PowerShell</Category>\n"
      "</Policy></Extension></ExtensionData></ComputerResults></Rsop>\n"};
  return kFormat;
}

}  // namespace bartizan

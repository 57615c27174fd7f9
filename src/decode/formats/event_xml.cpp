// SPDX-License-Identifier: Apache-2.0
#include "decode/event_xml.h"

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/utf16.h"

namespace bartizan {
namespace {

// Cuts behind an end of an event that nothing of the same event follows: what stands behind it is another
// event, the end of the list or nothing yet. An end inside CDATA can be taken for one; the record is then
// read as two damaged halves.
class EventXmlCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_start_) encoding_ = encoding_of(buffer), at_start_ = false;
    if (at_end) return buffer.size();
    std::string end_tag = "</Event>";
    if (encoding_ != TextEncoding::kUtf8) widen(end_tag);
    const std::string_view text = as_text(buffer);
    for (std::size_t at = text.rfind(end_tag); at != text.npos && at != 0; at = text.rfind(end_tag, at - 1))
      if (is_outermost(text.substr(at + end_tag.size()))) return at + end_tag.size();
    return buffer.size() >= limits::kPieceBytesMax ? buffer.size() : 0;
  }
  std::string context() const override { return std::string(1, static_cast<char>(encoding_)); }

 private:
  void widen(std::string& text) const {
    std::string wide;
    for (char c : text)
      encoding_ == TextEncoding::kUtf16Little ? wide.append({c, '\0'}) : wide.append({'\0', c});
    text = wide;
  }
  static bool is_outermost(std::string_view behind) {
    constexpr std::size_t kLookBytes = 64;
    std::string plain;
    for (char c : behind.substr(0, kLookBytes))
      if (c != '\0' && !is_xml_blank(c)) plain.push_back(c);
    return !plain.starts_with("</") || plain.starts_with("</Event");
  }

  TextEncoding encoding_ = TextEncoding::kUtf8;
  bool at_start_ = true;
};

class EventXmlFormatDecoder final : public Decoder {
 public:
  explicit EventXmlFormatDecoder(const DecodeOptions& options) : decoder_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const auto encoding =
        piece.context.empty() ? encoding_of(piece.bytes) : static_cast<TextEncoding>(piece.context[0]);
    const std::string_view text = out.keep(text_in_utf8(piece.bytes, encoding, utf8_));
    PlaceInPiece place(piece.bytes, text, encoding);
    decoder_.decode(text, [&](std::size_t at) { return piece.offset + place.of(at); }, out, oddities);
  }

 private:
  EventXmlDecoder decoder_;
  std::string utf8_;
};

int recognise(Bytes head) {
  std::string room;
  return looks_like_event_xml(text_in_utf8(head, encoding_of(head), room)) ? 90 : 0;
}

}  // namespace

const Format& event_xml_format() {
  static constexpr Format kFormat{
      "event_xml",
      "Windows events as XML: wevtutil and Event Viewer exports, Sysmon for Linux",
      "windows: by channel; linux: sysmon",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<EventXmlCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<EventXmlFormatDecoder>(options);
      },
      nullptr,
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provid"
      "er Name='Microsoft-Windows-Security-Auditing'/><EventID>4688</EventID><TimeCreated S"
      "ystemTime='2026-11-24T08:00:00Z'/><EventRecordID>7</EventRecordID><Channel>Security<"
      "/Channel><Computer>pc1</Computer></System><EventData><Data Name='NewProcessName'>C:\\"
      "Windows\\System32\\whoami.exe</Data></EventData></Event>\n"};
  return kFormat;
}

}  // namespace bartizan

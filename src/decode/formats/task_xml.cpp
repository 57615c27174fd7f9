// SPDX-License-Identifier: Apache-2.0
// A scheduled task as Windows keeps it in System32\Tasks and schtasks /query /xml prints it ([MS-TSCH] 2.5):
// one event with what it runs, as whom and when. CommandLine and Image are those of its actions; with several
// actions fields repeat.
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/utf16.h"
#include "decode/whole.h"
#include "decode/xml_reader.h"

namespace bartizan {
namespace {

constexpr std::string_view kNamespace = "schemas.microsoft.com/windows/2004/02/mit/task";

class TaskDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const TextEncoding encoding = encoding_of(piece.bytes);
    const std::string_view text = text_in_utf8(piece.bytes, encoding, utf8_);
    PlaceInPiece place(piece.bytes, text, encoding);
    XmlReader reader(text);
    bool open = false;
    for (XmlReader::Token token; (token = reader.next()) != XmlReader::Token::kDone;) {
      using Token = XmlReader::Token;
      if (token == Token::kBroken)
        oddities.add("task is not well-formed", piece.offset + place.of(reader.token_begin()));
      else if (token == Token::kStart && reader.name() == "Task" && !open)
        open = start(piece.offset + place.of(reader.token_begin()), out);
      else if (!open) continue;
      else if (token == Token::kStart) begin_element(reader.name());
      else if (token == Token::kEmpty && trigger_) add("Trigger", reader.name(), out);
      else if (token == Token::kText) append_unescaped(reader.value(), text_);
      else if (token == Token::kLiteral) text_ += reader.value();
      else if (token == Token::kEnd && reader.name() == "Task") open = finish(out);
      else if (token == Token::kEnd) end_element(reader.name(), out);
    }
    if (open) finish(out), oddities.add("task is cut short", piece.offset);
  }

 private:
  bool start(std::uint64_t offset, EventBatch& out) {
    Event& event = out.start();
    event.offset = offset;
    event.product = "windows", event.category = "scheduled_task";
    command_.clear(), arguments_.clear(), trigger_ = false;
    return true;
  }
  void begin_element(std::string_view name) {
    text_.clear();
    is_leaf_ = true;
    if (name == "Exec") command_.clear(), arguments_.clear();
    if (name == "Triggers") trigger_ = true;
  }
  void end_element(std::string_view name, EventBatch& out) {
    if (name == "Triggers") trigger_ = false;
    else if (name == "Exec") add_action(out);
    else if (trigger_ && !is_leaf_ && name.ends_with("Trigger")) add("Trigger", name, out);
    else if (is_leaf_) leaf(name, out);
    is_leaf_ = false;
  }

  void leaf(std::string_view name, EventBatch& out) {
    const std::string_view value = out.keep(text_);
    if (name == "URI") add("TaskName", value, out);
    else if (name == "Command") command_ = text_;
    else if (name == "Arguments") arguments_ = text_;
    else if (name == "WorkingDirectory") add("CurrentDirectory", value, out);
    else if (name == "UserId") add(trigger_ ? "TriggerUser" : "User", value, out);
    else if (name == "Date")
      out.draft().time = parse_instant(value).value_or(Instant{}), add(name, value, out);
    else add(name, value, out);
  }
  void add_action(EventBatch& out) {
    add("Image", command_, out);
    command_.append(arguments_.empty() ? "" : " ").append(arguments_);
    add("CommandLine", command_, out);
  }
  static void add(std::string_view name, std::string_view value, EventBatch& out) {
    if (!value.empty() && out.fields_of_draft() < limits::kFieldsPerEventMax)
      out.add(out.keep(name.substr(0, limits::kFieldNameBytesMax)), out.keep(value));
  }
  static bool finish(EventBatch& out) {
    if (out.fields_of_draft() > 0) out.commit();
    return false;
  }

  std::string utf8_, text_, command_, arguments_;
  bool is_leaf_ = false, trigger_ = false;
};

int recognise(Bytes head) { return begins_with_element(head, "<Task ", kNamespace) ? 90 : 0; }

}  // namespace

const Format& task_xml_format() {
  static constexpr Format kFormat{
      "task_xml",
      "Scheduled task of Windows as XML",
      "windows: category scheduled_task",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<TaskDecoder>(); },
      nullptr,
      "<?xml version=\"1.0\"?>\n"
      "<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n"
      "<RegistrationInfo><Author>EXAMPLE\\jo</Author><URI>\\Updater</URI></RegistrationInfo>\n"
      "<Actions><Exec><Command>powershell.exe</Command><Arguments>-nop</Arguments></Exec></"
      "Actions>\n"
      "</Task>\n"};
  return kFormat;
}

}  // namespace bartizan

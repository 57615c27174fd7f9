// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/objects.h"

#include <algorithm>

#include "base/limits.h"
#include "detect/powershell/pattern.h"

namespace bartizan::powershell {
namespace {

PatternOptions pattern_options(std::u16string_view written) {
  Text lower = lower_text(written);
  auto has = [&](std::u16string_view word) { return lower.find(word) != Text::npos; };
  return {has(u"ignorecase"), has(u"righttoleft"), has(u"singleline"), has(u"multiline")};
}

const Value* find_member(const Object& object, std::string_view name) {
  for (auto& [known, value] : object.members)
    if (known == name) return &value;
  return nullptr;
}

// The part of a byte array that (bytes, from, count) names.
std::optional<Bytes8> named_part(const Values& arguments) {
  auto bytes = arguments.size() != 3 || arguments[0].text() ? std::nullopt : to_bytes(arguments[0]);
  if (!bytes) return std::nullopt;
  auto size = static_cast<std::int64_t>(bytes->size());
  std::int64_t from = to_integer(arguments[1], 0, size).value_or(-1);
  std::int64_t count = from < 0 ? -1 : to_integer(arguments[2], 0, size - from).value_or(-1);
  if (count < 0) return std::nullopt;
  return Bytes8(bytes->begin() + from, bytes->begin() + from + count);
}

Value call_encoding(Evaluator& evaluator, Object& object, const std::string& name, const Values& arguments) {
  auto encoding = static_cast<Encoding>(object.position);
  if (name == "getstring" || name == "getchars") {
    auto bytes = arguments.empty() || arguments[0].text() ? std::nullopt : to_bytes(arguments[0]);
    if (arguments.size() == 3) bytes = named_part(arguments);
    else if (arguments.size() != 1) return Reason::kUnsupported;
    auto text = bytes ? decode_text(encoding, *bytes) : std::nullopt;
    if (!text || !evaluator.charge(text->size() * 2)) return Reason::kUnsupported;
    constexpr std::string_view kNames[] = {"ascii", "utf8", "utf16",  "utf16be",
                                           "utf32", "utf7", "latin1", "windows-1252"};
    evaluator.note_transform(kNames[object.position]);
    return name == "getstring" ? Value(*text) : evaluator.cast("char[]", Value(*text));
  }
  if (name == "getbytes" && arguments.size() == 1) {
    auto text = to_text(arguments[0], u"");
    auto bytes = text ? encode_text(encoding, *text) : std::nullopt;
    return bytes ? evaluator.make_bytes(std::move(*bytes)) : Value(Reason::kUnsupported);
  }
  return Reason::kUnsupported;
}

Value make_match(Evaluator& evaluator, const Text& text, const PatternMatch& found) {
  Value match = evaluator.make_object("match");
  Object& object = *match.shared<Object>();
  object.text = text.substr(found.begin, found.end - found.begin);
  Values groups;
  for (auto& group : found.groups) {
    Value made = evaluator.make_object("group");
    if (group) made.shared<Object>()->text = text.substr(group->first, group->second - group->first);
    made.shared<Object>()->members = {{"value", made.shared<Object>()->text}, {"success", group.has_value()}};
    groups.push_back(std::move(made));
  }
  object.rank = kRankEmpty + 2;
  object.members = {{"value", object.text},
                    {"success", true},
                    {"index", static_cast<std::int32_t>(found.begin)},
                    {"length", static_cast<std::int32_t>(object.text.size())},
                    {"groups", evaluator.make_array(std::move(groups))}};
  return match;
}

Value call_regex(Evaluator& evaluator, Object& object, const std::string& name, const Values& arguments) {
  auto pattern = Pattern::compile(object.text, pattern_options(*find_member(object, "options")->text()));
  auto text = arguments.empty() ? std::nullopt : evaluator.text_of(arguments[0]);
  if (!pattern || !text) return Reason::kUnsupported;
  evaluator.note_transform("regex");
  if (name == "replace" && arguments.size() == 2 && !arguments[1].as<Block>()) {
    auto replacement = evaluator.text_of(arguments[1]);
    auto done = replacement ? pattern->replace(*text, *replacement) : std::nullopt;
    return done && evaluator.charge(done->size() * 2) ? Value(*done) : Value(Reason::kUnsupported);
  }
  if (arguments.size() != 1) return Reason::kUnsupported;
  if (name == "split") {
    auto parts = pattern->split(*text, 0);
    if (!parts) return Reason::kUnsupported;
    return evaluator.make_array(std::move(*parts), Element::kString);
  }
  auto found = pattern->find_all(*text, name == "matches" ? limits::kPowershellArrayMax : 1);
  if (!found || !evaluator.charge(found->size() * 256)) return Reason::kUnsupported;
  if (name == "ismatch") return !found->empty();
  Values out;
  for (const PatternMatch& match : *found) out.push_back(make_match(evaluator, *text, match));
  if (name == "matches") return evaluator.make_array(std::move(out));
  if (name == "match") return out.empty() ? Value(Reason::kUnsupported) : out[0];
  return Reason::kUnsupported;
}

Value call_stream(Evaluator& evaluator, Object& object, const std::string& name, const Values& arguments) {
  std::size_t left = object.bytes.size() - std::min(object.position, object.bytes.size());
  if (name == "toarray" || name == "getbuffer") return evaluator.make_bytes(object.bytes);
  if (name == "close" || name == "dispose" || name == "flush") return Value();
  if (name == "copyto" && !arguments.empty()) {
    auto* target = arguments[0].shared<Object>();
    if (target == nullptr || target->type != "io.memorystream") return Reason::kUnsupported;
    evaluator.mutate(*target);
    if (!evaluator.charge(left)) return Reason::kLimit;
    target->bytes.insert(target->bytes.end(), object.bytes.end() - static_cast<std::ptrdiff_t>(left),
                         object.bytes.end());
    target->position = target->bytes.size();
    evaluator.mutate(object);
    object.position = object.bytes.size();
    return Value();
  }
  if (name == "seek" && arguments.size() == 2) {
    auto at = to_integer(arguments[0], 0, static_cast<std::int64_t>(object.bytes.size()));
    auto origin = evaluator.text_of(arguments[1]);
    if (!at || !origin || (lower_text(*origin) != u"begin" && *origin != u"0"))
      return object.uncertain = true, Reason::kUnsupported;
    evaluator.mutate(object);
    object.position = static_cast<std::size_t>(*at);
    return static_cast<std::int64_t>(*at);
  }
  if (name == "write" && arguments.size() == 3) {
    auto part = named_part(arguments);
    evaluator.mutate(object);
    if (!part || object.position != object.bytes.size()) return object.uncertain = true, Reason::kUnsupported;
    if (!evaluator.charge(part->size())) return Reason::kLimit;
    object.bytes.insert(object.bytes.end(), part->begin(), part->end());
    object.position = object.bytes.size();
    return Value();
  }
  if (name == "read" && arguments.size() == 3) {
    auto* buffer = arguments[0].shared<ByteArray>();
    std::int64_t size = buffer ? static_cast<std::int64_t>(buffer->bytes.size()) : 0;
    std::int64_t from = buffer ? to_integer(arguments[1], 0, size).value_or(-1) : -1;
    std::int64_t count = from < 0 ? -1 : to_integer(arguments[2], 0, size - from).value_or(-1);
    if (count < 0) return object.uncertain = true, Reason::kUnsupported;
    std::size_t taken = std::min(left, static_cast<std::size_t>(count));
    evaluator.mutate(*buffer);
    evaluator.mutate(object);
    std::copy_n(object.bytes.begin() + static_cast<std::ptrdiff_t>(object.position), taken,
                buffer->bytes.begin() + from);
    object.position += taken;
    return static_cast<std::int32_t>(taken);
  }
  object.uncertain = true;
  return Reason::kUnsupported;
}

Value call_builder(Evaluator& evaluator, const Value& self, Object& object, const std::string& name,
                   const Values& arguments) {
  if (name == "tostring" && arguments.empty()) return object.text;
  auto text = arguments.size() == 1 ? to_text(arguments[0], u"") : std::nullopt;
  evaluator.mutate(object);
  if (!text || (name != "append" && name != "appendline") ||
      object.text.size() + text->size() > limits::kPowershellStringMax ||
      !evaluator.charge(text->size() * 2)) {
    object.uncertain = true;
    return Reason::kUnsupported;
  }
  object.text += *text;
  if (name == "appendline") object.text += u"\r\n";
  return self;
}

Value call_cipher(Evaluator& evaluator, const Value& self, Object& object, const std::string& name,
                  const Values& arguments) {
  if (name == "createdecryptor") {
    Value made = evaluator.make_object("decryptor");
    Object& decryptor = *made.shared<Object>();
    decryptor.members = object.members;
    if (arguments.size() == 2) {
      decryptor.members.insert(decryptor.members.begin(),
                               {"iv", Evaluator::held_by(decryptor, arguments[1])});
      decryptor.members.insert(decryptor.members.begin(),
                               {"key", Evaluator::held_by(decryptor, arguments[0])});
    }
    return made;
  }
  if (name == "transformfinalblock" && object.type == "decryptor" && arguments.size() == 3) {
    auto data = named_part(arguments);
    const Value *key = find_member(object, "key"), *iv = find_member(object, "iv");
    auto key_bytes = key && key->known() ? to_bytes(*key) : std::nullopt;
    auto iv_bytes = iv && iv->known() ? to_bytes(*iv) : std::optional<Bytes8>(Bytes8());
    if (!data || !key_bytes || !iv_bytes) return Reason::kUnsupported;
    auto option = [&](std::string_view member) {
      const Value* value = find_member(object, member);
      auto text = value ? evaluator.text_of(*value) : std::optional<Text>(Text());
      return text ? lower_text(*text) : Text(u"?");
    };
    Text mode = option("mode"), padding = option("padding");
    bool ecb = mode == u"ecb" || mode == u"2",
         known_mode = ecb || mode.empty() || mode == u"cbc" || mode == u"1";
    bool padded = padding.empty() || padding == u"pkcs7" || padding == u"2";
    if (!known_mode) return Reason::kUnsupported;
    auto plain = decrypt_aes(*data, *key_bytes, *iv_bytes, ecb ? CipherMode::kEcb : CipherMode::kCbc, padded);
    if (!plain) return Reason::kError;
    evaluator.note_transform("aes");
    if (padding == u"zeros" || padding == u"3") evaluator.note_assumption("zero_padding");
    return evaluator.make_bytes(std::move(*plain));
  }
  if (name == "dispose" || name == "clear") return Value();
  (void)self;
  return Reason::kUnsupported;
}

Value call_powershell(Evaluator& evaluator, const Value& self, Object& object, const std::string& name,
                      const Values& arguments, const Node& span) {
  if ((name == "addscript" || name == "addcommand") && !arguments.empty()) {
    auto text = arguments[0].as<Block>() ? std::nullopt : evaluator.text_of(arguments[0]);
    if (auto* block = arguments[0].as<Block>()) object.members.emplace_back("block", *block);
    else if (text && name == "addscript") object.text = *text;
    else return Reason::kUnsupported;
    return self;
  }
  if (name == "invoke" || name == "begininvoke") {
    if (const Value* block = find_member(object, "block"))
      return evaluator.invoke_block(*block->as<Block>(), {}, nullptr);
    if (!object.text.empty()) return evaluator.invoke_text(Value(object.text), "PowerShell.AddScript", span);
  }
  return name.starts_with("add") ? self : Value(Reason::kUnsupported);
}

Value new_inflater(Evaluator& evaluator, const std::string& type, const Values& arguments) {
  Object* source = arguments.empty() ? nullptr : arguments[0].shared<Object>();
  auto mode = arguments.size() > 1 ? evaluator.text_of(arguments[1]) : std::nullopt;
  if (source == nullptr || source->uncertain || !mode ||
      (lower_text(*mode) != u"decompress" && *mode != u"0"))
    return Reason::kUnsupported;
  Bytes8 packed(
      source->bytes.begin() + static_cast<std::ptrdiff_t>(std::min(source->position, source->bytes.size())),
      source->bytes.end());
  bool limited = false;
  auto plain =
      inflate_bytes(packed, type == "io.compression.gzipstream" ? Deflated::kGzip : Deflated::kRaw, limited);
  if (limited) evaluator.note_limit("inflate");
  if (!plain || !evaluator.charge(plain->size())) return limited ? Reason::kLimit : Reason::kError;
  evaluator.note_transform("inflate");
  Value made = evaluator.make_object("io.memorystream");
  made.shared<Object>()->bytes = std::move(*plain);
  return made;
}

Value new_reader(Evaluator& evaluator, const Values& arguments) {
  Object* source = arguments.empty() ? nullptr : arguments[0].shared<Object>();
  if (source == nullptr || source->uncertain || source->type != "io.memorystream")
    return Reason::kUnsupported;
  Encoding encoding = Encoding::kUtf8;
  if (arguments.size() > 1) {
    auto* given = arguments[1].shared<Object>();
    if (given == nullptr || given->type != "encoding") return Reason::kUnsupported;
    encoding = static_cast<Encoding>(given->position);
  }
  Bytes8 bytes(
      source->bytes.begin() + static_cast<std::ptrdiff_t>(std::min(source->position, source->bytes.size())),
      source->bytes.end());
  bool marked = bytes.size() > 2 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF;
  if (marked) bytes.erase(bytes.begin(), bytes.begin() + 3), encoding = Encoding::kUtf8;
  auto text = decode_text(encoding, bytes);
  if (!text || !evaluator.charge(text->size() * 2)) return Reason::kUnsupported;
  Value made = evaluator.make_object("io.streamreader");
  made.shared<Object>()->text = std::move(*text);
  return made;
}

Value new_sized_array(Evaluator& evaluator, const std::string& type, const Value& wanted) {
  auto count = to_integer(wanted, 0, static_cast<std::int64_t>(limits::kPowershellArrayMax));
  if (!count) return Reason::kUnsupported;
  auto size = static_cast<std::size_t>(*count);
  if (type == "byte[]") return evaluator.make_bytes(Bytes8(size, 0));
  if (type == "int[]") return evaluator.make_array(Values(size, Value(std::int32_t{0})), Element::kInt);
  if (type == "char[]") return evaluator.make_array(Values(size, Value(Char{0})), Element::kChar);
  if (type == "string[]" || type == "object[]")
    return evaluator.make_array(Values(size, Value()), Element::kAny);
  return Reason::kUnsupported;
}

}  // namespace

Value encoding_object(Evaluator& evaluator, Encoding encoding) {
  Value made = evaluator.make_object("encoding");
  made.shared<Object>()->position = static_cast<std::size_t>(encoding);
  return made;
}

namespace {
Reason reason_of_type(std::string_view type) {
  if (type.starts_with("net.") || type.find("xmlhttp") != std::string::npos || type.starts_with("winhttp") ||
      type.starts_with("msxml"))
    return Reason::kNetwork;
  if (type == "random") return Reason::kRandom;
  if (type.starts_with("io.")) return Reason::kFile;
  return Reason::kUnsupported;
}

bool is_list_type(std::string_view type) {
  for (std::string_view list :
       {"collections.arraylist", "collections.stack", "collections.queue", "collections.generic.list",
        "collections.generic.stack", "collections.generic.queue"})
    if (type.starts_with(list)) return true;
  return false;
}
}  // namespace

Value Evaluator::new_object(const std::string& written, const Values& arguments) {
  std::string type = canonical_type(written);
  for (const Value& argument : arguments)
    if (!argument.known()) return argument;
  Value made = make_object(type);
  Object& object = *made.shared<Object>();
  if (type == "io.memorystream") {
    if (arguments.empty()) return made;
    auto bytes = arguments[0].is_list() ? to_bytes(arguments[0]) : std::nullopt;
    if (!bytes || !charge(bytes->size())) return Reason::kUnsupported;
    object.bytes = std::move(*bytes);
    return made;
  }
  if (type == "io.compression.deflatestream" || type == "io.compression.gzipstream")
    return new_inflater(*this, type, arguments);
  if (type == "io.streamreader") return new_reader(*this, arguments);
  if (type == "regex") {
    auto pattern = arguments.empty() ? std::nullopt : text_of(arguments[0]);
    auto options = arguments.size() > 1 ? text_of(arguments[1]) : std::optional<Text>(Text());
    if (!pattern || !options) return Reason::kUnsupported;
    object.text = *pattern;
    object.members.emplace_back("options", *options);
    return made;
  }
  if (type == "text.stringbuilder") {
    auto text = arguments.empty()          ? std::optional<Text>(Text())
                : arguments[0].is_number() ? std::optional<Text>(Text())
                                           : text_of(arguments[0]);
    if (!text) return Reason::kUnsupported;
    object.text = *text;
    return made;
  }
  if (type == "string" && !arguments.empty()) return call_static("string", "new", arguments, Node());
  if (is_list_type(type)) return arguments.empty() ? make_array({}) : Value(Reason::kUnsupported);
  const bool is_object = type == "psobject" || type == "pscustomobject";
  if (is_object || type == "hashtable" || type.starts_with("collections.generic.dictionary")) {
    Value empty = Value::make<Table>();
    empty.shared<Table>()->rank = kRankEmpty;
    empty.shared<Table>()->birth = ++births_;
    empty.shared<Table>()->ordered = is_object;
    return empty;
  }
  if (type == "diagnostics.processstartinfo") {
    constexpr std::string_view kParts[] = {"filename", "arguments"};
    for (std::size_t i = 0; i < arguments.size() && i < 2; ++i)
      add_member(object, std::string(kParts[i]), arguments[i]);
    return made;
  }
  if (type.ends_with("encoding") && type.starts_with("text.")) {
    auto encoding = encoding_named(type.substr(5, type.size() - 13));
    return encoding ? encoding_object(*this, *encoding) : Value(Reason::kUnsupported);
  }
  if (type == "security.securestring") return made;
  if (type == "pscredential" || type == "net.networkcredential") {
    auto* secure = arguments.size() > 1 ? arguments[1].shared<Object>() : nullptr;
    if (arguments.size() < 2) return Reason::kUnsupported;
    object.text = secure != nullptr ? secure->text : text_of(arguments[1]).value_or(Text());
    object.type = "credential";
    return made;
  }
  if (type == "security.cryptography.aesmanaged" || type == "security.cryptography.rijndaelmanaged" ||
      type == "security.cryptography.aescryptoserviceprovider") {
    object.type = "cipher";
    return made;
  }
  if (type.ends_with("[]") && arguments.size() == 1) return new_sized_array(*this, type, arguments[0]);
  return reason_of_type(type);
}

Value call_object(Evaluator& evaluator, const Value& self, Object& object, const std::string& name,
                  const Values& arguments, const Node& span) {
  if (object.uncertain) return Reason::kBranch;
  const std::string& type = object.type;
  if (type == "methodgroup" || type == "staticgroup") {
    if (name == "tostring" && type == "methodgroup" && !object.text.empty()) return object.text;
    if (name != "invoke") return Reason::kUnsupported;
    if (type == "staticgroup")
      return evaluator.call_static(narrow(*find_member(object, "type")->text()), narrow(object.text),
                                   arguments, span);
    Value owner = *find_member(object, "self");
    return evaluator.call_method(owner, narrow(*find_member(object, "name")->text()), arguments, span);
  }
  if (type == "executioncontext.invokecommand" || type == "scripttext") {
    if (name == "invokescript" && !arguments.empty())
      return evaluator.invoke_text(arguments[0], "InvokeScript", span);
    if (name == "newscriptblock") return evaluator.call_static("scriptblock", "create", arguments, span);
    if (name == "expandstring" && arguments.size() == 1 && arguments[0].text())
      return evaluator.expand_text(*arguments[0].text());
    if (type == "scripttext" && (name == "invoke" || name == "invokereturnasis"))
      return evaluator.invoke_text(Value(object.text), "[scriptblock]::Create", span);
    if (type == "scripttext" && name == "tostring") return object.text;
    if (name == "getcommand" || name == "getcmdlet" || name == "getcmdlets" || name == "getcommandname")
      return evaluator.commands_like(arguments);
    return Reason::kUnsupported;
  }
  if (type == "psvariables" && (name == "getvalue" || name == "get") && !arguments.empty() &&
      arguments[0].text())
    return evaluator.read_variable(narrow(lower_text(*arguments[0].text())));
  for (const Value& argument : arguments)
    if (!argument.known()) {
      evaluator.mutate(object);
      object.uncertain = true;
      return argument;
    }
  if (type == "encoding") return call_encoding(evaluator, object, name, arguments);
  if (type == "regex") return call_regex(evaluator, object, name, arguments);
  if (type == "io.memorystream") return call_stream(evaluator, object, name, arguments);
  if (type == "text.stringbuilder") return call_builder(evaluator, self, object, name, arguments);
  if (type == "cipher" || type == "decryptor") return call_cipher(evaluator, self, object, name, arguments);
  if (type == "powershell") return call_powershell(evaluator, self, object, name, arguments, span);
  if (type == "io.streamreader" && name == "readtoend") return std::exchange(object.text, {});
  if (type == "security.securestring" && name == "appendchar" && arguments.size() == 1) {
    auto text = evaluator.text_of(arguments[0]);
    evaluator.mutate(object);
    if (!text) object.uncertain = true;
    else object.text += *text;
    return Value();
  }
  if (type == "credential" && name == "getnetworkcredential") return self;
  if ((type == "match" || type == "group" || type == "version" || type == "uri") && name == "tostring")
    return object.text;
  if (name == "close" || name == "dispose") return Value();
  return Reason::kUnsupported;
}

Value object_member(Evaluator& evaluator, const Value& self, Object& object, const std::string& name) {
  if (object.uncertain) return Reason::kBranch;
  if (const Value* value = find_member(object, name)) return *value;
  const std::string& type = object.type;
  if (type == "anymember" && name == "name") return self;
  if (type == "executioncontext") {
    if (name == "sessionstate") return evaluator.make_object("sessionstate");
    if (name != "invokecommand") return Reason::kUnsupported;
    return evaluator.make_object("executioncontext.invokecommand");
  }
  if (type == "sessionstate" && name == "psvariable") return evaluator.make_object("psvariables");
  if (type == "sessionstate" && name == "invokecommand")
    return evaluator.make_object("executioncontext.invokecommand");
  if (type == "credential" && name == "password") return object.text;
  if (type == "io.memorystream" && name == "length") return static_cast<std::int64_t>(object.bytes.size());
  if (type == "io.memorystream" && name == "position") return static_cast<std::int64_t>(object.position);
  if (type == "text.stringbuilder" && name == "length") return static_cast<std::int32_t>(object.text.size());
  if (type == "uri" && name == "absoluteuri") return Reason::kUnsupported;
  // A method that is named now and called by .Invoke(..)
  Value group = evaluator.make_object("methodgroup");
  Evaluator::add_member(*group.shared<Object>(), "self", self);
  Evaluator::add_member(*group.shared<Object>(), "name", text_value(name));
  return group;
}

Value call_type_method(Evaluator& evaluator, const TypeName& type, const std::string& name, const Values&) {
  if (type.name == "marshal" && (name == "getmembers" || name == "getmethods")) {
    Values members;
    for (int i = 0; i < 64; ++i) members.push_back(evaluator.make_object("anymember"));
    return evaluator.make_array(std::move(members));
  }
  return Reason::kUnsupported;
}

Value type_member(Evaluator&, const TypeName& type, const std::string& name) {
  if (name == "name" && type.name.find('.') == std::string::npos && type.name == "string")
    return Text(u"String");
  return Reason::kUnsupported;
}

}  // namespace bartizan::powershell

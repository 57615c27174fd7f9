// SPDX-License-Identifier: Apache-2.0
#include "intel/harmless.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/limits.h"

namespace bartizan::intel {
namespace {

std::string value_key(Kind kind, std::string_view key) {
  std::string out(1, static_cast<char>(kind));
  return out.append(key);
}

Address address_of(std::string_view bytes) {
  Address address;
  address.size = static_cast<std::uint8_t>(std::min<std::size_t>(bytes.size(), 16));
  std::copy_n(bytes.begin(), address.size, address.bytes.begin());
  return address;
}

constexpr std::string_view kOurs = "harmless.txt";

}  // namespace

HarmlessList::HarmlessList() : lengths6_(129) {}
HarmlessList::~HarmlessList() = default;
HarmlessList::HarmlessList(HarmlessList&&) noexcept = default;
HarmlessList& HarmlessList::operator=(HarmlessList&&) noexcept = default;

std::uint32_t HarmlessList::number_of(std::string_view list) {
  if (lists_.empty() || lists_.back() != list) {
    const auto known = std::find(lists_.begin(), lists_.end(), list);
    if (known != lists_.end()) return static_cast<std::uint32_t>(known - lists_.begin());
    lists_.emplace_back(list);
  }
  return static_cast<std::uint32_t>(lists_.size() - 1);
}

bool HarmlessList::add(std::string_view list, const Harmless& harmless) {
  using Match = Harmless::Match;
  const std::uint32_t number = number_of(list);
  if (harmless.match == Match::kSubstring || harmless.match == Match::kRegex) {
    if (texts_.size() >= limits::kHarmlessTextsMax || harmless.key.empty()) return false;
    Text text{harmless.key, nullptr, number};
    if (harmless.match == Match::kRegex) {
      re2::RE2::Options options(re2::RE2::Quiet);
      options.set_max_mem(limits::kHarmlessRegexBytesMax);
      options.set_case_sensitive(false);
      std::string_view pattern = harmless.key;  // warning lists write /pattern/i
      if (pattern.starts_with('/') && pattern.rfind('/') > 0)
        pattern = pattern.substr(1, pattern.rfind('/') - 1);
      text.expression = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
      if (!text.expression->ok()) return false;
    }
    texts_.push_back(std::move(text));
  } else if (harmless.kind == Kind::kNetwork) {
    const auto length = static_cast<unsigned char>(harmless.key[0]);
    if (harmless.key.size() == 5) lengths4_ |= std::uint64_t{1} << length;
    else lengths6_[length] = true;
    networks_.try_emplace(harmless.key, number);
  } else if (harmless.match == Match::kBelow) {
    below_.try_emplace(harmless.key, number);
  } else {
    values_.try_emplace(value_key(harmless.kind, harmless.key), number);
  }
  return ++size_, true;
}

std::optional<std::string_view> HarmlessList::find_key(Kind kind, std::string_view key) const {
  const auto known = values_.find(value_key(kind, key));
  if (known == values_.end()) return std::nullopt;
  return lists_[known->second];
}

// A network of at most `length_max` bits around the address.
std::optional<std::string_view> HarmlessList::find_network(std::string_view bytes,
                                                           unsigned length_max) const {
  const Address address = address_of(bytes);
  std::string key;
  for (unsigned length = 0; length <= length_max; ++length) {
    if (address.size == 4 ? !(lengths4_ >> length & 1) : !lengths6_[length]) continue;
    network_key(address, length, key);
    if (const auto known = networks_.find(key); known != networks_.end()) return lists_[known->second];
  }
  return std::nullopt;
}

std::optional<std::string_view> HarmlessList::find_above(const Indicator& indicator) const {
  const std::string_view key = indicator.key;
  switch (indicator.kind) {
    case Kind::kAddress: return find_network(key, static_cast<unsigned>(key.size()) * 8);
    case Kind::kNetwork: return find_network(key.substr(1), static_cast<unsigned char>(key[0]));
    case Kind::kDomain:
      for (std::string_view name = key; !name.empty();) {
        if (const auto known = below_.find(std::string(name)); known != below_.end())
          return lists_[known->second];
        const std::size_t dot = name.find('.');
        name = dot == name.npos ? std::string_view() : name.substr(dot + 1);
      }
      return std::nullopt;
    case Kind::kUrl: {
      // The front page of a harmless site; other pages of it may be harmful.
      const std::size_t host = key.find("://") + 3, slash = key.find('/', host);
      if (slash != key.npos && slash + 1 != key.size()) return std::nullopt;
      Reading site = guess_indicator(key.substr(host, slash == key.npos ? key.npos : slash - host));
      return site && site->kind != Kind::kUrl ? find(*site) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::optional<std::string_view> HarmlessList::find(const Indicator& indicator) const {
  if (indicator.kind == Kind::kPattern) return std::nullopt;
  if (auto list = find_key(indicator.kind, indicator.key)) return list;
  if (auto list = find_above(indicator)) return list;
  if (texts_.empty()) return std::nullopt;
  const std::string text = indicator_text(indicator.kind, indicator.key);
  for (const Text& one : texts_) {
    const bool is_found =
        one.expression ? re2::RE2::PartialMatch(text, *one.expression) : text.find(one.text) != text.npos;
    if (is_found) return lists_[one.list];
  }
  return std::nullopt;
}

void HarmlessList::load(std::string_view text, const std::string& file,
                        std::vector<Diagnostic>& diagnostics) {
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++number;
    line = line.substr(0, line.find('#'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::size_t blank = std::min(line.size(), line.find(' '));
    const std::string_view word = line.substr(0, blank),
                           value = line.substr(std::min(line.size(), blank + 1));
    const bool is_below = word == "below";
    const std::optional<Kind> kind = is_below ? Kind::kDomain : kind_of_name(word);
    if (!kind) {
      diagnostics.push_back(
          {"intel.kind", file, number, 1, "'" + std::string(word) + "' is no kind of indicator", ""});
      continue;
    }
    Harmless harmless{is_below ? Harmless::Match::kBelow : Harmless::Match::kValue, *kind, {}};
    Reading reading = read_indicator(*kind, value);
    if (reading) {
      harmless.kind = reading->kind, harmless.key = std::move(reading->key);
      add(kOurs, harmless);
    } else {
      diagnostics.push_back({"intel.value", file, number, static_cast<int>(blank + 2),
                             "'" + std::string(value) + "' " + reading.error(), ""});
    }
  }
}

}  // namespace bartizan::intel

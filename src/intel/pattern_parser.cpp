// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the grammar of STIX 2.1, section 9.5. Loosest to tightest: FOLLOWEDBY, OR, AND between observations;
// OR, AND within one.
#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "intel/pattern.h"
#include "intel/pattern_lexer.h"

namespace bartizan::intel {
namespace {

using Word = PatternWord;

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { step(); }

  std::expected<Pattern, PatternMistake> parse() {
    std::uint32_t whole = 0;
    if (observations(0, whole) && word_.type != Word::Type::kEnd)
      (void)complain("expected the end of the pattern");
    if (mistake_) return std::unexpected(std::move(*mistake_));
    return std::move(pattern_);
  }

 private:
  void step() {
    word_ = lexer_.next();
    if (word_.type == Word::Type::kMistake) (void)complain(word_.text);
  }
  bool complain(std::string what) { return complain(word_.at, std::move(what)); }
  bool complain(std::size_t at, std::string what) {
    if (!mistake_) mistake_ = PatternMistake{at, std::move(what)};
    return false;
  }
  bool is(std::string_view text) const {
    return (word_.type == Word::Type::kSign || word_.type == Word::Type::kName) && word_.text == text;
  }
  bool accept(std::string_view text) {
    if (!is(text)) return false;
    step();
    return true;
  }
  bool expect(std::string_view text) { return accept(text) || complain("expected " + std::string(text)); }

  // Levels of observations: FOLLOWEDBY, OR, AND, then one in brackets.
  bool observations(unsigned level, std::uint32_t& out) {
    constexpr std::string_view kWords[] = {"FOLLOWEDBY", "OR", "AND"};
    constexpr PatternObservation::Type kTypes[] = {
        PatternObservation::Type::kFollowedBy, PatternObservation::Type::kOr, PatternObservation::Type::kAnd};
    if (level == 3) return observation(out);
    std::vector<std::uint32_t> children(1);
    if (!observations(level + 1, children[0])) return false;
    while (accept(kWords[level]))
      if (!observations(level + 1, children.emplace_back())) return false;
    if (children.size() == 1) return out = children[0], true;
    PatternObservation joined;
    joined.type = kTypes[level];
    joined.children = std::move(children);
    return add(std::move(joined), out);
  }

  bool observation(std::uint32_t& out) {
    if (depth_ >= limits::kPatternDepthMax) return complain("brackets nest too deeply");
    ++depth_;
    if (accept("(")) {
      if (!observations(0, out) || !expect(")")) return false;
      // Qualifiers of a bracket must not fall together with those inside.
      if (is_qualifier() && pattern_.observations[out].is_qualified()) {
        PatternObservation outer;
        outer.type = PatternObservation::Type::kAnd;
        outer.children = {out};
        if (!add(std::move(outer), out)) return false;
      }
    } else {
      PatternObservation one;
      if (!expect("[") || !terms(0, one.term) || !expect("]") || !add(std::move(one), out)) return false;
    }
    --depth_;
    while (is_qualifier())
      if (!qualifier(pattern_.observations[out])) return false;
    return !mistake_;
  }

  bool is_qualifier() const { return is("WITHIN") || is("REPEATS") || is("START"); }

  bool qualifier(PatternObservation& one) {
    if (accept("WITHIN")) {
      const std::size_t at = word_.at;
      double seconds = 0;
      if (!number(seconds)) return false;
      if (seconds <= 0) return complain(at, "WITHIN needs more than 0 seconds");
      one.within_seconds = one.within_seconds > 0 ? std::min(one.within_seconds, seconds) : seconds;
      return expect("SECONDS");
    }
    if (accept("REPEATS")) {
      const std::size_t at = word_.at;
      double times = 0;
      if (!number(times)) return false;
      if (times < 1 || times > limits::kPatternRepeatsMax || times != static_cast<std::uint32_t>(times))
        return complain(at, "REPEATS takes 1 to " + std::to_string(limits::kPatternRepeatsMax));
      one.repeats = std::max(one.repeats, static_cast<std::uint32_t>(times));
      return expect("TIMES");
    }
    Instant start, stop;
    if (!expect("START") || !time(start) || !expect("STOP")) return false;
    const std::size_t at = word_.at;
    if (!time(stop)) return false;
    if (stop <= start) return complain(at, "STOP lies before START");
    one.start = one.start ? std::max(*one.start, start) : start;
    one.stop = one.stop ? std::min(*one.stop, stop) : stop;
    return true;
  }

  bool number(double& out) {
    if (word_.type != Word::Type::kNumber) return complain("expected a number");
    const std::string_view text =
        word_.text.starts_with('+') ? std::string_view(word_.text).substr(1) : word_.text;
    if (std::from_chars(text.data(), text.data() + text.size(), out).ec != std::errc())
      return complain("this number is out of range");
    step();
    return true;
  }

  bool time(Instant& out) {
    if (word_.type != Word::Type::kTime && word_.type != Word::Type::kText)
      return complain("expected a time: t'2023-02-15T00:00:00Z'");
    const std::optional<Instant> parsed = parse_instant(word_.text);
    if (!parsed) return complain("'" + word_.text + "' is no time");
    out = *parsed;
    step();
    return true;
  }

  bool terms(unsigned level, std::uint32_t& out) {
    if (level == 2) return term(out);
    std::vector<std::uint32_t> children(1);
    if (!terms(level + 1, children[0])) return false;
    while (accept(level == 0 ? "OR" : "AND"))
      if (!terms(level + 1, children.emplace_back())) return false;
    if (children.size() == 1) return out = children[0], true;
    return add({level == 0 ? PatternTerm::Type::kOr : PatternTerm::Type::kAnd, 0, std::move(children)}, out);
  }

  bool term(std::uint32_t& out) {
    if (accept("(")) {
      if (depth_ >= limits::kPatternDepthMax) return complain("brackets nest too deeply");
      ++depth_;
      const bool is_good = terms(0, out) && expect(")");
      --depth_;
      return is_good;
    }
    PatternTest test;
    if (accept("EXISTS")) {
      test.op = PatternTest::Op::kExists;
      if (!path(test.path)) return false;
    } else {
      test.is_negated = accept("NOT");  // before the path, as some write it
      if (!path(test.path)) return false;
      test.is_negated ^= accept("NOT");
      if (!comparison(test)) return false;
    }
    pattern_.tests.push_back(std::move(test));
    return add({PatternTerm::Type::kTest, static_cast<std::uint32_t>(pattern_.tests.size() - 1), {}}, out);
  }

  bool path(std::string& out) {
    if (word_.type != Word::Type::kName) return complain("expected a property, such as file:name");
    out = word_.text;
    step();
    if (!expect(":") || !path_name(out += ':')) return false;
    for (;;) {
      if (accept(".")) {
        if (!path_name(out += '.')) return false;
      } else if (accept("[")) {
        if (!is("*") && word_.type != Word::Type::kNumber) return complain("expected a number or * in [ ]");
        step();
        if (!expect("]")) return false;
        out += "[*]";
      } else {
        return !mistake_;
      }
    }
  }

  bool path_name(std::string& out) {
    if (word_.type != Word::Type::kName && word_.type != Word::Type::kText)
      return complain("expected the name of a property");
    out += word_.text;
    step();
    return true;
  }

  bool comparison(PatternTest& test) {
    using Op = PatternTest::Op;
    constexpr std::pair<std::string_view, Op> kOps[] = {{"=", Op::kEqual},
                                                        {"==", Op::kEqual},
                                                        {"!=", Op::kUnequal},
                                                        {"<>", Op::kUnequal},
                                                        {"<", Op::kLess},
                                                        {"<=", Op::kLessOrEqual},
                                                        {">", Op::kGreater},
                                                        {">=", Op::kGreaterOrEqual},
                                                        {"IN", Op::kIn},
                                                        {"LIKE", Op::kLike},
                                                        {"MATCHES", Op::kMatches},
                                                        {"ISSUBSET", Op::kIsSubset},
                                                        {"ISSUPERSET", Op::kIsSuperset}};
    const auto* known =
        std::find_if(std::begin(kOps), std::end(kOps), [&](const auto& one) { return is(one.first); });
    if (known == std::end(kOps))
      return complain("expected a comparison: = != < > <= >= IN LIKE MATCHES ISSUBSET ISSUPERSET");
    step();
    test.op = known->second;
    if (test.op != Op::kIn) {
      const bool wants_text = test.op >= Op::kLike;
      if (wants_text && word_.type != Word::Type::kText)
        return complain("expected a text in single quotation marks");
      return constant(test.constants.emplace_back());
    }
    if (!expect("(")) return false;
    do {
      if (!constant(test.constants.emplace_back())) return false;
    } while (accept(","));
    return expect(")");
  }

  bool constant(PatternConstant& out) {
    using Type = PatternConstant::Type;
    if (++constants_ > limits::kPatternTermsMax) return complain("the pattern has too many terms");
    out.text = word_.text;
    switch (word_.type) {
      case Word::Type::kText: out.type = Type::kText; break;
      case Word::Type::kBytes: out.type = Type::kBytes; break;
      case Word::Type::kTime: {
        Instant time_value;
        out.type = Type::kTime;
        if (!time(time_value)) return false;
        out.number = static_cast<double>(time_value.ticks);
        return true;
      }
      case Word::Type::kNumber:
        out.type = word_.text.find('.') == std::string::npos ? Type::kInteger : Type::kReal;
        return number(out.number);
      default:
        if (!is("true") && !is("false")) return complain("expected a value");
        out.type = Type::kTruth;
    }
    step();
    return !mistake_;
  }

  bool add(PatternTerm term, std::uint32_t& out) {
    if (pattern_.terms.size() >= limits::kPatternTermsMax) return complain("the pattern has too many terms");
    pattern_.terms.push_back(std::move(term));
    return out = static_cast<std::uint32_t>(pattern_.terms.size() - 1), !mistake_;
  }
  bool add(PatternObservation one, std::uint32_t& out) {
    if (pattern_.observations.size() >= limits::kPatternObservationsMax)
      return complain("the pattern has too many observations");
    pattern_.observations.push_back(std::move(one));
    return out = static_cast<std::uint32_t>(pattern_.observations.size() - 1), !mistake_;
  }

  PatternLexer lexer_;
  Word word_;
  Pattern pattern_;
  std::optional<PatternMistake> mistake_;
  std::size_t depth_ = 0, constants_ = 0;
};

bool collect_values(const Pattern& pattern, std::uint32_t term, std::vector<Indicator>& out,
                    std::string& mistake) {
  const PatternTerm& one = pattern.terms[term];
  if (one.type == PatternTerm::Type::kAnd) return false;
  if (one.type == PatternTerm::Type::kOr)
    return std::all_of(one.children.begin(), one.children.end(),
                       [&](std::uint32_t child) { return collect_values(pattern, child, out, mistake); });
  const PatternTest& test = pattern.tests[one.test];
  const std::optional<Kind> kind = kind_of_path(test.path);
  using Op = PatternTest::Op;
  if (!kind || test.is_negated) return false;
  const bool is_network = test.op == Op::kIsSubset && *kind == Kind::kAddress;
  if (test.op != Op::kEqual && test.op != Op::kIn && !is_network) return false;
  for (const PatternConstant& constant : test.constants) {
    if (constant.type != PatternConstant::Type::kText) return false;
    Reading reading = read_indicator(*kind, constant.text);
    if (!reading) {
      if (mistake.empty()) mistake = "'" + constant.text + "' " + reading.error();
      return false;
    }
    out.push_back(std::move(*reading));
  }
  return true;
}

}  // namespace

std::expected<Pattern, PatternMistake> parse_pattern(std::string_view text) {
  if (text.size() > limits::kPatternBytesMax)
    return std::unexpected(PatternMistake{
        0, "the pattern is longer than " + std::to_string(limits::kPatternBytesMax) + " bytes"});
  return Parser(text).parse();
}

std::expected<std::optional<std::vector<Indicator>>, std::string> values_of(const Pattern& pattern) {
  std::vector<Indicator> values;
  std::string mistake;
  for (const PatternObservation& one : pattern.observations) {
    if (one.is_qualified()) return std::nullopt;
    if (one.type == PatternObservation::Type::kOr) continue;
    if (one.type != PatternObservation::Type::kTerm || !collect_values(pattern, one.term, values, mistake)) {
      if (!mistake.empty()) return std::unexpected(std::move(mistake));
      return std::nullopt;
    }
  }
  return values;
}

std::optional<Kind> kind_of_path(std::string_view path) {
  constexpr std::pair<std::string_view, Kind> kPaths[] = {
      {"ipv4-addr:value", Kind::kAddress},
      {"ipv6-addr:value", Kind::kAddress},
      {"network-traffic:dst_ref.value", Kind::kAddress},
      {"network-traffic:src_ref.value", Kind::kAddress},
      {"domain-name:value", Kind::kDomain},
      {"hostname:value", Kind::kDomain},
      {"url:value", Kind::kUrl},
      {"file:hashes.MD5", Kind::kMd5},
      {"file:hashes.md5", Kind::kMd5},
      {"file:hashes.SHA-1", Kind::kSha1},
      {"file:hashes.SHA1", Kind::kSha1},
      {"file:hashes.sha1", Kind::kSha1},
      {"file:hashes.SHA-256", Kind::kSha256},
      {"file:hashes.SHA256", Kind::kSha256},
      {"file:hashes.sha256", Kind::kSha256},
      {"process:binary_ref.hashes.MD5", Kind::kMd5},
      {"process:binary_ref.hashes.SHA-256", Kind::kSha256},
      {"process:image_ref.hashes.MD5", Kind::kMd5},
      {"process:image_ref.hashes.SHA-256", Kind::kSha256},
      {"file:extensions.windows-pebinary-ext.imphash", Kind::kImphash},
      {"file:name", Kind::kFileName},
      {"process:image_ref.name", Kind::kFileName},
      {"process:binary_ref.name", Kind::kFileName},
      {"process:name", Kind::kFileName},
      {"windows-registry-key:key", Kind::kRegistryKey},
      {"mutex:name", Kind::kMutex},
      {"email-addr:value", Kind::kEmail},
      {"email-message:from_ref.value", Kind::kEmail},
      {"email-message:sender_ref.value", Kind::kEmail},
      {"network-traffic:extensions.http-request-ext.request_header.User-Agent", Kind::kUserAgent}};
  for (const auto& [known, kind] : kPaths)
    if (known == path) return kind;
  return std::nullopt;
}

}  // namespace bartizan::intel

// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/rarity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "detect/sigma/letter_pairs.h"
#include "detect/sigma/regex.h"

namespace bartizan::sigma {
namespace {

// Names that many events carry: a rule is better woken by something else. Literals that are part of one of them count as such.
constexpr std::string_view kCommon[] = {
    "c:\\windows\\system32\\cmd.exe",
    "c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe",
    "c:\\windows\\system32\\svchost.exe",
    "c:\\windows\\system32\\services.exe",
    "c:\\windows\\explorer.exe",
    "c:\\windows\\system32\\rundll32.exe",
    "c:\\windows\\system32\\lsass.exe",
    "c:\\windows\\system32\\wbem\\wmiprvse.exe",
    "c:\\windows\\syswow64\\",
    "c:\\program files\\",
    "c:\\program files (x86)\\",
    "c:\\users\\",
    "\\appdata\\local\\temp\\",
    "\\registry\\machine\\software\\microsoft\\windows\\currentversion\\",
    "hklm\\system\\currentcontrolset\\services\\",
    "hklm\\software\\microsoft\\windows nt\\currentversion\\",
    "nt authority\\system",
    "s-1-5-18",
    "true",
    "false",
    "0x0",
    "success",
    "failure",
    "microsoft corporation",
    "microsoft-windows-",
    "ntlm",
    "kerberos",
    "tcp",
    "udp",
    "http://",
    "https://",
    "c:\\windows\\system32\\net.exe",
    "c:\\windows\\system32\\net1.exe",
    "c:\\windows\\system32\\reg.exe",
    "c:\\windows\\system32\\schtasks.exe",
    "c:\\windows\\system32\\conhost.exe",
    "c:\\windows\\system32\\wbem\\wmic.exe",
};
constexpr double kCommonShare = 0.2;

// The pairs of letters that occur in them, a bit each: most literals have a pair that does not.
constexpr std::size_t pair_of(char first, char second) {
  return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8 |
         static_cast<unsigned char>(second);
}
constexpr auto kCommonPairs = [] {
  std::array<std::uint64_t, 65'536 / 64> bits{};
  for (const std::string_view common : kCommon)
    for (std::size_t i = 0; i + 1 < common.size(); ++i) {
      const std::size_t pair = pair_of(common[i], common[i + 1]);
      bits[pair / 64] |= std::uint64_t{1} << pair % 64;
    }
  return bits;
}();

bool is_common(std::string_view literal) {
  for (std::size_t i = 0; i + 1 < literal.size(); ++i) {
    const std::size_t pair = pair_of(literal[i], literal[i + 1]);
    if (!(kCommonPairs[pair / 64] >> pair % 64 & 1)) return false;
  }
  return std::any_of(std::begin(kCommon), std::end(kCommon),
                     [&](std::string_view common) { return common.find(literal) != common.npos; });
}

// Letters the places of a value offer to begin at.
constexpr double kPlaces = 80;

}  // namespace

double expected_share(Anchor anchor, std::string_view literal) {
  if (is_common(literal)) return kCommonShare;
  // A chain of letters: the share of the first pair, then of each letter given the one before it. Single letters are worth
  // about a 24th each.
  double log2_share = literal.size() < 2 ? -3 : 0;
  for (std::size_t i = 0; i + 1 < literal.size(); ++i)
    log2_share -= std::max(0.7, pair_rarity(literal[i], literal[i + 1]) / 4.0 - (i == 0 ? 0 : 4.6));
  // Names are words: no literal is as rare as its letters make it.
  log2_share = std::max(log2_share, -22.0) * 0.7;
  const double share = std::exp2(log2_share);
  return std::min(1.0, anchor == Anchor::kAnywhere ? share * kPlaces : share * 4);
}

RegexKey regex_key(const Leaf& leaf) {
  return {leaf.regex->pattern(), leaf.regex->ignores_case(), leaf.regex->dot_matches_newline()};
}

}  // namespace bartizan::sigma

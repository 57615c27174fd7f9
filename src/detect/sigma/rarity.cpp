// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/rarity.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "detect/sigma/letter_pairs.h"

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

// Letters the places of a value offer to begin at.
constexpr double kPlaces = 80;

}  // namespace

double expected_share(Anchor anchor, std::string_view literal) {
  for (std::string_view common : kCommon)
    if (common.find(literal) != common.npos || (anchor == Anchor::kEnd && common.ends_with(literal)))
      return kCommonShare;
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
  return {leaf.regex->pattern(), !leaf.regex->options().case_sensitive(), leaf.regex->options().dot_nl()};
}

}  // namespace bartizan::sigma

// SPDX-License-Identifier: Apache-2.0
// Log values reach the page in two ways: as JSON that the script reads (html_data.h), and as escaped text of
// the table for browsers without script. The content security policy names the script and the style by their
// hashes and forbids markup made from text: even a value that slipped through could not run, and the page can
// load and send nothing.
#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/limits.h"
#include "base/must.h"
#include "base/time.h"
#include "sink/escape.h"
#include "sink/groups.h"
#include "sink/html_data.h"
#include "sink/html_page.h"
#include "sink/report.h"

namespace bartizan {
namespace {

std::string policy_hash(std::string_view text) {
  unsigned char digest[32];
  unsigned int size = 0;
  MUST(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1 &&
       size == sizeof digest);
  unsigned char base64[64];
  const int written = EVP_EncodeBlock(base64, digest, sizeof digest);
  return "'sha256-" + std::string(reinterpret_cast<const char*>(base64), static_cast<std::size_t>(written)) +
         "'";
}

void append_cell(std::string_view kind, std::string_view text, std::string& out) {
  out += "<td class=\"";
  out += kind;
  out += "\">";
  append_html(text, out);
  out += "</td>";
}

std::string plain(std::string_view value) { return visible(value, limits::kHtmlPlainValueMax); }

void append_plain_table(std::span<const Finding> shown, std::size_t total, const ScanSummary& summary,
                        std::string& out) {
  const auto rows = shown.first(std::min(shown.size(), limits::kHtmlPlainRowsMax));
  out += fmt::format(
      "<noscript><p>This browser runs no script: the {} most important of {} findings follow as a plain "
      "table.</p>\n",
      rows.size(), total);
  out += fmt::format(
      "<p>Read: {} files, {} events. Not recognised: {} files. Could not be read: {} files.{}</p>\n",
      summary.files_read, summary.events, summary.not_recognised.size(), summary.unreadable.size(),
      summary.interrupted ? " The scan was interrupted: only a part of the evidence was read." : "");
  out +=
      "<table><thead><tr><th>Time (UTC)</th><th>Level</th><th>Rule</th><th>Host</th><th>Why</th><th>File, "
      "record</th></tr></thead><tbody>\n";
  for (const Finding& finding : rows) {
    out += "<tr>";
    append_cell("t", finding.time.ticks == 0 ? "" : format_instant(finding.time).substr(0, 19), out);
    append_cell("t", level_name(finding.level), out);
    append_cell("", plain(finding.rule_title), out);
    append_cell("", plain(finding.host), out);
    std::string why;
    for (const FindingReason& reason : finding.why)
      why += is_statement(reason)
                 ? fmt::format("{}: {}\n", plain(reason.predicate), plain(reason.value))
                 : fmt::format("{}{} '{}': {}\n", plain(reason_subject(reason)), plain(reason.predicate),
                               plain(reason.pattern), plain(reason.value));
    append_cell("why", why, out);
    append_cell("", plain(finding.file) + ", " + plain(finding.record_id), out);
    out += "</tr>\n";
  }
  out += "</tbody></table></noscript>\n";
}

void append_head(std::string_view case_name, std::string& out) {
  out +=
      "<!doctype html>\n<!-- SPDX-License-Identifier: Apache-2.0 (the page; the data are yours) -->\n<html "
      "lang=\"en\"><head><meta charset=\"utf-8\">\n";
  out += fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; style-src "
      "{}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types "
      "'none'\">\n",
      policy_hash(kReportScript), policy_hash(kReportStyle));
  out +=
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n<title>";
  if (!case_name.empty()) append_html(case_name, out), out += ": ";
  out += "findings</title>\n<style>";
  out += kReportStyle;
  out += "</style></head>\n<body>\n<h1>";
  append_html(case_name.empty() ? "Findings" : case_name, out);
  out += "</h1>\n";
}

}  // namespace

std::string render_html(const Findings& findings, const ScanSummary& summary, std::string_view case_name,
                        const ReportContent& content) {
  const FindingGroups groups(findings);
  const std::vector<Finding> shown =
      most_important(findings, groups, limits::kHtmlFindingsMax, limits::kHtmlFindingsMax);
  std::string out;
  append_head(case_name, out);
  append_plain_table(shown, findings.size(), summary, out);
  out += kReportBody;
  out += "<script type=\"application/json\" id=\"data\">";
  append_report_data(findings, groups, shown, summary, content, out);
  out += "</script>\n<script>";
  out += kReportScript;
  out += "</script>\n</body></html>\n";
  return out;
}

}  // namespace bartizan

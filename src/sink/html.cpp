// SPDX-License-Identifier: Apache-2.0
// Log values reach the page in two ways: as JSON in which <, > and & are written as \u003c and so on, so that no value can
// end the script element, and as escaped text of the table for browsers without script. The content security policy names
// the script and the style by their hashes: even a value that slipped through could not run.
#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "base/must.h"
#include "base/time.h"
#include "model/jsonl.h"
#include "sink/escape.h"
#include "sink/groups.h"
#include "sink/html_page.h"
#include "sink/report.h"

namespace bartizan {
namespace {

std::string policy_hash(std::string_view text) {
  unsigned char digest[32];
  unsigned int size = 0;
  MUST(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1 && size == sizeof digest);
  unsigned char base64[64];
  const int written = EVP_EncodeBlock(base64, digest, sizeof digest);
  return "'sha256-" + std::string(reinterpret_cast<const char*>(base64), static_cast<std::size_t>(written)) + "'";
}

Finding with_short_values(Finding finding) {
  const auto cut = [](std::string& text) { text = shortened(text, limits::kHtmlValueBytesMax); };
  cut(finding.rule_title), cut(finding.host), cut(finding.file);
  for (FindingReason& reason : finding.why) cut(reason.field), cut(reason.pattern), cut(reason.value);
  for (Entity& entity : finding.entities) cut(entity.value);
  return finding;
}

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(name);
  json.begin_array();
  for (const std::string& text : texts) json.text(text);
  json.end_array();
}

void write_number(std::string_view name, std::uint64_t value, JsonWriter& json) {
  json.key(name), json.number(static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX)));
}

void write_summary(const ScanSummary& summary, JsonWriter& json) {
  json.begin_object();
  write_number("files", summary.files_read, json);
  write_number("events", summary.events, json);
  write_number("bytes", summary.bytes, json);
  write_number("oddities", summary.oddities, json);
  write_number("rules", summary.rules_loaded, json);
  write_number("rules_unusable", summary.rules_unusable, json);
  json.key("interrupted"), json.raw(summary.interrupted ? "true" : "false");
  write_texts("not_recognised", summary.not_recognised, json);
  write_texts("unreadable", summary.unreadable, json);
  write_texts("missing", summary.missing_sources, json);
  json.key("channels"), json.begin_array();
  for (const auto& [channel, count] : summary.events_by_channel) {
    json.begin_object();
    json.member("name", channel), write_number("count", count, json);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void append_script_safe(std::string_view json, std::string& out) {
  for (const char c : json) {
    switch (c) {  // in JSON these stand in strings only
      case '<': out += "\\u003c"; break;
      case '>': out += "\\u003e"; break;
      case '&': out += "\\u0026"; break;
      default: out += c;
    }
  }
}

std::string data_json(std::span<const Finding> all, std::span<const Finding* const> shown, const ScanSummary& summary, std::string_view case_name) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("case", case_name);
  write_number("total", all.size(), json);
  json.key("levels"), json.begin_array();
  for (const std::uint64_t count : count_levels(all)) json.number(static_cast<std::int64_t>(count));
  json.end_array();
  json.key("summary"), write_summary(summary, json);
  json.key("findings"), json.begin_array();
  std::string one;
  for (const Finding* finding : shown) {
    one.clear();
    append_finding_json(with_short_values(*finding), one);
    json.raw(one);
  }
  json.end_array();
  json.end_object();
  return out;
}

void append_cell(std::string_view kind, std::string_view text, std::string& out) {
  out += "<td class=\"";
  out += kind;
  out += "\">";
  append_html(text, out);
  out += "</td>";
}

std::string plain(std::string_view value) { return visible(value, limits::kHtmlPlainValueMax); }

void append_plain_table(std::span<const Finding* const> shown, std::size_t total, const ScanSummary& summary, std::string& out) {
  const auto rows = shown.first(std::min(shown.size(), limits::kHtmlPlainRowsMax));
  out += fmt::format("<noscript><p>This browser runs no script: the {} most important of {} findings follow as a plain table.</p>\n", rows.size(), total);
  out += fmt::format("<p>Read: {} files, {} events. Not recognised: {} files. Could not be read: {} files.{}</p>\n", summary.files_read, summary.events, summary.not_recognised.size(), summary.unreadable.size(), summary.interrupted ? " The scan was interrupted: only a part of the evidence was read." : "");
  out += "<table><thead><tr><th>Time (UTC)</th><th>Level</th><th>Rule</th><th>Host</th><th>Why</th><th>File, record</th></tr></thead><tbody>\n";
  for (const Finding* finding : rows) {
    out += "<tr>";
    append_cell("t", finding->time.ticks == 0 ? "" : format_instant(finding->time).substr(0, 19), out);
    append_cell("t", level_name(finding->level), out);
    append_cell("", plain(finding->rule_title), out);
    append_cell("", plain(finding->host), out);
    std::string why;
    for (const FindingReason& reason : finding->why)
      why += fmt::format("{} {} '{}': {}\n", reason.field.empty() ? "any field" : plain(reason.field), plain(reason.predicate), plain(reason.pattern), plain(reason.value));
    append_cell("why", why, out);
    append_cell("", plain(finding->file) + ", " + plain(finding->record_id), out);
    out += "</tr>\n";
  }
  out += "</tbody></table></noscript>\n";
}

}  // namespace

std::string render_html(std::span<const Finding> findings, const ScanSummary& summary, std::string_view case_name) {
  const std::vector<const Finding*> order = ranked(findings);
  const auto shown = std::span(order).first(std::min(order.size(), limits::kHtmlFindingsMax));
  const std::string_view style = kReportStyle, script = kReportScript;
  std::string out = "<!doctype html>\n<!-- SPDX-License-Identifier: Apache-2.0 (the page; the data are yours) -->\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
  out += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'\">\n", policy_hash(script), policy_hash(style));
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  if (!case_name.empty()) append_html(case_name, out), out += ": ";
  out += "findings</title>\n<style>";
  out += style;
  out += "</style></head>\n<body>\n<h1>";
  append_html(case_name.empty() ? "Findings" : case_name, out);
  out += "</h1>\n";
  append_plain_table(shown, findings.size(), summary, out);
  out += kReportBody;
  out += "<script type=\"application/json\" id=\"data\">";
  append_script_safe(data_json(findings, shown, summary, case_name), out);
  out += "</script>\n<script>";
  out += script;
  out += "</script>\n</body></html>\n";
  return out;
}

}  // namespace bartizan

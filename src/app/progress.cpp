// SPDX-License-Identifier: Apache-2.0
#include "app/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bartizan::app {
namespace {

constexpr std::int64_t kRedrawNs = 100'000'000;  // ten times a second: faster is not read, and costs time
constexpr std::size_t kBarColumns = 24;
constexpr double kRemainingAfterSeconds = 1;  // before that, the rate says nothing

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < std::size(kUnits)) value /= 1000, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string count_text(double count) {
  if (count < 10'000) return fmt::format("{:.0f}", count);
  return count < 1e6 ? fmt::format("{:.0f}k", count / 1e3) : fmt::format("{:.1f}M", count / 1e6);
}

std::string remaining_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02} left", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02} left", whole / 60, whole % 60);
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(const ProgressFigures& figures, std::size_t width, bool colour) {
  std::vector<std::string> parts;  // most important first
  double share = 0;
  if (figures.bytes_total > 0) {
    share = std::min(1.0, static_cast<double>(figures.bytes_done) / static_cast<double>(figures.bytes_total));
    parts.push_back(fmt::format("{:3.0f}%", share * 100));
    parts.push_back(bytes_text(figures.bytes_done) + " of " + bytes_text(figures.bytes_total));
  } else {
    parts.push_back(bytes_text(figures.bytes_done));
  }
  if (figures.seconds > 0)
    parts.push_back(count_text(static_cast<double>(figures.events) / figures.seconds) + " events/s");
  if (share > 0 && share < 1 && figures.seconds >= kRemainingAfterSeconds)
    parts.push_back(remaining_text(figures.seconds * (1 - share) / share));
  parts.push_back(fmt::format("{} findings", figures.findings));

  std::string bar;
  std::size_t used = 0;
  if (figures.bytes_total > 0 && width >= kBarColumns + 2 + parts[0].size() + 1) {
    const auto full = static_cast<std::size_t>(share * kBarColumns);
    bar = "[" + std::string(full, '=') + std::string(kBarColumns - full, ' ') + "]";
    used = bar.size();
    if (colour) bar = "\033[36m" + bar + "\033[0m";
  }
  for (const std::string& part : parts) {
    const std::size_t more = part.size() + (used ? 2 : 0);
    if (used + more > width) break;
    if (used) bar += used == kBarColumns + 2 ? " " : "  ";
    bar += part;
    used += more;
  }
  return bar;
}

ProgressLine::ProgressLine()
    : on_terminal_(isatty(STDERR_FILENO) == 1), colour_(!std::getenv("NO_COLOR")), started_ns_(now_ns()) {
  const char* terminal = std::getenv("TERM");
  if (terminal && std::string(terminal) == "dumb") on_terminal_ = false;
}

ProgressLine::~ProgressLine() { wipe(); }

void ProgressLine::show(ProgressFigures figures) {
  if (!on_terminal_) return;
  const std::int64_t now = now_ns();
  if (drawn_ && now - drawn_ns_ < kRedrawNs) return;
  drawn_ = true;
  drawn_ns_ = now;
  figures.seconds = static_cast<double>(now - started_ns_) / 1e9;
  std::fprintf(stderr, "\r%s\033[K", progress_line(figures, terminal_columns() - 1, colour_).c_str());
  std::fflush(stderr);
}

void ProgressLine::wipe() {
  if (drawn_) std::fputs("\r\033[K", stderr), std::fflush(stderr);
  drawn_ = false;
}

}  // namespace bartizan::app

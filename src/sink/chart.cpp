// SPDX-License-Identifier: Apache-2.0
#include "sink/chart.h"

#include <fmt/format.h>

#include <algorithm>

#include "sink/escape.h"

namespace bartizan {
namespace {

constexpr std::size_t kBarsMax = 30, kTimesMax = 2'000;
constexpr int kWidth = 900, kLabelWidth = 320, kBarHeight = 20, kTimeHeight = 160;

double greatest_of(const std::vector<std::pair<std::string, double>>& values, std::size_t count) {
  double greatest = 0;
  for (std::size_t i = 0; i < count; ++i) greatest = std::max(greatest, values[i].second);
  return greatest > 0 ? greatest : 1;
}

std::string title_of(const std::pair<std::string, double>& value) {
  std::string out = "<title>";
  append_html(value.first, out);
  return out + fmt::format(": {:g}</title>", value.second);
}

}  // namespace

std::string bar_chart(const std::vector<std::pair<std::string, double>>& values) {
  const std::size_t count = std::min(values.size(), kBarsMax);
  const double greatest = greatest_of(values, count);
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" font-size=\"13\" fill=\"currentColor\">\n",
      kWidth, static_cast<int>(count) * kBarHeight, kWidth);
  for (std::size_t i = 0; i < count; ++i) {
    const int top = static_cast<int>(i) * kBarHeight;
    const double width =
        std::max(1.0, (kWidth - kLabelWidth - 90) * std::max(0.0, values[i].second) / greatest);
    out += fmt::format("<g>{}<text x=\"{}\" y=\"{}\" text-anchor=\"end\">", title_of(values[i]),
                       kLabelWidth - 8, top + 15);
    append_html(visible(values[i].first, 44), out);
    out += fmt::format(
        "</text><rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"#3b74c4\"/><text x=\"{:.1f}\" "
        "y=\"{}\">{:g}</text></g>\n",
        kLabelWidth, top + 3, width, kBarHeight - 6, kLabelWidth + width + 6, top + 15, values[i].second);
  }
  return out + "</svg>\n";
}

std::string time_chart(const std::vector<std::pair<std::string, double>>& values) {
  const std::size_t count = std::min(values.size(), kTimesMax);
  if (count == 0) return {};
  const double greatest = greatest_of(values, count),
               width = static_cast<double>(kWidth) / static_cast<double>(count);
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" font-size=\"13\" fill=\"currentColor\">\n",
      kWidth, kTimeHeight + 20, kWidth);
  for (std::size_t i = 0; i < count; ++i) {
    const double height = kTimeHeight * std::max(0.0, values[i].second) / greatest;
    out += fmt::format(
        "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" fill=\"#3b74c4\">{}</rect>\n",
        static_cast<double>(i) * width, kTimeHeight - height, std::max(0.5, width - 1), height,
        title_of(values[i]));
  }
  for (const auto& [label, x, anchor] :
       {std::tuple(values.front().first, 0, "start"), {values[count - 1].first, kWidth, "end"}}) {
    out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">", x, kTimeHeight + 15, anchor);
    append_html(label, out);
    out += "</text>";
  }
  return out + "\n</svg>\n";
}

}  // namespace bartizan
